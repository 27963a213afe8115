"""Builds the bodies of lists that were not read since they changed. Called by representations/read.py.

A body is stored only under the tag that it certainly belongs to (representations/settle.py).
"""

import json
from collections.abc import Callable

from chalicelib.core.errors import NotFound
from chalicelib.core.kinds import Kind, View
from chalicelib.core.pagination import CursorKey, Page, make_cursor
from chalicelib.representations.json_text import write_list
from chalicelib.representations.ports import Bodies, ListMember
from chalicelib.representations.read import page_tag
from chalicelib.representations.represent import Written
from chalicelib.representations.settle import settled
from chalicelib.representations.stored import StoredItem


class BuildRepresentations:
    """Builds list bodies and renews representations of an older revision."""

    def __init__(self, bodies: Bodies, cursor_key: CursorKey, *, remade: Callable[[str, Kind, str], Written]) -> None:
        """`remade` returns new representations of an event's resource from its stored body: (event id, kind, body)."""
        self._bodies = bodies
        self._cursor_key = cursor_key
        self._remade = remade

    def list_page(self, event_id: str, kind: Kind, view: View, page: Page) -> tuple[str, str]:
        """Returns the tag and bytes of a page of one list of an event. Raises NotFound."""

        def tag() -> str:
            found = self._bodies.tag(event_id, kind.value, view)
            if found is None:
                raise NotFound
            return page_tag(found, page)

        def body() -> str:
            members = self._bodies.members(event_id, kind, view, page)
            return self._page(members, page, scope=f"{event_id}/{kind.value}/{view.value}")

        return settled(tag, body, lambda t, b: self._bodies.keep(event_id, view, kind.value, t, b))

    def directory(self, page: Page, filters: dict[str, str]) -> tuple[str, str]:
        """Returns the tag and bytes of a page of the public list of events."""

        def body() -> str:
            chosen = [m for m in self._bodies.directory() if m.id > page.after and fits(json.loads(m.body), filters)]
            return self._page(chosen[: page.limit + 1], page, scope="events")

        return settled(
            lambda: page_tag(self._bodies.directory_tag(), page, filters),
            body,
            lambda t, b: self._bodies.keep("EVENTS", View.PUBLIC, Kind.EVENTS.value, t, b),
        )

    def refresh(self, event_id: str, kind: Kind, resource_id: str, view: View) -> StoredItem | None:
        """Returns a representation made by this release for an item that another release wrote, or None when it is gone
        or not visible. Saves it if this release is the newer one, so that a rolled-back release and a new one do not
        overwrite each other's work in turn.
        """
        stored = self._bodies.resource(event_id, kind, resource_id)
        if stored is None:
            return None
        made = self._remade(event_id, kind, stored.body)
        self._bodies.save_revision(made, old_tag=stored.etag)
        shown = made.representation if view is View.ALL else made.public
        return shown and StoredItem(shown.etag, shown.body, stored.revision)

    def _page(self, members: list[ListMember], page: Page, *, scope: str) -> str:
        shown = members[: page.limit]
        cursor = None
        if len(members) > page.limit:
            cursor = make_cursor(shown[-1].id, scope=scope, key=self._cursor_key)
        return write_list((member.body for member in shown), next_cursor=cursor)


def fits(event: dict[str, object], filters: dict[str, str]) -> bool:
    """Whether an event passes the filters of the public list: q (words in name, description or city), from and to (RFC
    3339 dates or times that it overlaps), country.
    """
    venue = event.get("venue")
    venue = venue if isinstance(venue, dict) else {}
    words = f"{event['name']} {event['description']} {venue.get('city')}".casefold()
    return (
        all(word in words for word in filters.get("q", "").casefold().split())
        and ("from" not in filters or str(event["ends_at"]) >= filters["from"])
        and ("to" not in filters or str(event["starts_at"]) <= filters["to"])
        and ("country" not in filters or venue.get("country") == filters["country"])
    )
