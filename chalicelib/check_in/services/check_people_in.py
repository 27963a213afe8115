"""Checks people in, once for each ticket. Called by routes/check_ins.py.

Of simultaneous scans of a ticket one wins, since its item is written on a condition. The scan that reaches the server
first stays in force, whatever the scanners' clocks say. Lists and counts: check_in/services/read_check_ins.py.
"""

from datetime import UTC, datetime

import msgspec
from msgspec import structs

from chalicelib.accounts.services.authorise import Authorise
from chalicelib.check_in.domain.check_in import (
    Act,
    Admission,
    CheckIn,
    CheckInForm,
    Outcome,
    Reconciled,
    ReconcileForm,
    ScanResult,
    arrival_of,
    check_in_of,
    tag_of,
)
from chalicelib.check_in.ports import Admissions, GateView
from chalicelib.core.errors import AlreadyCheckedIn, NotFound, TicketNotValid, UnknownTicket
from chalicelib.core.permissions import Action
from chalicelib.core.ports import Clock
from chalicelib.core.preconditions import Match, require_match, until_settled
from chalicelib.core.principal import Principal
from chalicelib.core.times import moment
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.ports import Orders
from chalicelib.representations.json_text import encode
from chalicelib.tickets.domain.ticket import Ticket, TicketState, parse_code, parse_name, ticket_for, tickets_of

TRIES = 20
MOST_ACTS = 100
"""Acts that one ticket may have at the gate: far more than people need, and a limit for the size of its item."""

OUTCOMES = {
    "ticket_suspended": Outcome.SUSPENDED,
    "check_in_undone": Outcome.UNDONE,
    "too_many_check_ins": Outcome.TOO_MANY,
}
"""Outcomes of a reconciliation by the code of the refusal; every other refusal is `void`."""


class CheckPeopleIn:
    def __init__(
        self, *, orders: Orders, admissions: Admissions, view: GateView, authorise: Authorise, clock: Clock
    ) -> None:
        self._orders = orders
        self._admissions = admissions
        self._view = view
        self._authorise = authorise
        self._clock = clock

    def check_in(self, event_id: str, form: CheckInForm, *, caller: Principal) -> CheckIn:
        """Lets a person in. A repeated scan (same device, same time) gets the same answer as the first. Raises
        NotFound, Forbidden, UnknownTicket, TicketNotValid, AlreadyCheckedIn, Busy.
        """
        self._authorise.require(caller, event_id, Action.CHECK_IN)
        told, admitted = self._admit(event_id, form, caller, came_at=None)
        if not admitted:
            raise AlreadyCheckedIn("This ticket is used already.", check_in=msgspec.to_builtins(told))
        return told

    def undo_check_in(self, event_id: str, ticket_name: str, *, match: Match, caller: Principal) -> None:
        """Undoes a check-in; the record of who made it and when stays. Raises NotFound (not checked in), Forbidden,
        PreconditionRequired, PreconditionFailed (another user undid it and the ticket was checked in again), Busy.
        """
        self._authorise.require(caller, event_id, Action.CHECK_IN)
        named = parse_name(ticket_name)
        if named is None:
            raise NotFound

        def attempt() -> None:
            before = self._admissions.find(event_id, *named)
            if before is None or not before.stands:
                raise NotFound
            told = self._standing(before)
            require_match(match, etag=tag_of(told), body=encode(told))
            after = _with(before, Act(admitted=False, at=moment(self._clock.now()), by=caller.user_id))
            self._admissions.write(after, before=before, order=None)

        until_settled(attempt, tries=TRIES)

    def reconcile_check_ins(self, event_id: str, form: ReconcileForm, *, caller: Principal) -> Reconciled:
        """Returns the results of scans that were made offline. Of several scans of a ticket the earliest counts,
        wherever it is in the list. Sending them again changes nothing. Raises NotFound, Forbidden, Busy (some may be
        stored: send all again).
        """
        self._authorise.require(caller, event_id, Action.CHECK_IN)
        moments = [scan.at.astimezone(UTC) for scan in form.scans]
        results: dict[int, ScanResult] = {}
        for place in sorted(range(len(moments)), key=moments.__getitem__):
            scan = CheckInForm(code=form.scans[place].code, device=form.device, at=moments[place])
            results[place] = self._judged(event_id, scan, moments[place], caller)
        return Reconciled(results=[results[place] for place in range(len(moments))])

    def _judged(self, event_id: str, scan: CheckInForm, at: datetime, caller: Principal) -> ScanResult:
        try:
            told, admitted = self._admit(event_id, scan, caller, came_at=arrival_of(at, now=moment(self._clock.now())))
        except UnknownTicket:
            return ScanResult(at=at, outcome=Outcome.UNKNOWN)
        except TicketNotValid as refusal:
            return _refused(at, refusal)
        return ScanResult(
            at=at,
            outcome=Outcome.ADMITTED if admitted else Outcome.DUPLICATE,
            ticket=told.ticket,
            attendee=told.attendee,
            ticket_type=told.ticket_type,
            check_in=told,
        )

    def _admit(
        self, event_id: str, form: CheckInForm, caller: Principal, *, came_at: datetime | None
    ) -> tuple[CheckIn, bool]:
        """Returns the check-in in force, and whether it is of this scan."""

        def attempt() -> tuple[CheckIn, bool]:
            order, ticket = self._ticket(event_id, form.code)
            before = self._admissions.find(event_id, ticket.order_id, ticket.number)
            if before is not None and before.stands:
                return self._told(before, ticket), before.is_by(device=form.device, scanned_at=form.at)
            _require_valid(ticket)
            if before is not None and before.was_undone(device=form.device, scanned_at=form.at):
                raise _undone(ticket)
            if before is not None and len(before.acts) >= MOST_ACTS:
                raise _too_many(ticket)
            act = Act(
                admitted=True,
                at=moment(self._clock.now()),
                by=caller.user_id,
                device=form.device,
                scanned_at=form.at,
                came_at=came_at,
            )
            after = _with(before, act) if before else _first(ticket, act)
            self._admissions.write(after, before=before, order=order)
            return self._told(after, ticket), True

        return until_settled(attempt, tries=TRIES)

    def _ticket(self, event_id: str, text: str) -> tuple[OrderRecord, Ticket]:
        """Returns the order and the ticket of a code, read strongly consistent. Raises UnknownTicket."""
        code = parse_code(text)
        order = self._orders.load_order(code.order_id) if code else None
        if code is None or order is None or order.order.event_id != event_id:
            raise UnknownTicket
        ticket = ticket_for(code, order)
        if ticket is None:
            raise UnknownTicket
        return order, ticket

    def _standing(self, admission: Admission) -> CheckIn:
        order = self._orders.load_order(admission.order_id)
        found = [one for one in tickets_of(order) if one.number == admission.number] if order else []
        if not found:
            raise NotFound
        return self._told(admission, found[0])

    def _told(self, admission: Admission, ticket: Ticket) -> CheckIn:
        by = admission.last.by
        return check_in_of(admission, ticket, name=self._view.load_names([by]).get(by))


