"""Reads ticket types for the public and for staff. Called by routes; imports nothing slow.

Every order changes availability, so ticket types are the exception to stored representations: their JSON is made from
the stored type and its shards, and the ETag names both.
"""

import json
from collections.abc import Iterable, Mapping

from chalicelib.catalog.domain.stock import Place, quota_stock
from chalicelib.catalog.ports import CatalogView, StoredTicketType
from chalicelib.core.errors import NotFound
from chalicelib.core.kinds import View
from chalicelib.core.pagination import CursorKey, Page, make_cursor
from chalicelib.representations.json_text import add_members, as_found, write_list
from chalicelib.representations.ports import Representations
from chalicelib.representations.read import Found


class ReadTicketTypes:
    def __init__(self, view: CatalogView, representations: Representations, *, cursor_key: CursorKey) -> None:
        self._view = view
        self._representations = representations
        self._cursor_key = cursor_key

    def list_ticket_types(self, event_id: str, view: View, page: Page) -> Found:
        """Returns the ticket types of an event in order of position. Raises NotFound."""
        self._require_event(event_id, view)
        stored = self._view.load_ticket_types(event_id, consistent=view is View.ALL)
        shown = sorted((s for s in stored if view is View.ALL or not s.hidden), key=_place)
        rest = [one for one in shown if _place(one) > page.after]
        chosen = rest[: page.limit]
        cursor = None
        if len(rest) > page.limit:
            scope = ticket_types_scope(event_id, view)
            cursor = make_cursor(_place(chosen[-1]), scope=scope, key=self._cursor_key)
        return as_found(write_list(self._with_available(chosen, view), next_cursor=cursor))

    def read_ticket_type(self, event_id: str, ticket_type_id: str, view: View) -> Found:
        """Returns one ticket type. Its ETag is the type's tag and how many are available. Raises NotFound."""
        self._require_event(event_id, view)
        stored = self._view.load_ticket_type(event_id, ticket_type_id, consistent=view is View.ALL)
        if stored is None or (stored.hidden and view is View.PUBLIC):
            raise NotFound
        lefts = self._view.load_lefts(shards_of([stored]), consistent=view is View.ALL)
        return Found.made(*with_availability(stored.etag, stored.body, _available(stored, lefts, view)))

    def list_opened_types(self, event_id: str, ticket_type_ids: list[str]) -> list[str]:
        """Returns these ticket types, hidden ones too, each as JSON, in order of position. For callers with an access
        code for them. Raises NotFound.
        """
        self._require_event(event_id, View.PUBLIC)
        stored = [one for one in self._view.load_ticket_types(event_id) if one.id in ticket_type_ids]
        return self._with_available(sorted(stored, key=_place), View.PUBLIC)

    def _with_available(self, stored: list[StoredTicketType], view: View) -> list[str]:
        lefts = self._view.load_lefts(shards_of(stored), consistent=view is View.ALL)
        return [with_available(one.body, _available(one, lefts, view)) for one in stored]

    def _require_event(self, event_id: str, view: View) -> None:
        if self._representations.list_tag(event_id, "pages", view) is None:
            raise NotFound


def with_available(body: str, available: int) -> str:
    """Returns a stored ticket type's JSON with how many can be bought."""
    return add_members(body, {"available": available})


def with_availability(etag: str, body: str, available: int) -> tuple[str, str]:
    """Returns the tag and the JSON of a ticket type as it is read."""
    return f"{etag}-{available}", with_available(body, available)


def ticket_types_scope(event_id: str, view: View) -> str:
    """Returns the scope that binds cursors to this list."""
    return f"{event_id}/ticket-types/{view.value}"


def shards_of(stored: Iterable[StoredTicketType]) -> dict[str, int]:
    """Returns the number of shards of each stock: of these types and of their quotas."""
    types = list(stored)
    quotas = {quota_stock(quota_id): shards for one in types for quota_id, shards in one.quotas}
    return {one.id: one.shards for one in types} | quotas


def left_of(stored: StoredTicketType, lefts: Mapping[Place, int]) -> int:
    """Returns how many tickets of a type are left, by what these shards of the type and its quotas have left."""
    owners = shards_of([stored])
    return least_left(
        stored, {one: sum(count for (owner, _), count in lefts.items() if owner == one) for one in owners}
    )


def least_left(stored: StoredTicketType, left: Mapping[str, int]) -> int:
    """Returns how many tickets of a type are left: the least of its own stock and its quotas. `left` is by owner."""
    return min(left[owner] for owner in shards_of([stored]))


def _available(stored: StoredTicketType, lefts: Mapping[Place, int], view: View) -> int:
    """Returns how many can be bought; for the public 0 while people wait for the type."""
    if stored.waiting and view is View.PUBLIC:
        return 0
    return left_of(stored, lefts)


def _place(stored: StoredTicketType) -> str:
    return f"{json.loads(stored.body)['position']:06d}{stored.id}"
