"""Tickets and their codes: a function of the order, so a paid order has exactly one set of them by construction. Pure.

Nothing issues a ticket and nothing can issue it twice: ticket n of an order is there as soon as the order was paid, and
its state follows from the order's facts. A code proves itself by a MAC under the order's own secret (ADR 11).
"""

import hashlib
import hmac
import re
import string
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct, structs

from chalicelib.core.errors import InvalidInput, Violation
from chalicelib.core.ids import ALPHABET
from chalicelib.core.text import Email, Name
from chalicelib.orders.domain.order import Attendee, Line, OrderRecord
from chalicelib.orders.domain.order_state import OrderState, Position, position_of

MAC_CHARACTERS = 26
"""Base-32 characters of the MAC: 130 bits, more than anybody can try at a gate."""
MAX_CODE = 200
"""What a code may be written in, blanks between its characters included."""
MAX_CHANGES = 50
"""Attendees that one request may change: each is a condition of one transaction of at most 100."""
_ULID = "[0-7][0-9A-HJKMNP-TV-Z]{25}"
_TICKET = re.compile(rf"({_ULID})-([1-9][0-9]{{0,2}})")
_CODE = re.compile(rf"({_ULID})([1-9][0-9]{{0,2}})([{ALPHABET}]{{{MAC_CHARACTERS}}})")
_WIDE = 0xFEE0
"""How far the full-width form of a letter or digit is from the plain one."""
_MISTAKEN = {"O": "0", "I": "1", "L": "1"}
"""Letters that Crockford's base 32 leaves out, since people read digits in them: crockford.com/base32.html."""
_READ_AS = {
    shape: _MISTAKEN.get(one.upper(), one.upper())
    for one in string.digits + string.ascii_letters
    for shape in (one, chr(ord(one) + _WIDE))
} | {"\u0130": "1", "\u0131": "1"}
"""What each character of a code stands for; the last two are the i's of Turkish keyboards."""
_REISSUE = ";"
_TIMES = "*"


class TicketState(StrEnum):
    """Whether a ticket lets somebody in: yes, not now (its payment is disputed), never again."""

    VALID = "valid"
    SUSPENDED = "suspended"
    VOID = "void"


class Ticket(Struct, frozen=True, kw_only=True):
    """One admission. `number` counts from 1 over all lines of the order; `code` is what its QR code says."""

    order_id: str
    event_id: str
    number: int
    ticket_type_id: str
    ticket_type: str
    attendee: Attendee
    state: TicketState
    code: str

    @property
    def name(self) -> str:
        """What a ticket is called where it must not give its code away."""
        return ticket_name(self.order_id, self.number)


class TicketLinks(Struct, frozen=True, kw_only=True):
    """Where a ticket's QR code is, as a path; null while the ticket is not valid."""

    qr: str | None


class TicketRead(Struct, frozen=True, kw_only=True):
    """A ticket as its buyer and staff read it. The code itself is only in the QR code and the PDF."""

    number: int
    ticket_type_id: str
    ticket_type: str
    attendee: Attendee
    state: TicketState
    checked_in_at: datetime | None
    links: TicketLinks


class Code(NamedTuple):
    """A code taken apart; nothing is proven yet."""

    order_id: str
    number: int
    mac: str


class AttendeeChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who comes with a ticket from now on."""

    number: Annotated[int, Meta(ge=1, le=999, description="Which ticket of the order, from 1")]
    name: Name
    email: Email | None = None

    @property
    def attendee(self) -> Attendee:
        return Attendee(name=self.name, email=self.email)


class AttendeesForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a buyer sends about attendees; tickets that are not named stay as they are."""

    attendees: Annotated[list[AttendeeChange], Meta(min_length=1, max_length=MAX_CHANGES)]

    def violations(self) -> list[Violation]:
        """Rules that span fields."""
        if len({change.number for change in self.attendees}) < len(self.attendees):
            return [Violation("/attendees", "must name each ticket once")]
        return []


def ticket_name(order_id: str, number: int) -> str:
    """What a ticket is called where it must not give its code away."""
    return f"{order_id}-{number}"


def parse_name(text: str) -> tuple[str, int] | None:
    """Order id and number of a ticket's name."""
    match = _TICKET.fullmatch(text)
    return (match[1], int(match[2])) if match else None


def parse_code(text: str) -> Code | None:
    """A code as a scanner reads it or a person types or pastes it; None for anything else. Only letters and digits
    count, since lengths tell the parts apart: dashes and blanks of any kind may stand anywhere or be missing. The same
    rule as web/public/js/ticketcode.js.
    """
    if len(text) > MAX_CODE:
        return None
    match = _CODE.fullmatch("".join(_READ_AS.get(one, "") for one in text))
    return Code(match[1], int(match[2]), match[3]) if match else None


