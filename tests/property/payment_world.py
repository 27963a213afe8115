"""The world of generated payment schedules: a shop, a Stripe that keeps the truth, and everything that may go wrong.

A schedule is a list of steps; each names what happens, to which order, and a number that decides the rest. A step that
makes no sense at that moment does nothing. Afterwards `quiesce` lets time pass until nothing is left to do.
"""

import hashlib
import hmac
import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from chalicelib.domain.charge import PaymentStatus
from chalicelib.domain.errors import Conflict, InvalidInput, MarqueeError, SoldOut
from chalicelib.domain.order import OrderRecord
from chalicelib.domain.order_facts import OrderState
from chalicelib.domain.refund import RefundForm, RefundStanding
from chalicelib.ports.sales import SaleChange
from chalicelib.services.hearing import stripe_event
from tests.harness.environment import VARIABLES
from tests.integration.sales.builders import BUYER, OWNER, Shop, form_of, items_of, together
from tests.property.stripe_truth import Told, Truth

PRICE = 2500
ROUNDS = 12
"""More than any schedule needs to come to rest."""
MOST_STRAYS = 2
_DISPUTES: dict[str | None, tuple[str, ...]] = {
    None: ("needs_response", "warning_needs_response"),
    "warning_needs_response": ("warning_closed", "needs_response"),
    "needs_response": ("under_review", "won", "lost"),
    "under_review": ("won", "lost"),
}
"""Where a dispute may go (docs.stripe.com/api/disputes/object)."""


class Step(NamedTuple):
    """One step of a schedule."""

    verb: str
    order: int
    number: int


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Sold:
    """What the buyer of one order knows, and what was acknowledged."""

    record: OrderRecord
    quantity: int
    session: str | None = None
    is_cancelled: bool = False
    strays: int = 0


