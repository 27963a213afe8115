"""Showing: reads of ticket types, and who may have them. Called by routes; loads nothing slow. Orders: disclosing.py.

Availability changes with every order, so ticket types are the exception to stored representations: their bytes are
made from the stored type and its shards, and the ETag names both.
"""

import hashlib
import json

from chalicelib.domain.cursors import CursorKey, make_cursor
from chalicelib.domain.errors import NotFound
from chalicelib.domain.kinds import View
from chalicelib.domain.pagination import Page
from chalicelib.ports.content import Representations
from chalicelib.ports.sales import SalesView, StoredTicketType
from chalicelib.services.reading import Found


class Showing:
    """Finds what may be read of sales."""

    def __init__(self, view: SalesView, representations: Representations, *, cursor_key: CursorKey) -> None:
        self._view = view
        self._representations = representations
        self._cursor_key = cursor_key

    def ticket_types(self, event_id: str, view: View, page: Page) -> Found:
        """The ticket types of an event in order of position. Raises NotFound."""
        self._require_event(event_id, view)
        stored = self._view.ticket_types(event_id, consistent=view is View.ALL)
        shown = sorted((s for s in stored if view is View.ALL or not s.hidden), key=_place)
        rest = [one for one in shown if _place(one) > page.after]
        chosen = rest[: page.limit]
        lefts = self._view.lefts({one.id: one.shards for one in chosen}, consistent=view is View.ALL)
        items = ",".join(with_available(one.body, _available(one.id, lefts)) for one in chosen)
        cursor = "null"
        if len(rest) > page.limit:
            scope = ticket_types_scope(event_id, view)
            cursor = json.dumps(make_cursor(_place(chosen[-1]), scope=scope, key=self._cursor_key))
        body = f'{{"items":[{items}],"next_cursor":{cursor}}}'
        tag = hashlib.sha256(body.encode()).hexdigest()[:32]
        return Found(tag, lambda: (tag, body))

    def ticket_type(self, event_id: str, ticket_type_id: str, view: View) -> Found:
        """One ticket type; its ETag is the type's tag and how many are available. Raises NotFound."""
        self._require_event(event_id, view)
        stored = self._view.ticket_type(event_id, ticket_type_id, consistent=view is View.ALL)
        if stored is None or (stored.hidden and view is View.PUBLIC):
            raise NotFound
        lefts = self._view.lefts({stored.id: stored.shards}, consistent=view is View.ALL)
        found = with_availability(stored.etag, stored.body, _available(stored.id, lefts))
        return Found(found[0], lambda: found)

    def _require_event(self, event_id: str, view: View) -> None:
        if self._representations.list_tag(event_id, "pages", view) is None:
            raise NotFound


def with_available(body: str, available: int) -> str:
    """A stored ticket type's JSON with how many can be bought."""
    return f'{body[:-1]},"available":{available}}}'


def with_availability(etag: str, body: str, available: int) -> tuple[str, str]:
    """Tag and bytes of a ticket type as it is read."""
    return f"{etag}-{available}", with_available(body, available)


def ticket_types_scope(event_id: str, view: View) -> str:
    """What cursors of this list are made for."""
    return f"{event_id}/ticket-types/{view.value}"


def _available(ticket_type_id: str, lefts: dict[tuple[str, int], int]) -> int:
    return sum(left for (owner, _), left in lefts.items() if owner == ticket_type_id)


def _place(stored: StoredTicketType) -> str:
    return f"{json.loads(stored.body)['position']:06d}{stored.id}"
