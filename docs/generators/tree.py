"""Generates the tables of docs/architecture.md and CONTRIBUTING.md: folders, and the first sentence of each package.

The parts of chalicelib are in the order of import-linter's layers: each imports from the layers below it. Called by
generate.py.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from docs.generators.blocks import table
from docs.generators.sources import PRODUCT, ROOT, first_sentence, parse

LAYERS = "Contexts point one way"
WEB = {
    "web/build": "Plugins of the build: lists of files for pages and for the check-in page, licences",
    "web/public/css": "Style sheets of the pages",
    "web/src/account": "Signing in, notifications, preferences, invitations, proposals",
    "web/src/admin": "Pages of administrators",
    "web/src/api": "The client of the API, and who is signed in",
    "web/src/desk": "Pages of an event's staff, a folder each",
    "web/src/live": "The socket, and what follows from its messages",
    "web/src/public": "Pages that everybody reads: events, tickets, orders",
    "web/src/ui": "Elements, icons, money, times, texts",
    "web/src/words": "Messages of the desk by language, as PO files",
}
"""Folders of the web client, which have no Python package whose docstring could describe them."""
HEAD = ("folder", "what is in it")


def blocks() -> dict[str, str]:
    """Returns the generated parts of docs/architecture.md by name."""
    return {
        "product": table(("layer", *HEAD), list(_product())),
        "local": _packages("local"),
        "infra": _packages("infra"),
        "tests": levels(),
        "web": _web(),
    }


def levels() -> str:
    """Returns the table of the levels of tests, which is in CONTRIBUTING.md too."""
    return _packages("tests")


def _product() -> Iterator[list[str]]:
    """Yields layer, name and docstring of each part of the product. Raises ValueError for a part that no layer
    contains, because import-linter would not check it.
    """
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (named,) = (one["layers"] for one in settings["contracts"] if one["name"] == LAYERS)
    left = {path.parent.name for path in PRODUCT.glob("*/__init__.py")}
    number = 0
    for layer in named:
        rooms = [room for part in layer.split("|") if (room := part.strip(" ()")) and _source(room).exists()]
        number += bool(rooms)
        for room in rooms:
            left.discard(room)
            name = f"{room}/" if (PRODUCT / room).is_dir() else f"{room}.py"
            yield [str(number), f"`{name}`", first_sentence(parse(_source(room)))]
    if left:
        raise ValueError(f"no layer of import-linter has {sorted(left)}")


def _source(room: str) -> Path:
    package = PRODUCT / room / "__init__.py"
    return package if package.exists() else PRODUCT / f"{room}.py"


def _packages(place: str) -> str:
    found = sorted((ROOT / place).glob("*/__init__.py"))
    return table(HEAD, [[f"`{path.parent.relative_to(ROOT)}/`", first_sentence(parse(path))] for path in found])


def _web() -> str:
    web = ROOT / "web"
    folders = [web / "build", *web.glob("public/*"), *web.glob("src/*")]
    there = {path.relative_to(ROOT).as_posix() for path in folders if path.is_dir()}
    if there != set(WEB):
        raise ValueError(
            f"WEB in docs/generators/tree.py does not say what these are, or they are gone: {there ^ set(WEB)}"
        )
    return table(HEAD, [[f"`{folder}/`", says] for folder, says in WEB.items()])
