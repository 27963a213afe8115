"""Gives the tickets of a paid order to its buyer and staff. Called by routes and mail/services/send_mail.py.

No step issues tickets: they are computed from the order (tickets/domain/ticket.py). The buyer and organisers can change
attendees; a changed ticket gets a new code, and its old code is no longer valid.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import msgspec

from chalicelib.accounts.services.authorise import Authorise
from chalicelib.catalog.ports import Lost
from chalicelib.core.errors import Forbidden, NotFound, OrderNotPayable, TicketNotValid
from chalicelib.core.ids import is_ulid
from chalicelib.core.kinds import View
from chalicelib.core.permissions import Action, allows
from chalicelib.core.preconditions import ANY, Match, require_match, until_settled
from chalicelib.core.principal import Principal
from chalicelib.mail.ports import Attachment
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.ports import Orders
from chalicelib.orders.services.read_order import is_buyer
from chalicelib.representations.json_text import encode, write_list
from chalicelib.representations.ports import Representations
from chalicelib.representations.read import Found
from chalicelib.tickets.domain.ticket import AttendeesForm, Ticket, TicketState, shown, tickets_of, with_attendees
from chalicelib.tickets.ports import UsedTickets

TRIES = 5


class UnusedTickets(UsedTickets, Protocol):
    """Also changes orders, on condition that tickets are not used."""

    def rewrite(self, after: OrderRecord, *, before: OrderRecord, unused: Sequence[int]) -> None:
        """Stores an order with changed attendees, if these tickets are not used. Raises Lost (`order`, `admission`)."""


class IssueTickets:
    """Reads tickets and changes their attendees."""

    def __init__(
        self, *, orders: Orders, admissions: UnusedTickets, representations: Representations, authorise: Authorise
    ) -> None:
        self._orders = orders
        self._admissions = admissions
        self._representations = representations
        self._authorise = authorise

    def list_tickets(self, order_id: str, *, principal: Principal | None, access: str | None) -> Found:
        """Returns all tickets of an order, none before it is paid. Raises NotFound."""
        return self._listed(self._readable(order_id, principal, access))

    def read_qr(self, order_id: str, number: str, *, principal: Principal | None, access: str | None) -> Found:
        """Returns the QR code of a valid ticket as SVG. Raises NotFound, TicketNotValid."""
        record = self._readable(order_id, principal, access)
        ticket = next((one for one in tickets_of(record) if str(one.number) == number), None)
        if ticket is None:
            raise NotFound
        _require_valid(ticket)

        def load() -> tuple[str, str]:
            from chalicelib.tickets.pdf.qr import qr_svg

            return tag, qr_svg(ticket.code, title=f"QR code of ticket {ticket.number}")

        tag = _tag("qr", ticket.code)
        return Found(tag, load)

    def read_pdf(
        self, order_id: str, *, principal: Principal | None, access: str | None
    ) -> tuple[str, Callable[[], Attachment]]:
        """Returns the ETag of the PDF of all tickets, and a function that makes it. Raises NotFound, TicketNotValid."""
        record = self._readable(order_id, principal, access)
        tickets = tickets_of(record)
        if not tickets:
            raise NotFound
        _require_valid(tickets[0])
        event = self._event(record)
        tag = _tag("pdf", repr(event), *(f"{one.code} {one.attendee.name}" for one in tickets))
        return tag, lambda: _printed(record, tickets, event)

    def make_attachment(self, order_id: str) -> Attachment | None:
        """Returns the PDF for a mail; None when the order's tickets are not valid any more."""
        record = self._orders.load_order(order_id)
        tickets = tickets_of(record) if record else []
        if record is None or not tickets or tickets[0].state is not TicketState.VALID:
            return None
        return _printed(record, tickets, self._event(record))

    def update_attendees(
        self,
        order_id: str,
        form: AttendeesForm,
        *,
        principal: Principal | None,
        access: str | None,
        match: Match = frozenset({ANY}),
    ) -> Found:
        """Changes attendees and returns the list of tickets. Changed tickets get new codes, their old codes are no
        longer valid. `match` is compared with the tag of the list. Raises NotFound, Forbidden (other staff),
        PreconditionRequired, PreconditionFailed, InvalidInput, TicketNotValid (void, suspended or used),
        OrderNotPayable.
        """

        def attempt() -> Found:
            before = self._readable(order_id, principal, access)
            self._require_changer(before, principal, access)
            tag, body = self._listed(before).load()
            require_match(match, etag=tag, body=body)
            tickets = tickets_of(before)
            if not tickets:
                raise TicketNotValid("There are tickets once the order is paid.", code="no_tickets")
            _require_valid(tickets[0])
            after, moved = with_attendees(before, form.attendees)
            if not moved:
                return self._listed(before)
            try:
                self._admissions.rewrite(after, before=before, unused=moved)
            except Lost as lost:
                if "admission" in lost.names:
                    raise TicketNotValid("A ticket that was used keeps its attendee.", code="ticket_used") from None
                raise
            return self._listed(after)

        otherwise = OrderNotPayable("This order is changing. Try again.", code="order_changing")
        return until_settled(attempt, tries=TRIES, otherwise=otherwise)

    def _readable(self, order_id: str, principal: Principal | None, access: str | None) -> OrderRecord:
        """Returns the order for its buyer, and for staff who may read orders. Raises NotFound."""
        record = self._orders.load_order(order_id) if is_ulid(order_id) else None
        if record is None:
            raise NotFound
        if is_buyer(record, principal=principal, access=access):
            return record
        if not allows(self._authorise.find_role(principal, record.order.event_id), Action.READ_ORDERS):
            raise NotFound
        return record

    def _require_changer(self, record: OrderRecord, principal: Principal | None, access: str | None) -> None:
        """Raises Forbidden unless this is the buyer, or staff who may change attendees."""
        if is_buyer(record, principal=principal, access=access):
            return
        if not allows(self._authorise.find_role(principal, record.order.event_id), Action.CHANGE_ATTENDEES):
            raise Forbidden("Only the buyer and the organisers may do this.")

    def _listed(self, record: OrderRecord) -> Found:
        used = self._admissions.used_at(record.order.event_id, record.id)
        items = [shown(ticket, used_at=used.get(ticket.number)) for ticket in tickets_of(record)]
        body = write_list(map(encode, items))
        tag = _tag("tickets", body)
        return Found.made(tag, body)

    def _event(self, record: OrderRecord) -> dict[str, Any]:
        stored = self._representations.event(record.order.event_id, View.ALL)
        if stored is None:
            raise NotFound
        event: dict[str, Any] = msgspec.json.decode(stored.body)
        return {name: event.get(name) for name in ("name", "starts_at", "ends_at", "timezone", "venue")}


def _require_valid(ticket: Ticket) -> None:
    """Raises TicketNotValid. One ticket is enough, since all tickets of an order have the same state."""
    if ticket.state is TicketState.SUSPENDED:
        raise TicketNotValid("The payment of this order is disputed.", code="ticket_suspended")
    if ticket.state is TicketState.VOID:
        raise TicketNotValid("This order's tickets are not valid any more.", code="ticket_void")


def _printed(record: OrderRecord, tickets: list[Ticket], event: dict[str, Any]) -> Attachment:
    from chalicelib.tickets.pdf.draw import tickets_pdf
    from chalicelib.tickets.pdf.page import ticket_pages

    content = tickets_pdf(ticket_pages(tickets, event), title=str(event["name"]))
    return Attachment(f"tickets-{record.id}.pdf", "application/pdf", content)


def _tag(*parts: str) -> str:
    from chalicelib.tickets.pdf.page import REVISION

    return hashlib.sha256("\0".join((str(REVISION), *parts)).encode()).hexdigest()[:32]
