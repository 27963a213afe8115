"""No module of the runner, the deployment or the website's scripts is part of an import cycle.

An import inside a function counts as well: it hides a cycle, but does not break it.
"""

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "web/public/js"
SCRIPT = re.compile(r"""["']\./([\w-]+\.js)["']""")
"""A script names another script only to import it, statically or dynamically."""

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
    """Returns script -> the scripts beside it that it imports."""
    return {path.name: set(SCRIPT.findall(path.read_text())) - {path.name} for path in folder.glob("*.js")}


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
    assert {"api.js", "format.js"} <= graph["push.js"]
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
    (tmp_path / "one.js").write_text('import { two } from "./two.js";\n')
    (tmp_path / "two.js").write_text('export const later = () => import("./one.js");\n')
    assert cycle_in(script_graph(tmp_path)) != []
