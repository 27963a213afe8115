"""Tests and benchmarks use only public names. Ruff (SLF001) finds `thing._name`; this test finds the ways around it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOREIGN = (ROOT / "tests/deploy/workarounds", ROOT / "tests/deploy/emulator.py")
"""These patch private parts of an emulator that is not ours."""
CHECKED = sorted(
    path
    for folder in ("tests", "bench")
    for path in (ROOT / folder).rglob("*.py")
    if not any(path.is_relative_to(foreign) for foreign in FOREIGN)
)
BY_NAME = {"setattr", "getattr", "delattr", "hasattr", "attrgetter", "patch", "object"}
"""Functions that take an attribute's name, or a path that ends in one, as a string."""
PRIVATE = re.compile(r"(^|\.)_(?!_)\w")
IN_CODE = re.compile(r"\b(?!self\b|cls\b)[a-z]\w*\._(?!_)[a-z]\w*( = |\()")
"""A private name that is set or called by code in a string, which a test runs in another process."""


def reached(tree: ast.AST) -> Iterator[str]:
    """Yields the private names that the code uses, with their lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(one.name for one in node.names)]
        elif isinstance(node, ast.Import):
            names = [one.name for one in node.names]
        elif isinstance(node, ast.Call) and _name_of(node.func) in BY_NAME:
            given = [*node.args, *(one.value for one in node.keywords)]
            names = [one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and IN_CODE.search(node.value):
            yield f"{node.lineno}: {IN_CODE.findall(node.value)}"
            continue
        else:
            continue
        yield from (f"{node.lineno}: {name}" for name in names if PRIVATE.search(name))


def _name_of(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def test_reach_a_private_name_by_no_import_and_no_text() -> None:
    found = {
        str(path.relative_to(ROOT)): names
        for path in CHECKED
        if path != Path(__file__) and (names := list(reached(ast.parse(path.read_text()))))
    }
    assert found == {}


@pytest.mark.parametrize(
    "code",
    [
        "from chalicelib.mail.adapters.ses import _message",
        "from chalicelib._hidden import message",
        "import stripe._webhook",
        'monkeypatch.setattr(steps, "_deploy", None)',
        'monkeypatch.setattr("chalicelib.orders._write", None)',
        'patch.object(client, "_send")',
        'patch("stripe._webhook.time")',
        'getattr(order, "_state")',
        'RUN = """\ndatabase._compact_above = 1\n"""',
        'RUN = """\nprint(database._size())\n"""',
    ],
)
def test_reach_a_private_name_in_any_way_is_seen(code: str) -> None:
    assert len(list(reached(ast.parse(code)))) == 1


@pytest.mark.parametrize(
    "code",
    [
        "from chalicelib.orders import __version__",
        'monkeypatch.setattr(keys, "ORDER_SPREAD", 1)',
        'getattr(order, "__dict__")',
        'name.replace("_", "-")',
        '"""What self._keep(order) does, and stripe.events._event_classes."""',
    ],
)
def test_reach_a_public_name_is_not_seen(code: str) -> None:
    assert list(reached(ast.parse(code))) == []
