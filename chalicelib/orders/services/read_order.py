"""Reads of an order, its charges and refunds, and who may have them. Called by routes; light."""

import hmac
import json
from typing import Any

from chalicelib.accounts.services.authorise import Authorise
from chalicelib.core.errors import Forbidden, NotFound
from chalicelib.core.permissions import Action, allows
from chalicelib.core.principal import Principal
from chalicelib.mail.ports import LOST_STATES
from chalicelib.orders.ports import OrdersView, StoredOrder
from chalicelib.representations.json_text import add_members, as_found, hash_of, write_json, write_list
from chalicelib.representations.read import Found

MAX_ACCESS = 100
_HAS_TICKETS = frozenset({"paid", "partially_refunded", "disputed"})


class ReadOrder:
    """Finds what may be read of an order."""

    def __init__(self, view: OrdersView, authorise: Authorise) -> None:
        self._view = view
        self._authorise = authorise

    def read_order(self, order_id: str, *, principal: Principal | None, access: str | None) -> Found:
        """An order for its buyer, whoever has its access token, or staff. Raises NotFound."""
        stored = self._with_mail(order_id, self._order(order_id))
        if not is_buyer(stored, principal=principal, access=access):
            if not allows(self._staff_role(stored, principal), Action.READ_ORDERS):
                raise NotFound
            mark = hash_of(write_json(stored.reason))[:8]
            return Found.made(f"{stored.etag}-staff-{mark}", staff_body(stored.body, stored.reason))
        return Found.made(stored.etag, stored.body)

    def list_charges(self, order_id: str, *, principal: Principal | None, access: str | None) -> Found:
        """The charges of an order, for staff. Raises NotFound, Forbidden (the buyer asks)."""
        stored = self._order(order_id)
        if not allows(self._staff_role(stored, principal), Action.READ_ORDERS):
            if is_buyer(stored, principal=principal, access=access):
                raise Forbidden("Charges are for the event's staff.")
            raise NotFound
        return as_found(write_list(self._view.load_charges(order_id)))

    def list_refunds(self, order_id: str, *, principal: Principal) -> Found:
        """The refunds of an order that were asked for, for staff. Raises NotFound."""
        stored = self._order(order_id)
        if not allows(self._staff_role(stored, principal), Action.READ_ORDERS):
            raise NotFound
        return as_found(write_list(self._view.load_refunds(order_id)))

    def _with_mail(self, order_id: str, stored: StoredOrder) -> StoredOrder:
        """The order, saying so when the mail with its tickets did not arrive."""
        is_paid = json.loads(stored.body)["state"] in _HAS_TICKETS
        if not is_paid or self._view.load_mail_state(order_id) not in LOST_STATES:
            return stored
        body = add_members(stored.body, {"mail_undelivered": True})
        return stored._replace(etag=f"{stored.etag}-mail", body=body)

    def _order(self, order_id: str) -> StoredOrder:
        stored = self._view.load_order(order_id)
        if stored is None:
            raise NotFound
        return stored

    def _staff_role(self, stored: StoredOrder, principal: Principal | None) -> str | None:
        event_id: str = json.loads(stored.body)["event_id"]
        return self._authorise.find_role(principal, event_id)


def staff_body(body: str, reason: str | None) -> str:
    """The JSON of an order as staff read it: with why it is in review."""
    return add_members(body, {"review_reason": reason})


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
    return hash_of(token)
