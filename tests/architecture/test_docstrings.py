"""A docstring says more than the name of what it describes; one that does not is left out."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("chalicelib", "local", "infra", "bench", "docs")
SAYING_NOTHING = {
    "a", "all", "an", "and", "are", "as", "at", "be", "by", "for", "from", "in", "is", "it", "its", "of", "on", "one",
    "or", "s", "some", "that", "the", "their", "this", "to", "with",
}  # fmt: skip
ENDINGS = re.compile(r"(?<=\w{3})(ies|es|s|ing|ed)$")


def words_of(text: str) -> frozenset[str]:
    """Returns the words of a text or of a name in snake_case or CamelCase, without endings."""
    found = re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", text)
    said = (word.lower() for word in found)
    return frozenset(ENDINGS.sub("", word).rstrip("e") for word in said if word not in SAYING_NOTHING)


def empty(node: ast.AST, known: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yields classes and functions whose docstrings have only the words of their name and of the classes around it."""
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            names = known | words_of(inner.name)
            told = ast.get_docstring(inner)
            if told is not None and words_of(told) <= names:
                yield f"{inner.name}: {told}"
            yield from empty(inner, names)


def test_docstrings_say_more_than_the_name() -> None:
    paths = [ROOT / "app.py", *(path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py")))]
    found = {
        str(path.relative_to(ROOT)): names for path in paths if (names := list(empty(ast.parse(path.read_text()))))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ('def read_quota():\n    """Reads a quota."""', True),
        ('class InvitePeople:\n    """Invites people."""', True),
        ('class Order:\n    def id(self):\n        """The order\'s id."""', True),
        ('async def expire_orders():\n    """Expire all orders."""', True),
        ('def read_quota():\n    """A quota of the event. Raises NotFound."""', False),
        ("def read_quota():\n    return 1", False),
    ],
)
def test_docstring_that_repeats_a_name_is_found(code: str, said: bool) -> None:
    assert bool(list(empty(ast.parse(code)))) is said
