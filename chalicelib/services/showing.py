"""Showing: reads of ticket types, orders and charges, and who may have them. Called by routes; loads nothing slow.

Availability changes with every order, so ticket types are the exception to stored representations: their bytes are
made from the stored type and its shards, and the ETag names both.
"""

import hashlib
import hmac
import json
from typing import Any

from chalicelib.domain.cursors import CursorKey, make_cursor
from chalicelib.domain.errors import Forbidden, NotFound
from chalicelib.domain.kinds import View
from chalicelib.domain.pagination import Page
from chalicelib.domain.permission import Action, allows
from chalicelib.domain.principal import Principal
from chalicelib.ports.content import Representations
from chalicelib.ports.sales import SalesView, StoredOrder, StoredTicketType
from chalicelib.services.authorising import Authorising
from chalicelib.services.reading import Found

MAX_ACCESS = 100


class Showing:
    """Finds what may be read of sales."""

    def __init__(
        self, view: SalesView, representations: Representations, authorising: Authorising, *, cursor_key: CursorKey
    ) -> None:
        self._view = view
        self._representations = representations
        self._authorising = authorising
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

    def order(self, order_id: str, *, principal: Principal | None, access: str | None) -> Found:
        """An order for its buyer, whoever has its access token, or staff. Raises NotFound."""
        stored = self._order(order_id)
        if not is_buyer(stored, principal=principal, access=access):
            if not allows(self._staff_role(stored, principal), Action.READ_ORDERS):
                raise NotFound
            reason = json.dumps(stored.reason, ensure_ascii=False)
            staff = f"{stored.etag}-staff", f'{stored.body[:-1]},"review_reason":{reason}}}'
            return Found(staff[0], lambda: staff)
        found = stored.etag, stored.body
        return Found(found[0], lambda: found)

    def charges(self, order_id: str, *, principal: Principal | None, access: str | None) -> Found:
        """The charges of an order, for staff. Raises NotFound, Forbidden (the buyer asks)."""
        stored = self._order(order_id)
        if not allows(self._staff_role(stored, principal), Action.READ_ORDERS):
            if is_buyer(stored, principal=principal, access=access):
                raise Forbidden("Charges are for the event's staff.")
            raise NotFound
        body = f'{{"items":[{",".join(self._view.charges(order_id))}],"next_cursor":null}}'
        tag = hashlib.sha256(body.encode()).hexdigest()[:32]
        return Found(tag, lambda: (tag, body))

    def _order(self, order_id: str) -> StoredOrder:
        stored = self._view.order(order_id)
        if stored is None:
            raise NotFound
        return stored

    def _staff_role(self, stored: StoredOrder, principal: Principal | None) -> str | None:
        event_id: str = json.loads(stored.body)["event_id"]
        return self._authorising.role(principal, event_id)

    def _require_event(self, event_id: str, view: View) -> None:
        if self._representations.list_tag(event_id, "pages", view) is None:
            raise NotFound


def is_buyer(order: Any, *, principal: Principal | None, access: str | None) -> bool:
    """Whether the caller is who made the order: its user, or whoever has its access token. `order` has `user_id` and
    `access_hash`.
    """
    if principal is not None and order.user_id == principal.user_id:
        return True
    if not access or len(access) > MAX_ACCESS or order.access_hash is None:
        return False
    return hmac.compare_digest(hash_of_access(access), order.access_hash)


def hash_of_access(token: str) -> str:
    """What is stored of an access token: 128 bits of its hash."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]


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