def _require_valid(ticket: Ticket) -> None:
    if ticket.state is TicketState.VOID:
        raise TicketNotValid("This ticket was cancelled or refunded.", code="ticket_void", **_facts(ticket))
    if ticket.state is TicketState.SUSPENDED:
        raise TicketNotValid("The payment of this ticket is disputed.", code="ticket_suspended", **_facts(ticket))


def _undone(ticket: Ticket) -> TicketNotValid:
    words = "This check-in was taken back. Scan the ticket again to let its holder in."
    return TicketNotValid(words, code="check_in_undone", **_facts(ticket))


def _too_many(ticket: Ticket) -> TicketNotValid:
    words = "This ticket was checked in and undone too often to be checked in again."
    return TicketNotValid(words, code="too_many_check_ins", **_facts(ticket))


def _facts(ticket: Ticket) -> dict[str, str]:
    return {"ticket": ticket.name, "attendee": ticket.attendee.name, "ticket_type": ticket.ticket_type}


def _first(ticket: Ticket, act: Act) -> Admission:
    return Admission(
        event_id=ticket.event_id,
        order_id=ticket.order_id,
        number=ticket.number,
        ticket_type_id=ticket.ticket_type_id,
        acts=[act],
    )


def _with(before: Admission, act: Act) -> Admission:
    return structs.replace(before, acts=[*before.acts, act])


def _refused(at: datetime, refusal: TicketNotValid) -> ScanResult:
    return ScanResult(
        at=at,
        outcome=OUTCOMES.get(refusal.code, Outcome.VOID),
        ticket=_fact(refusal, "ticket"),
        attendee=_fact(refusal, "attendee"),
        ticket_type=_fact(refusal, "ticket_type"),
    )


def _fact(refusal: TicketNotValid, name: str) -> str | None:
    found = refusal.extra.get(name)
    return found if isinstance(found, str) else None
