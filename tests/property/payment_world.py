"""The world of generated payment schedules: a shop, a Stripe that keeps the truth, streams, timers and sudden deaths.

What people and faults do in it: payment_steps.py. `quiesce` lets time pass until nothing is left to do; then
payment_checks.py judges.
"""

import hashlib
import hmac
import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chalicelib.core.errors import MarqueeError
from chalicelib.orders.domain.charge import PaymentStatus
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.domain.refund import RefundStanding
from chalicelib.orders.ports import SaleChange
from tests.harness.environment import VARIABLES
from tests.harness.shop import Shop, items_of, together
from tests.property.stripe_truth import Told, Truth

PRICE = 2500
DAY = 24 * 3600
ROUNDS = 14
"""More than any schedule needs to come to rest."""


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
    account: str | None = None
    """The organiser's own, which everybody pays, if there is one."""
    fired: Counter[str] = field(default_factory=Counter)
    orders: list[Sold] = field(default_factory=list)
    secrets: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    stream: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    heard_at: dict[str, int] = field(default_factory=dict)
    """When what became of a charge, or of a failed session, was heard first, in Stripe's ticks."""
    death: tuple[int, bool] | None = None
    """After how many more writes the process is killed, and whether after (True) or before the next one."""
    at_once: bool = False

    def __post_init__(self) -> None:
        self.truth = Truth(clock=self.shop.clock, fired=self.fired, account=self.account)
        if self.account is not None:
            self.shop.connect(self.account)
        self.shop.services.payments.stripe = self.shop.payments = self.truth
        self.ticket = self.shop.ticket(self.capacity, amount=PRICE)
        self._write = self.shop.services.orders.store.write_order
        self._lock = threading.Lock()
        self.shop.services.orders.store.write_order = self._mortal_write  # type: ignore[method-assign]

    def _mortal_write(self, change: SaleChange) -> None:
        death = None
        if self.death is not None and not self.at_once:
            writes, after = self.death
            death = after if writes == 0 else None
            self.death = (writes - 1, after) if writes else None
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

    def pass_time(self, _: int, number: int) -> None:
        """Time passes."""
        self.shop.clock.seconds += (40, 150, 400, 1000)[number % 4]
        self.truth.pass_time()

    def release(self, _: int, number: int) -> None:
        """The timer of holds runs."""
        self._carried(self.shop.services.payments.expire_orders.expire_orders)

    def reconcile(self, _: int, number: int) -> None:
        """The timer of reconciliation runs, and the inbox stream brings what it found."""
        self._carried(self.shop.services.payments.reconcile.reconcile)
        self._bring_inbox()

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
            self._carried(lambda: self.shop.services.payments.refund_payment.carry_out(wish.order_id, wish.key))

    def bring_wishes_at_once(self, _: int, number: int) -> None:
        """Two workers have the same wanted refunds."""
        wishes = self.shop.wishes()
        if not wishes:
            return
        self.fired["refunds brought at once"] += 1
        self.at_once = True

        def work(number: int) -> None:
            wish = wishes[number % len(wishes)]
            self._carried(lambda: self.shop.services.payments.refund_payment.carry_out(wish.order_id, wish.key))

        try:
            _at_once(2 * len(wishes), work)
        finally:
            self.at_once = False

    def quiesce(self) -> None:
        """Faults end and time passes, until nothing is left to do."""
        self.truth.away = self.truth.losing = self.truth.refused = 0
        self.truth.disabled = 0
        self.death = None
        for sold in self.orders:
            if sold.session is not None and self.status(sold.session) is PaymentStatus.UNPAID:
                self.truth.fail(sold.session)
        for number in range(ROUNDS):
            told = len(self.truth.told)
            self.shop.clock.seconds += DAY if number == 1 else 700
            self.truth.pass_time()
            self.shop.services.payments.expire_orders.expire_orders()
            self.shop.services.payments.reconcile.reconcile()
            self._bring_inbox()
            while self.stream:
                self._hear(self.stream.pop(0))
            self.shop.carry_out_refunds()
            over = number > 1 and all(sold.record.deadline <= self.shop.clock.now() for sold in self.orders)
            if over and len(self.truth.told) == told and not self._is_anything_wanted():
                return
        raise AssertionError("It does not come to rest.")

    def _is_anything_wanted(self) -> bool:
        return any(wish.standing is RefundStanding.WANTED for wish in self.shop.wishes())

    def _post(self, told: Told) -> None:
        """Stripe posts an event, signed."""
        at = int(self.shop.clock.now())
        body = told.payload.encode()
        secret = VARIABLES["STRIPE_CONNECT_WEBHOOK_SECRET" if self.account else "STRIPE_WEBHOOK_SECRET"].encode()
        mac = hmac.new(secret, b"%d." % at + body, hashlib.sha256).hexdigest()
        self.shop.services.payments.receive_webhook.receive_stripe_event(body, f"t={at},v1={mac}")
        self.truth.delivered.add(told.id)

    def _bring_inbox(self) -> None:
        """The inbox stream brings what is new."""
        brought = {*self.heard, *self.stream}
        new = sorted(item.pk.partition("#")[2] for item in items_of("StripeInboxTable", "INBOX"))
        self.stream += [event_id for event_id in new if event_id not in brought]
        for event_id in self.stream[:]:
            self.stream.remove(event_id)
            self._hear(event_id)

    def _hear(self, event_id: str) -> None:
        """The inbox stream brings an event; one that fails comes again."""
        told = self.truth.told[int(event_id.removeprefix("evt_"))]
        item: dict[str, object] = {"kind": told.kind, "object_id": told.object_id, "livemode": False}
        item["account"] = self.account
        if '"metadata"' in told.payload:
            item["order_id"] = told.object_id.split("_")[1]
        known = [] if event_id in self.heard else self._shown_by(told.object_id)
        done = self._carried(lambda: self.shop.react_to_event(event_id, item))
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

    def sold(self, order: int) -> Sold | None:
        return self.orders[order % len(self.orders)] if self.orders else None

    def charge(self, order: int, number: int) -> Any:
        sold = self.sold(order)
        charges = self.truth.charges_of(sold.record.id) if sold else []
        return charges[number % len(charges)] if charges else None

    def status(self, session_id: str) -> PaymentStatus:
        return self.truth.sessions[session_id].status


def _at_once(count: int, work: Callable[[int], None]) -> None:
    """Run `work(number)` in that many threads from a barrier; what one raises is raised."""
    for problem in together(count, work):
        if problem is not None:
            raise problem
