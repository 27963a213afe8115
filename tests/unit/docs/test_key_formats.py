"""Key functions become patterns, in whatever way they build a key."""

import ast

import pytest

from docs.generators.key_formats import KeyFormat, formats_of

MODULE = '''
_WORD = {1: "TRACK", 2: "SESSION"}

def plain(event_id: str) -> Key:
    """An event. More."""
    return f"EVENT#{event_id}", "EVENT"

def hashed(purpose: str, secret: str) -> Key:
    """A secret."""
    return f"TOKEN#{digest(purpose, secret)}", "TOKEN"

def by_word(kind: int, view: View) -> Key:
    """A part."""
    return f"VIEW#{view.value}", f"{_WORD[kind]}#{kind:03d}"

def with_prefix(number: int | None) -> Key:
    """Of all, or one."""
    return "ALL", "NUMBER#" if number is None else f"NUMBER#{number}"

def borrowed(order_id: str) -> Key:
    """An order."""
    return minutes(0), f"ORDER#{order_id}"

def minutes(minute: int) -> str:
    """A partition."""
    return f"ORDERS#{minute}"

def the_same(order_id: str) -> Key:
    """As another."""
    return borrowed(order_id)

def words_prefix(kind: int) -> str:
    """What sort keys begin with."""
    return f"{_WORD[kind]}#"

def _private() -> Key:
    return "A", "B"
'''


def test_patterns_follow_the_functions() -> None:
    assert formats_of(ast.parse(MODULE)) == [
        KeyFormat("plain", "An event", ("EVENT#{event}",), ("EVENT",)),
        KeyFormat("hashed", "A secret", ("TOKEN#{hash of purpose, secret}",), ("TOKEN",)),
        KeyFormat("by_word", "A part", ("VIEW#{view}",), ("TRACK#{kind}", "SESSION#{kind}")),
        KeyFormat("with_prefix", "Of all, or one", ("ALL",), ("NUMBER#{number}",)),
        KeyFormat("borrowed", "An order", ("ORDERS#{minute}",), ("ORDER#{order}",)),
        KeyFormat("minutes", "A partition", ("ORDERS#{minute}",), ()),
        KeyFormat("the_same", "As another", ("ORDERS#{minute}",), ("ORDER#{order}",)),
        KeyFormat("words_prefix", "What sort keys begin with", (), ("TRACK#", "SESSION#")),
    ]


def test_key_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(ValueError, match="cannot read a key format"):
        formats_of(ast.parse('def odd() -> Key:\n    """Odd."""\n    return "A", "B" + "C"\n'))


def test_key_function_without_docstring_is_an_error() -> None:
    with pytest.raises(ValueError, match="odd"):
        formats_of(ast.parse('def odd() -> Key:\n    return "A", "B"\n'))
