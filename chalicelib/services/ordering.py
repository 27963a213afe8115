"""Ordering: a buyer's form becomes an order. Called by routes/orders.py.

Prices, limits and sale windows are the server's; the form only says what and how many. Stock: services/holding.py;
the pay page: services/paying.py; ends of an order: services/releasing.py and services/charging.py.
"""

from datetime import datetime

import msgspec

from chalicelib.domain.cursors import CursorKey
from chalicelib.domain.errors import (
    AlreadyExists,
    Forbidden,
    InvalidInput,
    NotFound,
    SaleClosed,
    SoldOut,
    StillRunning,
    Violation,
)
from chalicelib.domain.event import Event
from chalicelib.domain.ids import is_ulid, milliseconds_of
from chalicelib.domain.kinds import Kind, View
from chalicelib.domain.money import Money, display, minimum_charge
from chalicelib.domain.order import (
    Line,
    Order,
    OrderForm,
    OrderRecord,
    access_token,
    links_of,
    total_of,
)
from chalicelib.domain.order_facts import Facts, OrderState, state_of
from chalicelib.domain.permission import Action, allows
from chalicelib.domain.principal import Principal
from chalicelib.domain.representation import revive
from chalicelib.domain.ticket import TicketType, closed_because
from chalicelib.domain.times import moment
from chalicelib.ports import Clock, Ids
from chalicelib.ports.content import Representations
from chalicelib.ports.sales import Orders, SaleChange, SalesView
from chalicelib.services.authorising import Authorising
from chalicelib.services.disclosing import hash_of_access, is_buyer
from chalicelib.services.holding import Holding
from chalicelib.services.telling import Telling

LATE_SECONDS = 60
"""An order is written this soon after its id was made, or not at all: the timer that releases holds looks at each
minute's orders only once they are due (ADR 0004)."""
MAX_TOTAL = 99_999_999


