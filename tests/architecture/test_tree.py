"""The tree says what the product does: narrow folders, a closed core, one order of contexts, classes named as modules."""

import ast
import re
import tomllib
from collections import Counter, defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST_MODULES, MOST_IN_WIDE = 20, 40
WIDE = {"chalicelib/routes", "chalicelib/bootstrap"}
"""One file a resource or context: loaded by every function, and the API's table of contents."""
CORE = {
    "changes", "email_address", "errors", "ids", "json_objects", "kinds", "money", "names", "pagination", "permissions",
    "ports", "preconditions", "principal", "run_parallel", "text", "times", "timezones", "transactions", "validation",
}  # fmt: skip
"""What every context may stand on. Something new belongs to a context unless it is as general as these."""
PRODUCT = sorted((ROOT / "chalicelib").rglob("*.py"))
RARE_WORDS = {
    "advise", "bid", "brief", "browse", "clear", "convoke", "demand", "disclose", "figure", "gather", "herald",
    "muster", "ration", "reach", "show", "spread", "tell", "unveil",
}  # fmt: skip
"""Words that say less than the usual term: nobody searches for them."""
USUAL_HERE = {"demand", "Demand", "demand_of_code"}
"""What an order demands of a stock is the word for it, beside what is held and what is left."""


def test_folders_have_at_most_so_many_modules() -> None:
    places = ("chalicelib", "local", "infra", "bench")
    found = Counter(
        str(path.parent.relative_to(ROOT))
        for place in places
        for path in (ROOT / place).rglob("*.py")
        if path.name != "__init__.py"
    )
    limits = {folder: MOST_IN_WIDE if folder in WIDE else MOST_MODULES for folder in found}
    assert {folder: count for folder, count in found.items() if count > limits[folder]} == {}


def test_core_is_a_closed_list() -> None:
    assert {path.stem for path in (ROOT / "chalicelib/core").glob("*.py")} == CORE | {"__init__"}


def test_contracts_of_imports_have_no_exception() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    assert [one["name"] for one in settings["contracts"] if one.get("ignore_imports")] == []
    layers = next(one["layers"] for one in settings["contracts"] if one["name"] == "Contexts point one way")
    named = {room.strip(" ()") for layer in layers for room in layer.split("|")}
    rooms = {path.name for path in (ROOT / "chalicelib").iterdir() if (path / "__init__.py").exists()}
    assert rooms - named == set(), "a context that no layer names may import everything"


def test_services_are_named_by_what_they_do() -> None:
    """A module of services with one class: the class is the module in CamelCase, and neither is a gerund."""
    unlike = {}
    for path in PRODUCT:
        if path.parent.name != "services" or path.name == "__init__.py":
            continue
        assert path.stem.rpartition("_")[2][-3:] != "ing", path
        public = [
            node.name
            for node in ast.parse(path.read_text()).body
            if isinstance(node, ast.ClassDef) and not node.bases and not node.name.startswith("_")
        ]
        camel = "".join(word.title() for word in path.stem.split("_"))
        if public and camel not in public:
            unlike[path.stem] = public
    assert unlike == {}


def test_names_are_made_of_usual_words() -> None:
    """Modules, classes, functions and methods; a word is a part of a snake_case or CamelCase name."""
    rare = {}
    for path in PRODUCT:
        defined = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        names = [path.stem, *(node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, defined))]
        for name in names:
            words = {word.lower() for word in re.findall(r"[A-Z]?[a-z]+", name)}
            if words & RARE_WORDS and name not in USUAL_HERE:
                rare[f"{path.relative_to(ROOT)}: {name}"] = words & RARE_WORDS
    assert rare == {}


@pytest.mark.parametrize("package", ["chalicelib", "local", "infra"])
def test_a_class_name_stands_for_one_thing(package: str) -> None:
    places: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and node.name != "Meta":  # PynamoDB's word
                places[node.name].append(str(path.relative_to(ROOT)))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_every_reaction_is_one_method() -> None:
    tree = ast.parse((ROOT / "chalicelib/reactions.py").read_text())
    called = [
        node.body.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Lambda) and isinstance(node.body, ast.Attribute)
    ]
    assert set(called) == {"on_changes"}
    assert len(called) > 15


def test_question_table_names_files_that_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    table = text.partition("## Where is …?")[2].partition("\n## ")[0]
    answers = [re.findall(r"`([^`]+)`", row.split("|")[2]) for row in table.splitlines()[4:] if row.startswith("| ")]
    assert len(answers) >= 20
    assert [name for named in answers for name in named if not (ROOT / name).is_file()] == []
    assert all(answers), "a row without a file"


def test_example_of_a_feature_names_files_that_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    example = text.partition("An example: ")[2].partition("\n\n")[0]
    named = re.findall(r"`([^`]+)`", example)
    assert len(named) >= 8
    assert [name for name in named if not any((ROOT / place / name).exists() for place in ("", "chalicelib"))] == []
