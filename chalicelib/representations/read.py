"""Finds representations for conditional GETs. The read path; called by routes, loads nothing slow.

A 304 costs one GetItem: the route reads the tag first, and the bytes only when the client's tag differs. Missing bytes
and those of another revision are built by representations/build.py, which is loaded only then.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from chalicelib.core.errors import NotFound
from chalicelib.core.ids import is_slug, is_ulid
from chalicelib.core.kinds import REVISION, Kind, View

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.core.pagination import Page
    from chalicelib.representations.ports import Maker, Representations


class Found:
    """A representation: its tag, and its bytes on demand. `load` may return a newer tag together with the bytes."""

    __slots__ = ("load", "tag")

    def __init__(self, tag: str, load: Callable[[], tuple[str, str]]) -> None:
        self.tag = tag
        self.load = load

    @classmethod
    def made(cls, tag: str, body: str) -> Found:
        """Returns a representation whose bytes are already known."""
        return cls(tag, lambda: (tag, body))


class ReadRepresentations:
    """Finds representations by the parts of a URL."""

    def __init__(self, stored: Representations, maker: Callable[[], Maker]) -> None:
        self._stored = stored
        self._maker = maker

    def event_id(self, id_or_slug: str) -> str:
        """Returns the event's id for an id or slug. Raises NotFound."""
        if is_ulid(id_or_slug):
            return id_or_slug
        found = self._stored.event_named(id_or_slug) if is_slug(id_or_slug) else None
        if found is None:
            raise NotFound
        return found

    def resource(self, event_id: str, kind: Kind, resource_id: str, view: View) -> Found:
        """Returns a resource, or (kind EVENTS) the event itself. Raises NotFound."""
        if not is_ulid(resource_id):
            raise NotFound
        if kind is Kind.EVENTS:
            item = self._stored.event(event_id, view)
        else:
            item = self._stored.resource(event_id, kind, resource_id, view)
        if item is not None and item.revision != REVISION:
            item = self._maker().refresh(event_id, kind, resource_id, view)
        if item is None:
            raise NotFound
        return Found.made(item.etag, item.body)

    def list_page(self, event_id: str, kind: Kind, view: View, page: Page) -> Found:
        """Returns a page of one list of an event. Raises NotFound."""
        tag = self._stored.list_tag(event_id, kind.value, view)
        if tag is None:
            raise NotFound
        tag = page_tag(tag, page)

        def load() -> tuple[str, str]:
            body = self._stored.body(event_id, view, kind.value, tag)
            return (tag, body) if body is not None else self._maker().list_page(event_id, kind, view, page)

        return Found(tag, load)

    def call_for_papers(self, event_id: str, view: View, *, now: float) -> Found:
        """Returns an event's call for papers; the public view sees it only while it is open. Raises NotFound."""
        call = self._stored.call_for_papers(event_id, consistent=view is View.ALL)
        if call is None or not (view is View.ALL or call.is_open(now)):
            raise NotFound
        return Found.made(call.etag, call.body)

    def directory(self, page: Page, filters: dict[str, str]) -> Found:
        """Returns a page of the public list of events; `filters` are already checked."""
        tag = page_tag(self._stored.directory_tag(), page, filters)

        def load() -> tuple[str, str]:
            body = self._stored.body("EVENTS", View.PUBLIC, Kind.EVENTS.value, tag)
            return (tag, body) if body is not None else self._maker().directory(page, filters)

        return Found(tag, load)

    def versions(self, event_id: str, view: View) -> Found:
        """Returns the counters of an event's lists. Raises NotFound."""
        versions = self._stored.versions(event_id, view)
        if versions is None:
            raise NotFound
        tag, counters = versions
        body = json.dumps({"event_id": event_id, **counters}, separators=(",", ":"))
        return Found.made(tag, body)


def page_tag(tag: str, page: Page, filters: dict[str, str] | None = None) -> str:
    """Returns the tag of one page: the list's tag, the revision of the JSON shape, the page and the filters."""
    chosen = ""
    if filters:
        chosen = "-" + hashlib.sha256(json.dumps(filters, sort_keys=True).encode()).hexdigest()[:16]
    return f"{tag}-r{REVISION}{page.suffix}{chosen}"
