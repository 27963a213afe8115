"""No module of the runner, the deployment or the website's scripts is part of an import cycle.

An import inside a function counts as well: it hides a cycle, but does not break it.
"""

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "web/src"
SCRIPT = re.compile(r"""["'](\.[\w./-]+\.tsx?)["']""")
"""A script names another script only to import it, statically or dynamically."""
TYPES = re.compile(r"^import type [^;]*;", re.MULTILINE)

Graph = dict[str, set[str]]


def module_name(path: Path, root: Path) -> str:
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def imports_of(path: Path, name: str, modules: set[str]) -> set[str]:
    """Returns the modules among `modules` that a file imports, anywhere in it."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")[: 1 - node.level or None] if node.level else []
            place = ".".join([*parts, *([node.module] if node.module else [])])
            inner = {f"{place}.{alias.name}" for alias in node.names}
            found |= inner & modules
            if not inner <= modules:
                found.add(place)
    return found & modules


def packages_of(name: str) -> set[str]:
    parts = name.split(".")
    return {".".join(parts[:length]) for length in range(1, len(parts))}


def python_graph(folder: Path, root: Path) -> Graph:
    """Returns module -> the modules that run before it: those it imports, and their packages other than its own."""
    paths = {module_name(path, root): path for path in folder.rglob("*.py")}
    graph: Graph = {}
    for name, path in paths.items():
        imported = imports_of(path, name, set(paths))
        around = set().union(*map(packages_of, imported)) - packages_of(name)
        graph[name] = (imported | around & set(paths)) - {name}
    return graph


def script_graph(folder: Path) -> Graph:
    """Returns script -> the scripts that it imports, other than for types alone. Names are relative to the folder."""
    paths = [path for path in folder.rglob("*.ts*") if not path.name.endswith(".d.ts")]
    graph: Graph = {}
    for path in paths:
        named = SCRIPT.findall(TYPES.sub("", path.read_text()))
        imported = {(path.parent / name).resolve() for name in named} & {one.resolve() for one in paths}
        graph[path.relative_to(folder).as_posix()] = {one.relative_to(folder.resolve()).as_posix() for one in imported}
    return graph


def cycle_in(graph: Graph) -> list[str]:
    """Returns the names of one cycle, or an empty list."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


@pytest.mark.parametrize("folder", ["local", "infra"])
def test_modules_import_one_way(folder: str) -> None:
    graph = python_graph(ROOT / folder, ROOT)
    assert len(graph) > 20
    assert cycle_in(graph) == []


def test_scripts_import_one_way() -> None:
    graph = script_graph(SCRIPTS)
    assert {"api/client.ts", "ui/storage.ts"} <= graph["account/push.ts"]
    assert cycle_in(graph) == []


@pytest.mark.parametrize(
    "files",
    [
        {"one.py": "def f():\n    from box import two\n", "two.py": "import box.one\n"},
        {"one.py": "from . import two\n", "two.py": "from .one import f\n"},
        {"one.py": "from box.inner.two import f\n", "inner/__init__.py": "from box import one\n", "inner/two.py": ""},
    ],
    ids=["in a function", "relative", "by way of a package"],
)
def test_find_cycle_where_there_is_one(tmp_path: Path, files: dict[str, str]) -> None:
    for name, text in {"__init__.py": "", **files}.items():
        path = tmp_path / "box" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert "box.one" in cycle_in(python_graph(tmp_path / "box", tmp_path))


def test_find_cycle_of_scripts_where_there_is_one(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "one.ts").write_text('import { two } from "./in/two.tsx";\n')
    (tmp_path / "in/two.tsx").write_text('import type { One } from "../one.ts";\n')
    assert cycle_in(script_graph(tmp_path)) == []
    (tmp_path / "in/two.tsx").write_text('export const later = () => import("../one.ts");\n')
    assert cycle_in(script_graph(tmp_path)) != []
