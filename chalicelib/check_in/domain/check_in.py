"""What happens at the gate: what scanners send, what is known of a ticket there, what they are told. Pure.

Who is let in: check_in/services/check_people_in.py. Which ticket a code is of, and whether it is good:
tickets/domain/ticket.py.
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
"""Scans that one reconciliation may have: at 20 ms each they fit the gateway's 29 s."""
LONGEST_AWAY = timedelta(days=31)
"""How long a scanner may be without a network before nobody believes its clock."""
Device = Annotated[str, Meta(min_length=1, max_length=60, description="What the scanner is called")]
ScannedCode = Annotated[str, Meta(min_length=1, max_length=MAX_CODE)]
Moment = Annotated[datetime, Meta(tz=True)]


class CheckInForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a scanner read; `at` is when, by its own clock."""

    code: ScannedCode
    device: Device | None = None
    at: Moment | None = None


class OfflineScan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code that was read while there was no network, and when by the scanner's clock."""

    code: ScannedCode
    at: Moment


class ReconcileForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a scanner did while there was no network, in any order: of several scans of a ticket the earliest counts."""

    device: Device
    scans: Annotated[list[OfflineScan], Meta(max_length=MAX_SCANS)]

    def violations(self) -> list[Violation]:
        """Moments that no scanner's clock shows."""
        rule = f"must be between the years {FIRST_YEAR} and {LAST_YEAR}"
        years = ((index, scan.at.year) for index, scan in enumerate(self.scans))
        return [Violation(f"/scans/{i}/at", rule) for i, year in years if not FIRST_YEAR <= year <= LAST_YEAR]


class Act(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody was let in (`admitted`), or that was undone. `at` is when the server heard of it, `by` a user id,
    `scanned_at` what a scanner's clock said, `came_at` when they came if the server heard of it later.
    """

    admitted: bool
    at: datetime
    by: str
    device: str | None = None
    scanned_at: datetime | None = None
    came_at: datetime | None = None

    @property
    def arrived_at(self) -> datetime:
        """When they came."""
        return self.came_at or self.at


class Admission(Struct, frozen=True, kw_only=True):
    """What is known of a ticket at the gate: all acts, oldest first, at least one."""

    event_id: str
    order_id: str
    number: int
    ticket_type_id: str
    acts: list[Act]

    @property
    def name(self) -> str:
        """What the ticket is called."""
        return ticket_name(self.order_id, self.number)

    @property
    def last(self) -> Act:
        """What happened last."""
        return self.acts[-1]

    @property
    def stands(self) -> bool:
        """Whether the ticket is used."""
        return self.last.admitted

    def is_by(self, *, device: str | None, scanned_at: datetime | None) -> bool:
        """Whether this very scan let somebody in: a repeated request is no second visitor."""
        return self.stands and _is_scan(self.last, device, scanned_at)

    def was_undone(self, *, device: str | None, scanned_at: datetime | None) -> bool:
        """Whether this very scan let somebody in and that was taken back: a repeated request does not bring it back."""
        return not self.stands and any(act.admitted and _is_scan(act, device, scanned_at) for act in self.acts)

    @property
    def used_at(self) -> datetime | None:
        """When its holder came in; None when that was undone."""
        return self.last.arrived_at if self.stands else None


class Person(Struct, frozen=True, kw_only=True):
    """Who let somebody in; without a name when the account is gone."""

    user_id: str
    name: str | None


class CheckIn(Struct, frozen=True, kw_only=True):
    """Somebody was let in. `ticket` is the ticket's name, `checked_in_at` when they came, `recorded_at` when the server
    heard of it (later for a scan without a network), `scanned_at` what the scanner's clock said, if it did.
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
    """How many tickets of a type are used, of how many sold."""

    ticket_type_id: str
    name: str
    checked_in: int
    sold: int


class CheckInCounts(Struct, frozen=True, kw_only=True):
    """How many tickets of an event are used, of how many sold."""

    checked_in: int
    sold: int
    types: list[TypeCount]


class CheckInList(Struct, frozen=True, kw_only=True):
    """Who was let in, newest first, and how many."""

    items: list[CheckIn]
    next_cursor: str | None
    counts: CheckInCounts


class TicketNews(Struct, frozen=True, kw_only=True):
    """What was done last with a ticket at the gate, for the lists that scanners keep. `recorded_at` tells news from
    what is older; null where nothing was done.
    """

    ticket: str
    checked_in_at: datetime | None
    recorded_at: datetime | None


class OfflineTicket(TicketNews, frozen=True, kw_only=True):
    """A ticket on a scanner's own list: a hash of its code, never the code. One that is void and unused has no name."""

    hash: Annotated[str, Meta(description="The first 32 hexadecimal digits of SHA-256 over salt and code")]
    attendee: str
    ticket_type: str
    state: TicketState


class OfflineList(Struct, frozen=True, kw_only=True):
    """What a scanner needs while there is no network. `as_of` is the newest change that the page knows."""

    salt: str
    as_of: datetime | None
    items: list[OfflineTicket]
    next_cursor: str | None


class Outcome(StrEnum):
    """What came of an offline scan."""

    ADMITTED = "admitted"
    DUPLICATE = "duplicate"
    VOID = "void"
    SUSPENDED = "suspended"
    UNDONE = "undone"
    TOO_MANY = "too_many_check_ins"
    UNKNOWN = "unknown"


class ScanResult(Struct, frozen=True, kw_only=True):
    """What came of an offline scan. `check_in` is the one that stands: for a duplicate, that of whoever was first."""

    at: datetime
    outcome: Outcome
    ticket: str | None = None
    attendee: str | None = None
    ticket_type: str | None = None
    check_in: CheckIn | None = None


class Reconciled(Struct, frozen=True, kw_only=True):
    """What came of all scans, in the order they were sent."""

    results: list[ScanResult]


def check_in_of(admission: Admission, ticket: Ticket, *, name: str | None) -> CheckIn:
    """An admission that stands as it is read; `name` is of whoever let the attendee in."""
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
    """What scanners' own lists need to know of a ticket."""
    return TicketNews(ticket=admission.name, checked_in_at=admission.used_at, recorded_at=admission.last.at)


def tag_of(check_in: CheckIn) -> str:
    """What tells a check-in from another one of the same ticket, after an undo: its ETag."""
    named = f"{check_in.ticket} {check_in.recorded_at.isoformat()}"
    return hashlib.sha256(named.encode()).hexdigest()[:32]


def arrival_of(scanned_at: datetime, *, now: datetime) -> datetime | None:
    """When somebody came whose scan the server hears of now; None for a time that no right clock shows, in the future
    or longer ago than LONGEST_AWAY. Then the server's own time is the best that is known.
    """
    return scanned_at if now - LONGEST_AWAY <= scanned_at <= now else None


def _is_scan(act: Act, device: str | None, scanned_at: datetime | None) -> bool:
    """Whether an act is of this scan; those without a device or a time cannot be told apart."""
    return device is not None and scanned_at is not None and (act.device, act.scanned_at) == (device, scanned_at)


def offline_hash(code: str, *, salt: str) -> str:
    """What a scanner keeps of a code. 128 bits; codes have 130 that nobody knows, so no slow hash is needed."""
    return hashlib.sha256(f"{salt}{code}".encode()).hexdigest()[:32]