def tickets_of(record: OrderRecord) -> list[Ticket]:
    """All tickets of an order, in order of their numbers; none before it is paid."""
    state = ticket_state(record)
    return [_ticket(record, line, number, state) for number, line in enumerate(_lines(record), start=1)]


def ticket_state(record: OrderRecord) -> TicketState:
    """The state of all tickets of an order that was paid."""
    if position_of(record.facts) is not Position.SOLD:
        return TicketState.VOID
    return TicketState.SUSPENDED if record.state is OrderState.DISPUTED else TicketState.VALID


def ticket_for(code: Code, record: OrderRecord) -> Ticket | None:
    """The ticket whose code this is; None for a code that was made up, altered or replaced. In constant time."""
    lines = _lines(record)[code.number - 1 : code.number]
    found = next((_ticket(record, line, code.number, ticket_state(record)) for line in lines), None)
    given = f"{ticket_name(code.order_id, code.number)}-{code.mac}"
    genuine = hmac.compare_digest((found.code if found else "").encode(), given.encode())
    return found if genuine else None


def shown(ticket: Ticket, *, used_at: datetime | None) -> TicketRead:
    """The ticket as it is read; `used_at` is when somebody came in with it."""
    valid = ticket.state is TicketState.VALID
    return TicketRead(
        number=ticket.number,
        ticket_type_id=ticket.ticket_type_id,
        ticket_type=ticket.ticket_type,
        attendee=ticket.attendee,
        state=ticket.state,
        checked_in_at=used_at,
        links=TicketLinks(qr=f"/api/v1/orders/{ticket.order_id}/tickets/{ticket.number}/qr.svg" if valid else None),
    )


def with_attendees(record: OrderRecord, changes: Sequence[AttendeeChange]) -> tuple[OrderRecord, list[int]]:
    """The order with other attendees, and which tickets that reissues: their codes of before are dead.
    Raises InvalidInput.
    """
    tickets = {ticket.number: ticket for ticket in tickets_of(record)}
    unknown = [index for index, change in enumerate(changes) if change.number not in tickets]
    if unknown:
        rule = f"must be a ticket of the order, from 1 to {len(tickets)}"
        raise InvalidInput([Violation(f"/attendees/{index}/number", rule) for index in unknown])
    moved = [change.number for change in changes if change.attendee != tickets[change.number].attendee]
    if not moved:
        return record, []
    attendees = {number: ticket.attendee for number, ticket in tickets.items()}
    attendees |= {change.number: change.attendee for change in changes}
    secret, reissues = _read_secret(record)
    reissues = {**reissues, **{number: reissues.get(number, 0) + 1 for number in moved}}
    return structs.replace(
        record,
        attendees=[attendees[number] for number in sorted(attendees)],
        ticket_secret=_write_secret(secret, reissues),
        version=record.version + 1,
    ), moved


def _lines(record: OrderRecord) -> list[Line]:
    """The line of each ticket, in order of their numbers; none before the order is paid."""
    if not record.facts.issued or record.ticket_secret is None:
        return []
    return [line for line in record.order.lines for _ in range(line.quantity)]


def _ticket(record: OrderRecord, line: Line, number: int, state: TicketState) -> Ticket:
    given = record.attendees[number - 1] if number <= len(record.attendees) else None
    buyer = record.order.buyer
    return Ticket(
        order_id=record.id,
        event_id=record.order.event_id,
        number=number,
        ticket_type_id=line.ticket_type_id,
        ticket_type=line.name,
        attendee=given or Attendee(name=buyer.name, email=buyer.email),
        state=state,
        code=f"{ticket_name(record.id, number)}-{_mac(record, number)}",
    )


def _mac(record: OrderRecord, number: int) -> str:
    """HMAC-SHA256 (RFC 2104) over everything that tells tickets apart. The letters and digits of base 32 fit the
    alphanumeric mode of QR codes (ISO/IEC 18004), which makes them a third smaller.
    """
    secret, reissues = _read_secret(record)
    named = ("ticket", record.order.event_id, record.id, str(number), str(reissues.get(number, 0)))
    digest = hmac.new(secret.encode(), "\0".join(named).encode(), hashlib.sha256).digest()
    bits = int.from_bytes(digest, "big")
    return "".join(ALPHABET[(bits >> (251 - 5 * place)) & 31] for place in range(MAC_CHARACTERS))


def _read_secret(record: OrderRecord) -> tuple[str, dict[int, int]]:
    """The secret and how often each ticket was made anew. They are one attribute of the order, `secret;3*1;5*2`, since
    a code is only known when both are.
    """
    secret, *parts = str(record.ticket_secret).split(_REISSUE)
    return secret, {int(number): int(count) for number, _, count in (part.partition(_TIMES) for part in parts)}


def _write_secret(secret: str, reissues: Mapping[int, int]) -> str:
    return _REISSUE.join([secret, *(f"{number}{_TIMES}{count}" for number, count in sorted(reissues.items()))])
