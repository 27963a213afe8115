"""Writes JSON texts: lists of stored texts, additional members, tags. Called by services and routes; light."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from chalicelib.representations.read import Found

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def encode(value: object) -> str:
    """Returns the JSON of a struct or of a list of structs."""
    import msgspec

    return msgspec.json.encode(value).decode()


def write_json(value: object) -> str:
    """Returns the JSON of dicts, lists and plain values, without spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def write_array(name: str, items: Iterable[str]) -> str:
    """Returns the JSON of an object whose only member is an array of JSON texts."""
    return f"{{{write_json(name)}:[{','.join(items)}]}}"


def write_list(items: Iterable[str], *, next_cursor: str | None = None) -> str:
    """Returns the JSON of a list page: `items`, an array of JSON texts, and `next_cursor`."""
    return add_members(write_array("items", items), {"next_cursor": next_cursor})


def add_members(body: str, members: Mapping[str, object]) -> str:
    """Returns the JSON text of a non-empty object with these members added at its end."""
    return f"{body[:-1]},{write_json(members)[1:]}"


def add_text(body: str, name: str, text: str) -> str:
    """Returns the JSON text of a non-empty object with one member added, whose value is a JSON text."""
    return f"{body[:-1]},{write_json(name)}:{text}}}"


def hash_of(text: str) -> str:
    """Returns the tag of a text: 128 bits of its hash."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def tagged(body: str) -> tuple[str, str]:
    """Returns the tag of a text that is made at each read, and the text."""
    return hash_of(body), body


def as_found(body: str) -> Found:
    """Returns such a text with its tag as an answer to a conditional GET."""
    return Found.made(*tagged(body))
