"""A buyer's form becomes an order. Called by routes/orders.py.

Prices, limits and sale windows are the server's; the form only says what and how many. Stock:
orders/services/hold_stock.py; the pay page: payments/services/open_checkout.py; ends of an order: cancel_order.py,
expire_orders.py and record_payment.py in payments/services.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from chalicelib.accounts.services.authorise import Authorise
from chalicelib.catalog.domain.code import AccessCode, Discount
from chalicelib.catalog.domain.demand import Demand, Limit
from chalicelib.catalog.domain.ticket_type import TicketType, needs_code
from chalicelib.catalog.ports import CatalogView, StoredTicketType
from chalicelib.catalog.services.redeem_code import RedeemCode, Redeemed
from chalicelib.content.domain.event import Event
from chalicelib.content.domain.views import revive
from chalicelib.core.errors import (
    AlreadyExists,
    Busy,
    Forbidden,
    InvalidInput,
    NotFound,
    SaleClosed,
    SoldOut,
    StillRunning,
)
from chalicelib.core.ids import is_ulid, milliseconds_of
from chalicelib.core.kinds import Kind, View
from chalicelib.core.permissions import Action, allows
from chalicelib.core.ports import Clock
from chalicelib.core.principal import Principal
from chalicelib.core.times import moment
from chalicelib.orders.domain.basket import check_total, checked_lines, discounted
from chalicelib.orders.domain.order import OrderForm, OrderRecord
from chalicelib.orders.domain.order_state import OrderState
from chalicelib.orders.ports import Orders, SaleChange
from chalicelib.orders.services.demands import demand_of_code, demands_of_buyer, demands_of_type
from chalicelib.orders.services.draft_order import DraftOrder, Wish
from chalicelib.orders.services.hold_stock import HoldStock, TermsChanged
from chalicelib.orders.services.order_messages import OrderMessages
from chalicelib.orders.services.read_order import is_buyer
from chalicelib.representations.ports import Representations

LATE_SECONDS = 60
"""An order is written this soon after its id was made, or not at all: the timer that releases holds looks at each
minute's orders only once they are due (ADR 0004)."""
TRIES = 5


class EnteredCodes(NamedTuple):
    """The codes of a form."""

    discount: Redeemed[Discount] | None = None
    access: Redeemed[AccessCode] | None = None


