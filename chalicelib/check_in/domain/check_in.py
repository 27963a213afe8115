"""Check-ins: what scanners send, what is stored of a ticket at the gate, and what scanners receive. Pure.

Who is let in: check_in/services/check_people_in.py. Codes of tickets: tickets/domain/ticket.py.
"""

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from chalicelib.core.errors import Violation
from chalicelib.core.validation import FIRST_YEAR, LAST_YEAR
from chalicelib.tickets.domain.ticket import MAX_CODE, Ticket, TicketState, ticket_name

MAX_SCANS = 500
"""Scans of one reconciliation: at 20 ms each they fit into the gateway's 29 s."""
LONGEST_AWAY = timedelta(days=31)
"""How long a scanner may be offline. The time of an older scan is not trusted."""
Device = Annotated[str, Meta(min_length=1, max_length=60, description="What the scanner is called")]
ScannedCode = Annotated[str, Meta(min_length=1, max_length=MAX_CODE)]
Moment = Annotated[datetime, Meta(tz=True)]


class CheckInForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a scanner read; `at` is when, by its own clock."""

    code: ScannedCode
    device: Device | None = None
    at: Moment | None = None


class OfflineScan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code that was read offline, and when by the scanner's clock."""

    code: ScannedCode
    at: Moment


class ReconcileForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The scans that a scanner made offline, in any order: of several scans of a ticket the earliest counts."""

    device: Device
    scans: Annotated[list[OfflineScan], Meta(max_length=MAX_SCANS)]

    def violations(self) -> list[Violation]:
        """Returns violations for times with an impossible year."""
        rule = f"must be between the years {FIRST_YEAR} and {LAST_YEAR}"
        years = ((index, scan.at.year) for index, scan in enumerate(self.scans))
        return [Violation(f"/scans/{i}/at", rule) for i, year in years if not FIRST_YEAR <= year <= LAST_YEAR]


class Act(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One act at the gate: a person was let in (`admitted`), or that was undone. `at` is when the server received it,
    `by` a user id, `scanned_at` the time by the scanner's clock, `came_at` the time of entry if the server received it
    later.
    """

    admitted: bool
    at: datetime
    by: str
    device: str | None = None
    scanned_at: datetime | None = None
    came_at: datetime | None = None

    @property
    def arrived_at(self) -> datetime:
        """The time of entry."""
        return self.came_at or self.at


class Admission(Struct, frozen=True, kw_only=True):
    """All that was done with a ticket at the gate: its acts, oldest first, at least one."""

    event_id: str
    order_id: str
    number: int
    ticket_type_id: str
    acts: list[Act]

    @property
    def name(self) -> str:
        return ticket_name(self.order_id, self.number)

    @property
    def last(self) -> Act:
        return self.acts[-1]

    @property
    def stands(self) -> bool:
        """Whether the ticket is used."""
        return self.last.admitted

    def is_by(self, *, device: str | None, scanned_at: datetime | None) -> bool:
        """Returns whether this same scan let the person in, so that a repeated request counts no second person."""
        return self.stands and _is_scan(self.last, device, scanned_at)

    def was_undone(self, *, device: str | None, scanned_at: datetime | None) -> bool:
        """Returns whether this same scan was undone, so that a repeated request does not let the person in again."""
        return not self.stands and any(act.admitted and _is_scan(act, device, scanned_at) for act in self.acts)

    @property
    def used_at(self) -> datetime | None:
        """When its holder came in; None when that was undone."""
        return self.last.arrived_at if self.stands else None


class Person(Struct, frozen=True, kw_only=True):
    """The member of staff who let a person in. `name` is null when the account was deleted."""

    user_id: str
    name: str | None


class CheckIn(Struct, frozen=True, kw_only=True):
    """A check-in. `ticket` is the ticket's name, `checked_in_at` the time of entry, `recorded_at` when the server
    received it (later for an offline scan), `scanned_at` the time by the scanner's clock, if it sent one.
    """

    ticket: str
    order_id: str
    number: int
    attendee: str
    ticket_type_id: str
    ticket_type: str
    checked_in_at: datetime
    recorded_at: datetime
    by: Person
    device: str | None
    scanned_at: datetime | None


