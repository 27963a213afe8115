"""Finds the resource of the REST API for a path, by API Gateway's rules.

Used by `gateway`. A path parameter is one whole segment, and its value is percent-decoded. A fixed segment wins over a
parameter. A path with a trailing or double slash matches no resource.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes


class UndecodablePath(Exception):
    """The percent-escapes of the path are not UTF-8."""


@dataclass(frozen=True, slots=True)
class Match:
    """A resource (`/events/{event_id}`) and its decoded path parameters."""

    resource: str
    parameters: dict[str, str]


@dataclass(slots=True)
class _Node:
    fixed: dict[str, _Node] = field(default_factory=dict)
    parameter: tuple[str, _Node] | None = None
    resource: str | None = None


class Router:
    """Matches paths against the resources of `app.routes`."""

    def __init__(self, resources: Iterable[str]) -> None:
        self._root = _Node()
        for resource in resources:
            self._add(resource)

    def _add(self, resource: str) -> None:
        node = self._root
        for segment in _segments(resource):
            if segment.startswith("{"):
                if node.parameter is None:
                    node.parameter = (segment[1:-1], _Node())
                node = node.parameter[1]
            else:
                node = node.fixed.setdefault(segment, _Node())
        node.resource = resource

    def match(self, path: str) -> Match | None:
        """Returns the match or None. `path` is percent-encoded and without the stage. Raises UndecodablePath."""
        segments = _segments(path)
        if any(segment == "" for segment in segments):
            return None
        return _descend(self._root, [_decode(segment) for segment in segments], {})


def _segments(path: str) -> list[str]:
    return path[1:].split("/") if path not in ("", "/") else []


def _decode(segment: str) -> str:
    try:
        return unquote_to_bytes(segment).decode()
    except UnicodeDecodeError as error:
        raise UndecodablePath(segment) from error


def _descend(node: _Node, segments: list[str], parameters: dict[str, str]) -> Match | None:
    if not segments:
        return Match(node.resource, parameters) if node.resource is not None else None
    first, rest = segments[0], segments[1:]
    if first in node.fixed and (found := _descend(node.fixed[first], rest, parameters)):
        return found
    if node.parameter is None:
        return None
    name, child = node.parameter
    return _descend(child, rest, {**parameters, name: first})
