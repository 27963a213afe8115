"""JSON texts as they are sent: lists of stored texts, members added to one, and the tag of their bytes. Called by
services and routes; light.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from chalicelib.representations.read import Found

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def encode(value: object) -> str:
    """The JSON of a struct, or of a list of them."""
    import msgspec

    return msgspec.json.encode(value).decode()


def write_json(value: object) -> str:
    """The JSON of dicts, lists and plain values, as short as it gets."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def write_array(name: str, items: Iterable[str]) -> str:
    """The JSON of an object whose only member is an array of JSON texts."""
    return f"{{{write_json(name)}:[{','.join(items)}]}}"


def write_list(items: Iterable[str], *, next_cursor: str | None = None) -> str:
    """The JSON of a list of JSON texts."""
    return add_members(write_array("items", items), {"next_cursor": next_cursor})


def add_members(body: str, members: Mapping[str, object]) -> str:
    """The JSON text of an object that is not empty with these members behind its own."""
    return f"{body[:-1]},{write_json(members)[1:]}"


def add_text(body: str, name: str, text: str) -> str:
    """The same with one member whose value is a JSON text."""
    return f"{body[:-1]},{write_json(name)}:{text}}}"


def hash_of(text: str) -> str:
    """The tag of a text: 128 bits of its hash."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def tagged(body: str) -> tuple[str, str]:
    """The tag of a text that is made when read, and the text."""
    return hash_of(body), body


def as_found(body: str) -> Found:
    """The same, to be sent."""
    return Found.made(*tagged(body))
