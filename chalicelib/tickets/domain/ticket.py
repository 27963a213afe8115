"""Tickets and their codes. They are computed from the order, so a paid order has exactly one set of them. Pure.

No step issues a ticket, so none can be issued twice: ticket n of an order exists when the order is paid, and its state
follows from the order's facts. A code is verified by its MAC under the order's own secret (ADR 11).
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
"""Base-32 characters of the MAC: 130 bits, too many to guess at a gate."""
MAX_CODE = 200
"""Characters of a code as it is entered, with blanks between its characters."""
MAX_CHANGES = 50
"""Attendees that one request may change: each is a condition of one transaction of at most 100 items."""
_ULID = "[0-7][0-9A-HJKMNP-TV-Z]{25}"
_TICKET = re.compile(rf"({_ULID})-([1-9][0-9]{{0,2}})")
_CODE = re.compile(rf"({_ULID})([1-9][0-9]{{0,2}})([{ALPHABET}]{{{MAC_CHARACTERS}}})")
_WIDE = 0xFEE0
"""The distance from the code point of a letter or digit to that of its full-width form."""
_MISTAKEN = {"O": "0", "I": "1", "L": "1"}
"""Letters that Crockford's base 32 leaves out, with the digits that people mean: crockford.com/base32.html."""
_READ_AS = {
    shape: _MISTAKEN.get(one.upper(), one.upper())
    for one in string.digits + string.ascii_letters
    for shape in (one, chr(ord(one) + _WIDE))
} | {"\u0130": "1", "\u0131": "1"}
"""The character of a code that each entered character means. The last two are the letters i of Turkish keyboards."""
_REISSUE = ";"
_TIMES = "*"


class TicketState(StrEnum):
    """Whether a ticket lets a person in: yes, not now (its payment is disputed), or never again."""

    VALID = "valid"
    SUSPENDED = "suspended"
    VOID = "void"


class Ticket(Struct, frozen=True, kw_only=True):
    """A ticket for one person. `number` counts from 1 over all lines of the order; `code` is the QR code's text."""

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
        """The name of the ticket, for places that must not contain its code."""
        return ticket_name(self.order_id, self.number)


class TicketLinks(Struct, frozen=True, kw_only=True):
    """The path of a ticket's QR code; null while the ticket is not valid."""

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
    """The parts of a code, not verified yet."""

    order_id: str
    number: int
    mac: str


class AttendeeChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The new attendee of a ticket."""

    number: Annotated[int, Meta(ge=1, le=999, description="Which ticket of the order, from 1")]
    name: Name
    email: Email | None = None

    @property
    def attendee(self) -> Attendee:
        return Attendee(name=self.name, email=self.email)


class AttendeesForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a buyer sends to change attendees. Tickets that are not named stay as they are."""

    attendees: Annotated[list[AttendeeChange], Meta(min_length=1, max_length=MAX_CHANGES)]

    def violations(self) -> list[Violation]:
        """Returns violations of rules that span fields."""
        if len({change.number for change in self.attendees}) < len(self.attendees):
            return [Violation("/attendees", "must name each ticket once")]
        return []


def ticket_name(order_id: str, number: int) -> str:
    """Returns the name of a ticket, for places that must not contain its code."""
    return f"{order_id}-{number}"


def parse_name(text: str) -> tuple[str, int] | None:
    """Returns the order id and the number in a ticket's name, or None."""
    match = _TICKET.fullmatch(text)
    return (match[1], int(match[2])) if match else None


def parse_code(text: str) -> Code | None:
    """Returns the parts of a code that was scanned, typed or pasted; None for any other text. Only letters and digits
    count, since lengths separate the parts: dashes and blanks of any kind may be anywhere or missing.
    web/src/desk/check_in/ticket-code.ts has the same rule.
    """
    if len(text) > MAX_CODE:
        return None
    match = _CODE.fullmatch("".join(_READ_AS.get(one, "") for one in text))
    return Code(match[1], int(match[2]), match[3]) if match else None


def tickets_of(record: OrderRecord) -> list[Ticket]:
    """Returns all tickets of an order, in order of number; none before it is paid."""
    state = ticket_state(record)
    return [_ticket(record, line, number, state) for number, line in enumerate(_lines(record), start=1)]


def ticket_state(record: OrderRecord) -> TicketState:
    """Returns the state of all tickets of an order that was paid."""
    if position_of(record.facts) is not Position.SOLD:
        return TicketState.VOID
    return TicketState.SUSPENDED if record.state is OrderState.DISPUTED else TicketState.VALID


def ticket_for(code: Code, record: OrderRecord) -> Ticket | None:
    """Returns the ticket with this code; None for a forged, changed or replaced code. Compares in constant time."""
    lines = _lines(record)[code.number - 1 : code.number]
    found = next((_ticket(record, line, code.number, ticket_state(record)) for line in lines), None)
    given = f"{ticket_name(code.order_id, code.number)}-{code.mac}"
    genuine = hmac.compare_digest((found.code if found else "").encode(), given.encode())
    return found if genuine else None


def shown(ticket: Ticket, *, used_at: datetime | None) -> TicketRead:
    """Returns the ticket as it is read. `used_at` is when its holder was checked in."""
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
    """Returns the order with changed attendees, and the numbers of the tickets that get new codes. Their old codes are
    no longer valid. Raises InvalidInput.
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
    """Returns the line of each ticket, in order of number; none before the order is paid."""
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
    """Returns HMAC-SHA256 (RFC 2104) over everything that distinguishes tickets. The letters and digits of base 32 fit
    into the alphanumeric mode of QR codes (ISO/IEC 18004), which makes them a third smaller.
    """
    secret, reissues = _read_secret(record)
    named = ("ticket", record.order.event_id, record.id, str(number), str(reissues.get(number, 0)))
    digest = hmac.new(secret.encode(), "\0".join(named).encode(), hashlib.sha256).digest()
    bits = int.from_bytes(digest, "big")
    return "".join(ALPHABET[(bits >> (251 - 5 * place)) & 31] for place in range(MAC_CHARACTERS))


def _read_secret(record: OrderRecord) -> tuple[str, dict[int, int]]:
    """Returns the secret, and how often each ticket got a new code. Both are in one attribute of the order,
    `secret;3*1;5*2`, since a code derives from both.
    """
    secret, *parts = str(record.ticket_secret).split(_REISSUE)
    return secret, {int(number): int(count) for number, _, count in (part.partition(_TIMES) for part in parts)}


def _write_secret(secret: str, reissues: Mapping[int, int]) -> str:
    return _REISSUE.join([secret, *(f"{number}{_TIMES}{count}" for number, count in sorted(reissues.items()))])
