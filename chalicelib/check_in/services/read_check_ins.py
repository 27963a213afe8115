"""Reads check-ins and counts for staff at the gate, and the list that a scanner keeps. Called by routes.

Answers are made when read: few people read them, and every check-in changes them. ETags are hashes of the bytes.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import datetime

import msgspec

from chalicelib.accounts.services.authorise import Authorise
from chalicelib.catalog.ports import CatalogView
from chalicelib.check_in.domain.check_in import (
    Admission,
    CheckIn,
    CheckInCounts,
    CheckInList,
    OfflineList,
    OfflineTicket,
    TypeCount,
    check_in_of,
    offline_hash,
)
from chalicelib.check_in.ports import Admissions, GateView
from chalicelib.core.pagination import CursorKey, Page, make_cursor
from chalicelib.core.permissions import Action
from chalicelib.core.principal import Principal
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.representations.json_text import as_found, encode
from chalicelib.representations.read import Found
from chalicelib.tickets.domain.ticket import Ticket, TicketState, tickets_of


class ReadCheckIns:
    def __init__(
        self,
        *,
        admissions: Admissions,
        view: GateView,
        sales: CatalogView,
        authorise: Authorise,
        key: CursorKey,
    ) -> None:
        self._admissions = admissions
        self._view = view
        self._sales = sales
        self._authorise = authorise
        self._key = key

    def list_check_ins(self, event_id: str, page: Page, *, caller: Principal) -> Found:
        """Returns check-ins, newest first, with counts. Raises NotFound, Forbidden."""
        self._authorise.require(caller, event_id, Action.CHECK_IN)
        found = self._admissions.load_latest(event_id, limit=page.limit, after=page.after)
        return _found(
            CheckInList(
                items=self._shown(found.admissions),
                next_cursor=self._cursor(found.next_after, check_ins_scope(event_id)),
                counts=self.count_check_ins(event_id),
            )
        )

    def count_check_ins(self, event_id: str) -> CheckInCounts:
        """Returns how many tickets of each type are used, and how many are sold."""
        used = self._admissions.load_counts(event_id).by_type
        stored = self._sales.load_ticket_types(event_id)
        sold = self._view.count_sold({one.id: one.shards for one in stored})
        types = [
            TypeCount(
                ticket_type_id=one.id,
                name=str(json.loads(one.body)["name"]),
                checked_in=used.get(one.id, 0),
                sold=sold[one.id],
            )
            for one in stored
        ]
        return CheckInCounts(checked_in=sum(used.values()), sold=sum(sold.values()), types=types)

    def list_offline(self, event_id: str, page: Page, *, caller: Principal) -> Found:
        """Returns a page of a scanner's own list; `page` counts orders. Raises NotFound, Forbidden."""
        self._authorise.require(caller, event_id, Action.CHECK_IN)
        ids = self._view.list_order_ids(event_id, limit=page.limit + 1, after=page.after)
        shown, more = ids[: page.limit], len(ids) > page.limit
        orders = self._view.load_orders(shown)
        records = [orders[order_id] for order_id in shown if order_id in orders]
        admissions = self._admissions.load_between(event_id, shown[0], shown[-1]) if shown else []
        salt = self._salt(event_id)
        known = {(one.order_id, one.number): one for one in admissions}
        tickets = [ticket for record in records for ticket in tickets_of(record)]
        return _found(
            OfflineList(
                salt=salt,
                as_of=_newest(records, admissions),
                items=[_offline(ticket, known.get((ticket.order_id, ticket.number)), salt) for ticket in tickets],
                next_cursor=self._cursor(shown[-1] if more else "", offline_scope(event_id)),
            )
        )

    def _shown(self, admissions: Sequence[Admission]) -> list[CheckIn]:
        orders = self._view.load_orders([one.order_id for one in admissions])
        tickets = {(t.order_id, t.number): t for record in orders.values() for t in tickets_of(record)}
        names = self._view.load_names(one.last.by for one in admissions)
        pairs = [(one, tickets.get((one.order_id, one.number))) for one in admissions]
        return [check_in_of(one, ticket, name=names.get(one.last.by)) for one, ticket in pairs if ticket is not None]

    def _cursor(self, after: str, scope: str) -> str | None:
        return make_cursor(after, scope=scope, key=self._key) if after else None

    def _salt(self, event_id: str) -> str:
        """Returns the salt of an event: always the same, so that scanners can compare pages, but one for each event."""
        return hmac.new(self._key(), f"offline-check-in\x00{event_id}".encode(), hashlib.sha256).hexdigest()[:32]


def check_ins_scope(event_id: str) -> str:
    """Returns the scope that binds cursors to the list of check-ins."""
    return f"{event_id}/check-ins"


def offline_scope(event_id: str) -> str:
    """Returns the scope that binds cursors to a scanner's own list."""
    return f"{event_id}/check-ins/offline"


def _offline(ticket: Ticket, admission: Admission | None, salt: str) -> OfflineTicket:
    used_at = admission.used_at if admission else None
    return OfflineTicket(
        hash=offline_hash(ticket.code, salt=salt),
        ticket=ticket.name,
        attendee=ticket.attendee.name if used_at or ticket.state is not TicketState.VOID else "",
        ticket_type=ticket.ticket_type,
        state=ticket.state,
        checked_in_at=used_at,
        recorded_at=admission.last.at if admission else None,
    )


def _newest(records: Sequence[OrderRecord], admissions: Sequence[Admission]) -> datetime | None:
    """Returns the time of the newest change among these."""
    moments = [record.order.updated_at for record in records] + [one.last.at for one in admissions]
    return max(moments, default=None)


def _found(answer: msgspec.Struct) -> Found:
    return as_found(encode(answer))