class PlaceOrder:
    def __init__(
        self,
        *,
        view: CatalogView,
        representations: Representations,
        orders: Orders,
        hold_stock: HoldStock,
        redeem_code: RedeemCode,
        draft_order: DraftOrder,
        order_messages: OrderMessages,
        authorise: Authorise,
        clock: Clock,
        hold_seconds: int,
    ) -> None:
        self._view = view
        self._representations = representations
        self._orders = orders
        self._hold_stock = hold_stock
        self._redeem_code = redeem_code
        self._draft_order = draft_order
        self._order_messages = order_messages
        self._authorise = authorise
        self._clock = clock
        self._hold_seconds = hold_seconds

    def place_order(
        self, event_id: str, form: OrderForm, *, caller: Principal | None, new_id: str, source: str = ""
    ) -> tuple[OrderRecord, str | None]:
        """A new order and, without an account, its access token. `source` is where the request came from: it may only
        guess so many codes. Raises NotFound, SaleClosed, SoldOut, InvalidInput, TooManyAttempts, StillRunning (a
        repeated request took over too late: its next try begins anew).
        """
        record = self._made_before(new_id) or self._create(event_id, form, caller=caller, new_id=new_id, source=source)
        return record, None if record.access_hash is None else self._draft_order.make_access(new_id)

    def load_order(self, order_id: str, *, caller: Principal | None, access: str | None) -> OrderRecord:
        """The order, for whoever made it. Raises NotFound; Forbidden for staff, who may read but not act for them."""
        record = self._orders.load_order(order_id) if is_ulid(order_id) else None
        if record is None:
            raise NotFound
        if not is_buyer(record, principal=caller, access=access):
            if allows(self._authorise.find_role(caller, record.order.event_id), Action.READ_ORDERS):
                raise Forbidden("Only the buyer may do this.")
            raise NotFound
        return record

    def _made_before(self, new_id: str) -> OrderRecord | None:
        """What an earlier try of the same request wrote. Only an id from the past can have had one."""
        age = self._clock.now() - milliseconds_of(new_id) / 1000
        if age < LATE_SECONDS / 2:
            return None
        found = self._orders.load_order(new_id)
        if found is None and age > LATE_SECONDS:
            raise StillRunning("The first request with this Idempotency-Key came to nothing. Send it again.")
        return found

    def _create(
        self, event_id: str, form: OrderForm, *, caller: Principal | None, new_id: str, source: str
    ) -> OrderRecord:
        event = self._event(event_id, caller)
        codes = self._codes(event_id, form, source)
        try:
            for attempt in range(TRIES):  # not until_settled: only the first may look at what is a moment old
                change, demands = self._prepare(
                    event, form, codes, caller=caller, new_id=new_id, consistent=attempt > 0
                )
                try:
                    return self._hold_stock.hold_stock(change, demands)
                except TermsChanged:
                    continue
        except (AlreadyExists, SoldOut, InvalidInput):  # the same request may have come before, and taken the last
            existing = self._orders.load_order(new_id)
            if existing is None:
                raise
            return existing
        raise Busy("These tickets are being changed. Try again.")

    def _codes(self, event_id: str, form: OrderForm, source: str) -> EnteredCodes:
        discount, access = form.discount_code, form.access_code
        return EnteredCodes(
            self._redeem_code.redeem_discount(event_id, discount, source=source) if discount is not None else None,
            self._redeem_code.redeem_access_code(event_id, access, source=source) if access is not None else None,
        )

    def _prepare(
        self,
        event: Event,
        form: OrderForm,
        codes: EnteredCodes,
        *,
        caller: Principal | None,
        new_id: str,
        consistent: bool,
    ) -> tuple[SaleChange, list[Demand]]:
        """The order before it takes stock, with all it demands. Raises InvalidInput, SaleClosed, SoldOut."""
        now = moment(self._clock.now())
        stored = [
            self._view.load_ticket_type(event.id, line.ticket_type_id, consistent=consistent) for line in form.lines
        ]
        types = [None if one is None else msgspec.json.decode(one.body, type=TicketType) for one in stored]
        lines = checked_lines(
            form.lines,
            types,
            now=now,
            event_ends_at=event.ends_at,
            access=codes.access.code if codes.access else None,
            is_staff=self._authorise.find_role(caller, event.id) is not None,
        )
        if codes.discount:
            lines = discounted(lines, codes.discount.code)
        check_total(lines)
        found, tickets = [one for one in stored if one], [one for one in types if one]
        _refuse_while_others_wait(found)
        user_id = caller.user_id if caller else None
        demands = [d for i, one in enumerate(found) for d in demands_of_type(one, lines[i].quantity, line=i)]
        demands += _demands_of_codes(codes, tickets)
        demands += demands_of_buyer(lines, tickets, email=form.buyer.email, user_id=user_id)
        deadline = int(now.timestamp()) + self._hold_seconds
        wish = Wish(event.id, lines, form.buyer, deadline, user_id=user_id, attendees=form.attendees)
        change = SaleChange(after=self._draft_order.draft_order(wish, order_id=new_id, now=now))
        if change.after.state is OrderState.PAID:
            change = self._order_messages.add_messages(change, event=event)
        return change, demands

    def _event(self, event_id: str, caller: Principal | None) -> Event:
        public = self._representations.event(event_id, View.PUBLIC)
        if public is not None:
            event: Event = revive(Kind.EVENTS, public.body)
            return event
        if self._authorise.find_role(caller, event_id) is None:
            raise NotFound
        raise SaleClosed("Publish the event before it sells tickets.")


def _demands_of_codes(codes: EnteredCodes, tickets: Sequence[TicketType]) -> list[Demand]:
    """A use of each code that makes a difference."""
    found = [demand_of_code(Limit.DISCOUNT, codes.discount.stored)] if codes.discount else []
    if codes.access and any(needs_code(ticket) for ticket in tickets):
        found.append(demand_of_code(Limit.ACCESS, codes.access.stored))
    return found


def _refuse_while_others_wait(stored: Sequence[StoredTicketType]) -> None:
    """Raise SoldOut for a type that people wait for: what comes free is theirs
    (waiting_list/services/offer_tickets.py).
    """
    for one in stored:
        if one.waiting:
            raise SoldOut("Others wait for these tickets. Join the waiting list.", available=0, ticket_type_id=one.id)