@dataclass
class World:
    """Everything of one schedule."""

    shop: Shop
    quantities: list[int]
    capacity: int
    fired: Counter[str] = field(default_factory=Counter)
    orders: list[Sold] = field(default_factory=list)
    secrets: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    stream: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    heard_at: dict[str, int] = field(default_factory=dict)
    """When what became of a charge, or of a failed session, was heard first, in Stripe's ticks."""
    deaths: list[tuple[int, bool]] = field(default_factory=list)
    """The process is killed before (False) or after (True) so many more writes."""
    at_once: bool = False

    def __post_init__(self) -> None:
        self.truth = Truth(clock=self.shop.clock, fired=self.fired)
        vars(self.shop.services)["payments"] = self.shop.payments = self.truth
        self.ticket = self.shop.ticket(self.capacity, amount=PRICE)
        self._write = self.shop.services._orders.write
        self._lock = threading.Lock()
        self.shop.services._orders.write = self._mortal_write  # type: ignore[method-assign]

    def take(self, step: Step) -> None:
        """Do what a step says."""
        _VERBS[step.verb](self, step.order, step.number)

    def _mortal_write(self, change: SaleChange) -> None:
        death = None
        if self.deaths and not self.at_once:
            writes, after = self.deaths[0]
            death = after if writes == 0 else None
            self.deaths = [] if writes == 0 else [(writes - 1, after)]
        if death is False:
            self.fired["killed before a write"] += 1
            raise Killed
        self._write(change)
        if change.after.ticket_secret:
            with self._lock:
                self.secrets[change.after.id].add(change.after.ticket_secret)
        if death:
            self.fired["killed after a write"] += 1
            raise Killed

    # The buyers.

    def make_order(self, _: int, number: int) -> None:
        """The next buyer comes; one whose request died sends it again."""
        if len(self.orders) == len(self.quantities):
            return
        quantity = self.quantities[len(self.orders)]
        new_id = self.shop.services.ids.new_id()
        form = form_of((self.ticket, quantity))
        try:
            record, _token = _until_alive(
                lambda: self.shop.services.ordering.create(self.shop.event_id, form, caller=BUYER, new_id=new_id)
            )
        except SoldOut:
            self.fired["sold out"] += 1
            self.quantities.pop(len(self.orders))
            return
        self.orders.append(Sold(record, quantity))
        self.open_checkout(len(self.orders) - 1, number)

    def open_checkout(self, order: int, _: int) -> None:
        """A buyer goes to pay."""
        if (sold := self._sold(order)) is None:
            return
        try:
            sold.session = _until_alive(lambda: self.shop.checkout(sold.record))
        except MarqueeError:
            return

    def cancel(self, order: int, _: int) -> None:
        """A buyer cancels, until somebody answers."""
        if (sold := self._sold(order)) is None:
            return
        cancel = self.shop.services.releasing.cancel
        try:
            ended = _until_alive(lambda: cancel(sold.record.id, caller=BUYER, access=None))
        except MarqueeError:
            return
        assert ended.state is OrderState.CANCELLED
        sold.is_cancelled = sold.is_cancelled or ended.order.reason == "cancelled_by_buyer"

    def pay(self, order: int, number: int) -> None:
        """A buyer pays what is asked, or something else."""
        sold = self._sold(order)
        if sold is None or sold.session is None or not self.truth.is_open(sold.session):
            return
        asked = sold.record.order.total.amount
        wrong: dict[int, dict[str, Any]] = {
            5: {"amount": asked + 1},
            6: {"amount": asked - 1},
            7: {"currency": "USD"},
            8: {"livemode": True},
        }
        changes = wrong.get(number % 17, {})
        self.fired["other amount, currency or mode"] += bool(changes)
        self.truth.succeed(sold.session, **changes)

    def pay_again(self, order: int, number: int) -> None:
        """Money comes through a checkout that the order does not know."""
        sold = self._sold(order)
        if sold is None or sold.strays == MOST_STRAYS:
            return
        sold.strays += 1
        state = self.shop.state(sold.record)
        kind = {OrderState.EXPIRED: "late payment", OrderState.CANCELLED: "payment of a cancelled order"}
        self.fired[kind.get(state, "payment through another checkout")] += 1
        total = sold.record.order.total
        self.truth.stray(sold.record.id, total.amount + (number % 7 == 6), total.currency)

    def begin_waiting(self, order: int, _: int) -> None:
        """A buyer pays by a method whose money comes later."""
        sold = self._sold(order)
        if sold is not None and sold.session is not None and self.truth.is_open(sold.session):
            self.truth.wait(sold.session)

    def end_waiting(self, order: int, number: int) -> None:
        """The awaited money comes, or not."""
        sold = self._sold(order)
        if sold is None or sold.session is None or self._status(sold.session) is not PaymentStatus.UNPAID:
            return
        if number % 2:
            self.fired["asynchronous payment succeeded"] += 1
            self.truth.succeed(sold.session)
        else:
            self.fired["asynchronous payment failed"] += 1
            self.truth.fail(sold.session)

    def decline(self, order: int, _: int) -> None:
        """A card is declined."""
        sold = self._sold(order)
        if sold is not None and sold.session is not None and self.truth.is_open(sold.session):
            self.fired["declined"] += 1
            self.truth.decline(sold.session)

    # Staff, Stripe's dashboard and banks.

    def refund_in_dashboard(self, order: int, number: int) -> None:
        """Somebody refunds at Stripe, in part or in full."""
        charge = self._charge(order, number)
        if charge is None or self.truth.is_disputed(charge.id) or charge.returned == charge.amount:
            return
        left = charge.amount - charge.returned
        amount = left if number % 2 else max(1, left // 3)
        self.fired["refund in the dashboard"] += 1
        self.truth.give_back(charge.id, amount, "pending" if number % 3 == 0 else "succeeded")

    def turn_refund(self, order: int, number: int) -> None:
        """A refund does not reach the bank after all, or a pending one does."""
        charge = self._charge(order, number)
        refunds = [] if charge is None else self.truth.open_refunds(charge.id)
        if charge is None or not refunds:
            return
        refund = refunds[number % len(refunds)]
        fails = number % 3 > 0
        self.fired["refund failed"] += fails
        self.truth.turn_refund(charge.id, refund.id, "failed" if fails else "succeeded")

    def refund_by_staff(self, order: int, number: int) -> None:
        """Staff ask for a refund, in part or in full."""
        if (sold := self._sold(order)) is None:
            return
        form = RefundForm(amount=None if number % 2 else 700)
        key = self.shop.services.ids.new_id()
        request = self.shop.services.refunding.request
        try:
            _until_alive(lambda: request(sold.record.id, form, caller=OWNER, key=key))
        except (Conflict, InvalidInput):
            return
        self.fired["refund by staff"] += 1

    def dispute(self, order: int, number: int) -> None:
        """A dispute begins or goes on."""
        charge = self._charge(order, number)
        if charge is None:
            return
        status = charge.dispute.status if charge.dispute else None
        following = _DISPUTES.get(status, ())
        if not following or (status is None and charge.returned == charge.amount):
            return
        turn = following[number // 3 % len(following)]
        self.fired[f"dispute {turn}"] += 1
        self.truth.dispute(charge.id, turn)

    # Time and what it brings.

    def pass_time(self, _: int, number: int) -> None:
        """Time passes."""
        self.shop.clock.seconds += (40, 150, 400, 1000)[number % 4]
        self.truth.pass_time()

    def release(self, _: int, number: int) -> None:
        """The timer of holds runs."""
        self._carried(self.shop.services.releasing.release_due)

    def reconcile(self, _: int, number: int) -> None:
        """The timer of reconciliation runs, and the inbox stream brings what it found."""
        self._carried(self.shop.services.reconciling.reconcile)
        self._bring_inbox()

    # Webhooks and streams.

    def deliver(self, _: int, number: int) -> None:
        """Any waiting event is delivered, twice at times."""
        if not self.truth.waiting:
            return
        index = number % len(self.truth.waiting)
        self.fired["event out of order"] += index > 0
        told = self.truth.waiting.pop(index)
        self._post(told)
        if number % 3 == 0:
            self.fired["event delivered twice"] += 1
            self._post(told)
        self._bring_inbox()

    def deliver_at_once(self, _: int, number: int) -> None:
        """Several events come at once, each brought by several workers."""
        events = self.truth.waiting[: 1 + number % 3]
        if not events:
            return
        self.truth.waiting = self.truth.waiting[len(events) :]
        self.fired["events at once"] += len(events)

        def work(number: int) -> None:
            self._post(events[number % len(events)])
            self._hear(events[number % len(events)].id)

        self.at_once = True
        try:
            _at_once(2 * len(events), work)
        finally:
            self.at_once = False
        self._bring_inbox()

    def drop(self, _: int, number: int) -> None:
        """An event is never delivered; Stripe knows."""
        if self.truth.waiting:
            self.fired["event dropped"] += 1
            self.truth.waiting.pop(number % len(self.truth.waiting))

    def repeat(self, _: int, number: int) -> None:
        """The inbox stream brings an event again, one that failed first."""
        if self.stream:
            self._hear(self.stream.pop(number % len(self.stream)))
        elif self.heard:
            self.fired["stream repeats an event"] += 1
            self._hear(self.heard[number % len(self.heard)])

    def bring_wish(self, _: int, number: int) -> None:
        """The sales stream brings a wanted refund, an old one too."""
        wishes = self.shop.wishes()
        if wishes:
            wish = wishes[number % len(wishes)]
            self.fired["stream repeats a refund"] += wish.standing is not RefundStanding.WANTED
            self._carried(lambda: self.shop.services.refunding.carry_out(wish.order_id, wish.key))

    def bring_wishes_at_once(self, _: int, number: int) -> None:
        """Two workers have the same wanted refunds."""
        wishes = self.shop.wishes()
        if not wishes:
            return
        self.fired["refunds brought at once"] += 1
        self.at_once = True

        def work(number: int) -> None:
            wish = wishes[number % len(wishes)]
            self._carried(lambda: self.shop.services.refunding.carry_out(wish.order_id, wish.key))

        try:
            _at_once(2 * len(wishes), work)
        finally:
            self.at_once = False

    # Faults that hit whatever comes next.

    def take_stripe_away(self, _: int, number: int) -> None:
        """Stripe is away for the next calls."""
        self.truth.away = 1 + number % 2

    def lose_reply(self, _: int, number: int) -> None:
        """Stripe does the next call, and nobody hears of it."""
        self.truth.losing = 1

    def kill(self, _: int, number: int) -> None:
        """The process dies at one of the next writes."""
        self.deaths = [(number // 2 % 2, bool(number % 2))]

    def quiesce(self) -> None:
        """Faults end and time passes, until nothing is left to do."""
        self.truth.away = self.truth.losing = 0
        self.deaths = []
        for sold in self.orders:
            if sold.session is not None and self._status(sold.session) is PaymentStatus.UNPAID:
                self.truth.fail(sold.session)
        for _ in range(ROUNDS):
            told = len(self.truth.told)
            self.shop.clock.seconds += 700
            self.truth.pass_time()
            self.shop.services.releasing.release_due()
            self.shop.services.reconciling.reconcile()
            self._bring_inbox()
            while self.stream:
                self._hear(self.stream.pop(0))
            self.shop.carry_out_refunds()
            over = all(sold.record.deadline <= self.shop.clock.now() for sold in self.orders)
            if over and len(self.truth.told) == told and not self._is_anything_wanted():
                return
        raise AssertionError("It does not come to rest.")

    def _is_anything_wanted(self) -> bool:
        return any(wish.standing is RefundStanding.WANTED for wish in self.shop.wishes())

    def _post(self, told: Told) -> None:
        """Stripe posts an event, signed."""
        at = int(self.shop.clock.now())
        body = told.payload.encode()
        mac = hmac.new(VARIABLES["STRIPE_WEBHOOK_SECRET"].encode(), b"%d." % at + body, hashlib.sha256).hexdigest()
        self.shop.services.receiving.receive(body, f"t={at},v1={mac}")
        self.truth.delivered.add(told.id)

    def _bring_inbox(self) -> None:
        """The inbox stream brings what is new."""
        brought = {*self.heard, *self.stream}
        new = sorted(item.pk.partition("#")[2] for item in items_of("StripeInbox", "INBOX"))
        self.stream += [event_id for event_id in new if event_id not in brought]
        for event_id in self.stream[:]:
            self.stream.remove(event_id)
            self._hear(event_id)

    def _hear(self, event_id: str) -> None:
        """The inbox stream brings an event; one that fails comes again."""
        told = self.truth.told[int(event_id.removeprefix("evt_"))]
        item = {"kind": told.kind, "object_id": told.object_id, "livemode": False}
        if '"metadata"' in told.payload:
            item["order_id"] = told.object_id.split("_")[1]
        known = self._shown_by(told.object_id)
        done = self._carried(lambda: self.shop.services.hearing.hear(stripe_event(event_id, item)))
        with self._lock:
            (self.heard if done else self.stream).append(event_id)
            for name in known if done else ():
                self.heard_at.setdefault(name, self.truth.next_tick())

    def _shown_by(self, object_id: str) -> list[str]:
        """The charge, or failed session, that looking at an object shows."""
        if object_id.startswith("ch_"):
            return [object_id]
        payment = self.truth.sessions.get(object_id)
        if payment is None:
            return []
        if payment.charge is not None:
            return [payment.charge.id]
        return [object_id] if payment.status is PaymentStatus.FAILED else []

    def _carried(self, work: Callable[[], object]) -> bool:
        """Whether something that a stream or timer brings was carried through."""
        try:
            work()
        except (MarqueeError, Killed):
            return False
        return True

    def _sold(self, order: int) -> Sold | None:
        return self.orders[order % len(self.orders)] if self.orders else None

    def _charge(self, order: int, number: int) -> Any:
        sold = self._sold(order)
        charges = self.truth.charges_of(sold.record.id) if sold else []
        return charges[number % len(charges)] if charges else None

    def _status(self, session_id: str) -> PaymentStatus:
        return self.truth.sessions[session_id].status


def _until_alive(work: Callable[[], Any]) -> Any:
    """What comes of a request that is sent again whenever the process died under it."""
    while True:
        try:
            return work()
        except Killed:
            continue


def _at_once(count: int, work: Callable[[int], None]) -> None:
    """Run `work(number)` in that many threads from a barrier; what one raises is raised."""
    for problem in together(count, work):
        if problem is not None:
            raise problem


_VERBS: dict[str, Callable[[World, int, int], None]] = {
    "order": World.make_order,
    "checkout": World.open_checkout,
    "cancel": World.cancel,
    "pay": World.pay,
    "pay again": World.pay_again,
    "begin waiting": World.begin_waiting,
    "end waiting": World.end_waiting,
    "decline": World.decline,
    "refund in dashboard": World.refund_in_dashboard,
    "turn refund": World.turn_refund,
    "refund by staff": World.refund_by_staff,
    "dispute": World.dispute,
    "pass time": World.pass_time,
    "release": World.release,
    "reconcile": World.reconcile,
    "deliver": World.deliver,
    "deliver at once": World.deliver_at_once,
    "drop": World.drop,
    "repeat": World.repeat,
    "bring wish": World.bring_wish,
    "bring wishes at once": World.bring_wishes_at_once,
    "Stripe away": World.take_stripe_away,
    "lose reply": World.lose_reply,
    "kill": World.kill,
}
VERBS = tuple(_VERBS)
