"""The OpenAPI document holds together: generators of clients stop at a reference without a target or an empty list of
values. That the document is up to date is checked by `make docs-check`.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

DOCUMENT: dict[str, Any] = json.loads((Path(__file__).parents[3] / "docs/openapi.json").read_text())
SCHEMA = "#/components/schemas/"


def members(value: Any, place: str = "#") -> Iterator[tuple[str, str, Any]]:
    """Yields the place, the name and the value of every member of every object."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield place, name, member
            yield from members(member, f"{place}/{name}")
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from members(member, f"{place}/{index}")


def references(value: Any) -> set[str]:
    return {member for _, name, member in members(value) if name == "$ref"}


def used_schemas() -> set[str]:
    """Returns the references that the paths make, themselves or through other schemas."""
    used: set[str] = set()
    found = references(DOCUMENT["paths"])
    while found:
        used |= found
        schemas = [DOCUMENT["components"]["schemas"][one.removeprefix(SCHEMA)] for one in found]
        found = references(schemas) - used
    return used


def state_of(path: str) -> list[str]:
    parameters = DOCUMENT["paths"][path]["get"]["parameters"]
    return next(one["schema"]["enum"] for one in parameters if one["name"] == "state")


def test_every_reference_has_a_target() -> None:
    targets = {f"{SCHEMA}{name}" for name in DOCUMENT["components"]["schemas"]}
    assert references(DOCUMENT)
    assert references(DOCUMENT) <= targets


def test_every_enum_lists_values() -> None:
    enums = [(place, member) for place, name, member in members(DOCUMENT) if name == "enum"]
    assert enums
    assert [place for place, values in enums if not (isinstance(values, list) and values)] == []


def test_every_schema_is_used_by_a_path() -> None:
    schemas = {f"{SCHEMA}{name}" for name in DOCUMENT["components"]["schemas"]}
    assert schemas - used_schemas() == set()


@pytest.mark.parametrize(
    "path", ["/api/v1/notifications", "/api/v1/admin/notifications", "/api/v1/admin/notifications.csv"]
)
def test_notifications_are_filtered_by_whether_they_are_read(path: str) -> None:
    assert state_of(path) == ["unread", "read", "all"]
