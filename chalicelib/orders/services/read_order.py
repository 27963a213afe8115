"""Reads of an order, its charges and refunds, and who may have them. Called by routes; light."""

import hashlib
import hmac
import json
from typing import Any

from chalicelib.accounts.services.authorise import Authorise
from chalicelib.core.errors import Forbidden, NotFound
from chalicelib.core.permissions import Action, allows
from chalicelib.core.principal import Principal
from chalicelib.notifications.ports import LOST_STATES
from chalicelib.orders.ports import OrdersView, StoredOrder
from chalicelib.representations.read import Found

MAX_ACCESS = 100
_HAS_TICKETS = frozenset({"paid", "partially_refunded", "disputed"})


class ReadOrder:
    def __init__(self, view: OrdersView, authorising: Authorise) -> None:
        self._view = view
        self._authorising = authorising

    def order(self, order_id: str, *, principal: Principal | None, access: str | None) -> Found:
        """An order for its buyer, whoever has its access token, or staff. Raises NotFound."""
        stored = self._with_mail(order_id, self._order(order_id))
        if not is_buyer(stored, principal=principal, access=access):
            if not allows(self._staff_role(stored, principal), Action.READ_ORDERS):
                raise NotFound
            reason = json.dumps(stored.reason, ensure_ascii=False)
            mark = hashlib.sha256(reason.encode()).hexdigest()[:8]
            staff = f"{stored.etag}-staff-{mark}", f'{stored.body[:-1]},"review_reason":{reason}}}'
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
        return _list(self._view.charges(order_id))

    def refunds(self, order_id: str, *, principal: Principal) -> Found:
        """The refunds of an order that were asked for, for staff. Raises NotFound."""
        stored = self._order(order_id)
        if not allows(self._staff_role(stored, principal), Action.READ_ORDERS):
            raise NotFound
        return _list(self._view.refunds(order_id))

    def _with_mail(self, order_id: str, stored: StoredOrder) -> StoredOrder:
        """The order, saying so when the mail with its tickets did not arrive."""
        is_paid = json.loads(stored.body)["state"] in _HAS_TICKETS
        if not is_paid or self._view.tickets_mail_state(order_id) not in LOST_STATES:
            return stored
        return stored._replace(etag=f"{stored.etag}-mail", body=f'{stored.body[:-1]},"mail_undelivered":true}}')

    def _order(self, order_id: str) -> StoredOrder:
        stored = self._view.order(order_id)
        if stored is None:
            raise NotFound
        return stored

    def _staff_role(self, stored: StoredOrder, principal: Principal | None) -> str | None:
        event_id: str = json.loads(stored.body)["event_id"]
        return self._authorising.role(principal, event_id)


def _list(bodies: list[str]) -> Found:
    body = f'{{"items":[{",".join(bodies)}],"next_cursor":null}}'
    tag = hashlib.sha256(body.encode()).hexdigest()[:32]
    return Found(tag, lambda: (tag, body))


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