class TypeCount(Struct, frozen=True, kw_only=True):
    """How many tickets of a type are used, and how many are sold."""

    ticket_type_id: str
    name: str
    checked_in: int
    sold: int


class CheckInCounts(Struct, frozen=True, kw_only=True):
    """How many tickets of an event are used, and how many are sold."""

    checked_in: int
    sold: int
    types: list[TypeCount]


class CheckInList(Struct, frozen=True, kw_only=True):
    """A page of check-ins, newest first, with counts."""

    items: list[CheckIn]
    next_cursor: str | None
    counts: CheckInCounts


class TicketNews(Struct, frozen=True, kw_only=True):
    """The last act with a ticket at the gate, for the lists that scanners keep. A newer `recorded_at` replaces an older
    one; null when there was no act.
    """

    ticket: str
    checked_in_at: datetime | None
    recorded_at: datetime | None


class OfflineTicket(TicketNews, frozen=True, kw_only=True):
    """A ticket on a scanner's own list, with a hash of its code instead of the code. A void, unused ticket has no
    attendee name.
    """

    hash: Annotated[str, Meta(description="The first 32 hexadecimal digits of SHA-256 over salt and code")]
    attendee: str
    ticket_type: str
    state: TicketState


class OfflineList(Struct, frozen=True, kw_only=True):
    """A page of what a scanner needs offline. `as_of` is the newest change in the page."""

    salt: str
    as_of: datetime | None
    items: list[OfflineTicket]
    next_cursor: str | None


class Outcome(StrEnum):
    """The result of an offline scan."""

    ADMITTED = "admitted"
    DUPLICATE = "duplicate"
    VOID = "void"
    SUSPENDED = "suspended"
    UNDONE = "undone"
    TOO_MANY = "too_many_check_ins"
    UNKNOWN = "unknown"


class ScanResult(Struct, frozen=True, kw_only=True):
    """The result of an offline scan with its details. `check_in` is the one in force: for a duplicate the first one."""

    at: datetime
    outcome: Outcome
    ticket: str | None = None
    attendee: str | None = None
    ticket_type: str | None = None
    check_in: CheckIn | None = None


class Reconciled(Struct, frozen=True, kw_only=True):
    """The results of all scans, in the order they were sent."""

    results: list[ScanResult]


def check_in_of(admission: Admission, ticket: Ticket, *, name: str | None) -> CheckIn:
    """Returns the check-in for an admission in force. `name` is the name of the user who let the person in."""
    act = admission.last
    return CheckIn(
        ticket=admission.name,
        order_id=admission.order_id,
        number=admission.number,
        attendee=ticket.attendee.name,
        ticket_type_id=ticket.ticket_type_id,
        ticket_type=ticket.ticket_type,
        checked_in_at=act.arrived_at,
        recorded_at=act.at,
        by=Person(user_id=act.by, name=name),
        device=act.device,
        scanned_at=act.scanned_at,
    )


def news_of(admission: Admission) -> TicketNews:
    """Returns what scanners' own lists need to know of a ticket."""
    return TicketNews(ticket=admission.name, checked_in_at=admission.used_at, recorded_at=admission.last.at)


def tag_of(check_in: CheckIn) -> str:
    """Returns the ETag of a check-in. It differs from that of a later check-in of the same ticket after an undo."""
    named = f"{check_in.ticket} {check_in.recorded_at.isoformat()}"
    return hashlib.sha256(named.encode()).hexdigest()[:32]


def arrival_of(scanned_at: datetime, *, now: datetime) -> datetime | None:
    """Returns the time of entry for a scan that the server receives now. None for a time that cannot be right: in the
    future, or longer ago than LONGEST_AWAY. Then the server's time is used.
    """
    return scanned_at if now - LONGEST_AWAY <= scanned_at <= now else None


def _is_scan(act: Act, device: str | None, scanned_at: datetime | None) -> bool:
    """Returns whether an act is of this scan. Scans without a device or a time cannot be identified."""
    return device is not None and scanned_at is not None and (act.device, act.scanned_at) == (device, scanned_at)


def offline_hash(code: str, *, salt: str) -> str:
    """Returns what a scanner stores of a code: 128 bits of a hash. Codes have 130 secret bits, so it may be fast."""
    return hashlib.sha256(f"{salt}{code}".encode()).hexdigest()[:32]