class Ordering:
    """Makes orders."""

    def __init__(
        self,
        *,
        view: SalesView,
        representations: Representations,
        orders: Orders,
        holding: Holding,
        telling: Telling,
        authorising: Authorising,
        clock: Clock,
        ids: Ids,
        key: CursorKey,
        hold_seconds: int,
    ) -> None:
        self._view = view
        self._representations = representations
        self._orders = orders
        self._holding = holding
        self._telling = telling
        self._authorising = authorising
        self._clock = clock
        self._ids = ids
        self._key = key
        self._hold_seconds = hold_seconds

    def create(
        self, event_id: str, form: OrderForm, *, caller: Principal | None, new_id: str
    ) -> tuple[OrderRecord, str | None]:
        """A new order and, without an account, its access token. Raises NotFound, SaleClosed, SoldOut, InvalidInput,
        StillRunning (a repeated request took over too late: its next try begins anew).
        """
        record = self._made_before(new_id) or self._create(event_id, form, caller=caller, new_id=new_id)
        return record, None if record.access_hash is None else access_token(new_id, self._key())

    def load(self, order_id: str, *, caller: Principal | None, access: str | None) -> OrderRecord:
        """The order, for whoever made it. Raises NotFound; Forbidden for staff, who may read but not act for them."""
        record = self._orders.load(order_id) if is_ulid(order_id) else None
        if record is None:
            raise NotFound
        if not is_buyer(record, principal=caller, access=access):
            if allows(self._authorising.role(caller, record.order.event_id), Action.READ_ORDERS):
                raise Forbidden("Only the buyer may do this.")
            raise NotFound
        return record

    def _made_before(self, new_id: str) -> OrderRecord | None:
        """What an earlier try of the same request wrote. Only an id from the past can have had one."""
        age = self._clock.now() - milliseconds_of(new_id) / 1000
        if age < LATE_SECONDS / 2:
            return None
        found = self._orders.load(new_id)
        if found is None and age > LATE_SECONDS:
            raise StillRunning("The first request with this Idempotency-Key came to nothing. Send it again.")
        return found

    def _create(self, event_id: str, form: OrderForm, *, caller: Principal | None, new_id: str) -> OrderRecord:
        now = moment(self._clock.now())
        event = self._event(event_id, caller)
        staff = self._authorising.role(caller, event_id) is not None
        stored = [self._view.ticket_type(event_id, line.ticket_type_id) for line in form.lines]
        found = [s if s is not None and (staff or not s.hidden) else None for s in stored]
        tickets = [None if s is None else msgspec.json.decode(s.body, type=TicketType) for s in found]
        lines = checked_lines(form, tickets, now=now, event=event)
        record = self._draft(event_id, form, lines, caller=caller, new_id=new_id, now=now)
        change = SaleChange(after=record)
        if record.state is OrderState.PAID:
            change = self._telling.about(change, event_name=event.name)
        try:
            return self._holding.hold(change, {s.id: s.shards for s in found if s is not None})
        except (AlreadyExists, SoldOut):  # the same request may have come before, and taken the last tickets
            existing = self._orders.load(new_id)
            if existing is None:
                raise
            return existing

    def _event(self, event_id: str, caller: Principal | None) -> Event:
        public = self._representations.event(event_id, View.PUBLIC)
        if public is not None:
            event: Event = revive(Kind.EVENTS, public.body)
            return event
        if self._authorising.role(caller, event_id) is None:
            raise NotFound
        raise SaleClosed("Publish the event before it sells tickets.")

    def _draft(
        self,
        event_id: str,
        form: OrderForm,
        lines: list[Line],
        *,
        caller: Principal | None,
        new_id: str,
        now: datetime,
    ) -> OrderRecord:
        deadline = int(now.timestamp()) + self._hold_seconds
        total = Money(amount=total_of(lines), currency=lines[0].price.currency)
        free = total.amount == 0
        facts = Facts(issued=free)
        order = Order(
            id=new_id,
            event_id=event_id,
            state=state_of(facts),
            lines=lines,
            total=total,
            buyer=form.buyer,
            created_at=now,
            updated_at=now,
            expires_at=None if free else moment(deadline),
            paid_at=now if free else None,
            links=links_of(new_id),
        )
        return OrderRecord(
            order=order,
            version=1,
            deadline=deadline,
            allocation=(),
            facts=facts,
            ticket_secret=self._ids.new_secret() if free else None,
            user_id=caller.user_id if caller else None,
            access_hash=None if caller else hash_of_access(access_token(new_id, self._key())),
            attendees=form.attendees,
        )


def checked_lines(form: OrderForm, tickets: list[TicketType | None], *, now: datetime, event: Event) -> list[Line]:
    """The lines of an order at the server's prices. Raises InvalidInput with every violation, SaleClosed."""
    violations = []
    lines = []
    for index, (asked, ticket) in enumerate(zip(form.lines, tickets, strict=True)):
        if ticket is None:
            violations.append(Violation(f"/lines/{index}/ticket_type_id", "names no ticket type on sale here"))
            continue
        if not ticket.min_per_order <= asked.quantity <= ticket.max_per_order:
            rule = f"must be from {ticket.min_per_order} to {ticket.max_per_order}"
            violations.append(Violation(f"/lines/{index}/quantity", rule))
        lines.append(Line(ticket_type_id=ticket.id, name=ticket.name, quantity=asked.quantity, price=ticket.price))
    if len({line.price.currency for line in lines}) > 1:
        violations.append(Violation("/lines", "must be in one currency"))
    if violations:
        raise InvalidInput(violations)
    _check_total(lines)
    for ticket in tickets:
        closed = ticket and closed_because(ticket, now=now, event_ends_at=event.ends_at)
        if closed:
            raise SaleClosed(closed)
    return lines


def _check_total(lines: list[Line]) -> None:
    total, currency = total_of(lines), lines[0].price.currency
    if total > MAX_TOTAL:
        raise InvalidInput([Violation("/lines", "come to more than one payment can carry")], code="above_maximum")
    least = minimum_charge(currency)
    if 0 < total < least:
        rule = f"come to {display(total, currency)}; the smallest payment is {display(least, currency)}"
        raise InvalidInput([Violation("/lines", rule)], code="below_minimum")
