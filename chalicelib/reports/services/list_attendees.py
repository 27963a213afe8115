"""Lists the attendees of an event for its staff, as JSON and as CSV. Called by routes/reports.py.

Tickets are computed from their order (tickets/domain/ticket.py), so this reads the orders themselves, found by the list
of orders with tickets that the gate uses, and their check-ins. All reads are strongly consistent.
"""

from collections.abc import Callable, Iterator

import msgspec

from chalicelib.accounts.services.authorise import Authorise
from chalicelib.check_in.ports import Admissions, GateView
from chalicelib.core.pagination import CursorKey, Page
from chalicelib.core.permissions import Action
from chalicelib.core.principal import Principal
from chalicelib.reports.domain.attendee import Guest, guest_of
from chalicelib.representations import csv
from chalicelib.representations.json_text import encode
from chalicelib.representations.read import Found
from chalicelib.representations.rows import Filters, Row, Sheet, as_list, as_sheet, fill, scope, told
from chalicelib.tickets.domain.ticket import TicketState, tickets_of

TICKET_STATES = frozenset(state.value for state in TicketState)
COLUMNS = ("order_id", "number", "ticket_type", "name", "email", "state", "checked_in_at")
_STEP = 100


class ListAttendees:
    """Lists who comes."""

    def __init__(self, *, admissions: Admissions, view: GateView, authorise: Authorise, key: CursorKey) -> None:
        self._admissions = admissions
        self._view = view
        self._authorise = authorise
        self._key = key

    def list_attendees(self, event_id: str, page: Page, filters: Filters, *, caller: Principal) -> Found:
        """Returns attendees in the order of their orders, with void tickets. Raises NotFound, Forbidden."""
        self._authorise.require(caller, event_id, Action.READ_ORDERS)
        part = fill(self._rows(event_id, page, filters, _json), limit=page.limit)
        return as_list(part, scope=scope(event_id, "attendees"), key=self._key)

    def export_attendees(self, event_id: str, page: Page, filters: Filters, *, caller: Principal) -> Sheet:
        """Returns attendees as CSV. Raises NotFound, Forbidden."""
        self._authorise.require(caller, event_id, Action.READ_ORDERS)
        part = fill(self._rows(event_id, page, filters, _line), limit=page.limit)
        return as_sheet(COLUMNS, part, scope=scope(event_id, "attendees"), key=self._key)

    def _rows(self, event_id: str, page: Page, filters: Filters, text: Callable[[Guest], str]) -> Iterator[Row]:
        for guest in self._guests(event_id, page.after.partition("#")[0]):
            place = f"{guest.order_id}#{guest.number:03d}"
            if place > page.after:
                yield place, text(guest) if _fits(guest, filters) else None

    def _guests(self, event_id: str, first: str) -> Iterator[Guest]:
        """Yields all attendees from the order `first` on, which is included; a few requests for _STEP orders."""
        ids = [first] if first else []
        after = first
        while True:
            ids += self._view.list_order_ids(event_id, limit=_STEP, after=after)
            if not ids:
                return
            orders = self._view.load_orders(ids)
            used = {
                (a.order_id, a.number): a for a in self._admissions.load_between(event_id, ids[0], ids[-1]) if a.stands
            }
            for record in (orders[order_id] for order_id in ids if order_id in orders):
                for ticket in tickets_of(record):
                    admission = used.get((ticket.order_id, ticket.number))
                    yield guest_of(ticket, used_at=admission.last.arrived_at if admission else None)
            ids, after = [], ids[-1]


def _fits(guest: Guest, filters: Filters) -> bool:
    named = told(filters.q, names=(guest.name, guest.email or ""), ids=(guest.order_id,))
    return named and filters.state in ("", guest.state.value)


def _json(guest: Guest) -> str:
    return encode(guest)


def _line(guest: Guest) -> str:
    named = msgspec.to_builtins(guest)
    return csv.line(named[name] for name in COLUMNS)
