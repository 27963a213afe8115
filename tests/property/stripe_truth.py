"""A Stripe that keeps the truth of generated schedules: who paid what, and which events it still has to tell.

Port `Payments` for the world of payment_world.py. Every change at Stripe makes the events that Stripe makes of it; a
test delivers, repeats or drops them. It can be away, or carry a call out and lose the reply.
"""

import json
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from msgspec.structs import replace

from chalicelib.domain.charge import Charge, ChargeDispute, Payment, PaymentStatus, Refund
from chalicelib.domain.errors import UpstreamFailed
from chalicelib.domain.order import Checkout
from chalicelib.domain.order_facts import Dispute
from chalicelib.domain.refund import RefundWish
from chalicelib.ports.payments import CheckoutRequest, CompleteSession, RawEvent, RefundRefused
from tests.integration.sales.builders import Clock, FakePayments, charge_of

SETTLEMENT_SECONDS = 60
"""How long a charge has no fee yet (PAYMENTS.md: fee and net arrive later)."""


class Told(NamedTuple):
    """An event as Stripe keeps it."""

    id: str
    kind: str
    object_id: str
    payload: str
    created: int


@dataclass
class Truth(FakePayments):
    """Port `Payments`. `away` calls fail before they do anything, the replies of `losing` calls are lost."""

    clock: Clock = field(default_factory=Clock)
    fired: Counter[str] = field(default_factory=Counter)
    told: list[Told] = field(default_factory=list)
    waiting: list[Told] = field(default_factory=list)
    delivered: set[str] = field(default_factory=set)
    created: dict[str, int] = field(default_factory=dict)
    expires: dict[str, int] = field(default_factory=dict)
    unsettled: dict[str, float] = field(default_factory=dict)
    """Charges whose fee is not known, and until when (Unix seconds)."""
    telling: threading.Lock = field(default_factory=threading.Lock)
    tick: int = 0
    made_at: dict[str, int] = field(default_factory=dict)
    """When a charge came to be, in ticks."""
    failed_at: dict[str, int] = field(default_factory=dict)
    """When the asynchronous payment of a session failed, in ticks."""
    away: int = 0
    losing: int = 0

    def open_checkout(self, request: CheckoutRequest) -> Checkout:
        made = super().open_checkout(request)
        with self.lock:
            self.created.setdefault(made.id, int(self.clock.now()))
            self.expires.setdefault(made.id, request.expires_at)
        self._lose_reply()
        return made

    def close_checkout(self, session_id: str, *, account: str | None = None) -> bool:
        was_open = self.sessions[session_id].status is PaymentStatus.OPEN
        closed = super().close_checkout(session_id, account=account)
        if closed and was_open:
            self.tell("checkout.session.expired", session_id)
        self._lose_reply()
        return closed

    def payment(self, object_id: str, *, account: str | None = None) -> Payment | None:
        if object_id.startswith("pi_"):
            object_id = next((id for id in self.charges if id.endswith(object_id.removeprefix("pi_"))), object_id)
        found = super().payment(object_id, account=account)
        if found is None or found.charge is None:
            return found
        if found.charge.id in self.unsettled:
            return found
        charge = replace(found.charge, fee=35, net=found.charge.amount - 35, fee_currency=found.charge.currency)
        return found._replace(charge=charge)

    def refund(self, wish: RefundWish) -> str:
        charge = self.charge(wish.charge_id)
        made = any(one.request == wish.key for one in charge.refunds)
        if charge.dispute_standing is not None and not made:
            self._check()
            raise RefundRefused("charge_disputed")
        refund_id = super().refund(wish)
        if not made:
            self.tell("charge.refunded", wish.charge_id)
            self.tell("refund.created", wish.charge_id)
        self._lose_reply()
        return refund_id

    def undelivered(self, *, since: int, kinds: Iterable[str], account: str | None = None) -> Iterator[RawEvent]:
        self._check()
        kept = [one for one in self.told if one.id not in self.delivered and one.created >= since]
        return iter([RawEvent(one.payload, one.created) for one in kept])

    def complete_sessions(self, *, since: int, account: str | None = None) -> Iterator[CompleteSession]:
        done = {one.id: one for one in super().complete_sessions(since=since, account=account)}
        made = [one._replace(created=self.created[one.id]) for one in done.values()]
        return iter([one for one in made if one.created >= since])

    def is_open(self, session_id: str) -> bool:
        """Whether the session can be paid."""
        return self.sessions[session_id].status is PaymentStatus.OPEN

    def succeed(self, session_id: str, **changes: Any) -> str:
        """Money comes in for a session; the charge's id."""
        waited = self.sessions[session_id].status is PaymentStatus.UNPAID
        charge_id = f"ch_{session_id.removeprefix('cs_')}_{len(self.charges)}"
        paid = self.sessions[session_id]._replace(status=PaymentStatus.PAID, customer_id="cus_1", **changes)
        made = datetime.fromtimestamp(int(self.clock.now()), UTC)
        paid = paid._replace(charge=replace(charge_of(paid, charge_id), created_at=made))
        self.sessions[session_id] = self.charges[charge_id] = paid
        self.made_at[charge_id] = self.next_tick()
        kind = "async_payment_succeeded" if waited else "completed"
        self.tell(f"checkout.session.{kind}", session_id)
        self.tell("charge.succeeded", charge_id)
        self.unsettled[charge_id] = self.clock.now() + SETTLEMENT_SECONDS
        return charge_id

    def stray(self, order_id: str, amount: int, currency: str) -> str:
        """A payment through a session that the order does not know any more; the charge's id."""
        session_id = f"cs_{order_id}_stray{len(self.sessions)}"
        self.sessions[session_id] = Payment(order_id, PaymentStatus.OPEN, amount, currency, False, session_id)
        self.created[session_id] = int(self.clock.now())
        return self.succeed(session_id)

    def wait(self, session_id: str) -> None:
        """Checkout is complete, the money has not come."""
        self.set_status(session_id, PaymentStatus.UNPAID)
        self.tell("checkout.session.completed", session_id)

    def fail(self, session_id: str) -> None:
        """The awaited money does not come."""
        self.set_status(session_id, PaymentStatus.FAILED)
        self.failed_at[session_id] = self.next_tick()
        self.tell("checkout.session.async_payment_failed", session_id)

    def decline(self, session_id: str) -> None:
        """A card is declined; the session stays open."""
        self.tell("payment_intent.payment_failed", f"pi_{session_id.removeprefix('cs_')}_declined")

    def give_back(self, charge_id: str, amount: int, status: str) -> None:
        """Somebody refunds in the dashboard."""
        refund_id = self.refund_in_dashboard(charge_id, amount)
        self.turn_refund(charge_id, refund_id, status)
        self.tell("charge.refunded", charge_id)
        self.tell("refund.created", charge_id)

    def turn_refund(self, charge_id: str, refund_id: str, status: str) -> None:
        """A refund comes to stand otherwise."""
        charge = self.charge(charge_id)
        refunds = [replace(one, status=status) if one.id == refund_id else one for one in charge.refunds]
        self._keep(replace(charge, refunds=refunds))
        if status in ("failed", "succeeded"):
            self.tell("refund.failed" if status == "failed" else "refund.updated", charge_id)

    def dispute(self, charge_id: str, status: str) -> None:
        """A dispute comes to be, or to stand otherwise."""
        charge = self.charge(charge_id)
        is_new = charge.dispute is None
        super().dispute(charge_id, status)
        over = status in ("won", "lost", "warning_closed")
        self.tell(f"charge.dispute.{'created' if is_new else 'closed' if over else 'updated'}", charge_id)

    def pass_time(self) -> None:
        """Sessions that nobody paid end by themselves, and fees become known."""
        for charge_id in [id for id, at in self.unsettled.items() if at <= self.clock.now()]:
            del self.unsettled[charge_id]
            self.tell("charge.updated", charge_id)
        for session_id, until in self.expires.items():
            if until <= self.clock.now() and self.is_open(session_id):
                self.set_status(session_id, PaymentStatus.EXPIRED)
                self.tell("checkout.session.expired", session_id)

    def charges_of(self, order_id: str) -> list[Charge]:
        """The succeeded charges that name an order."""
        return [one.charge for one in self.charges.values() if one.charge and one.charge.order_id == order_id]

    def open_refunds(self, charge_id: str) -> list[Refund]:
        """Refunds that may still fail."""
        return [one for one in self.charge(charge_id).refunds if one.status != "failed"]

    def dispute_of(self, charge_id: str) -> ChargeDispute | None:
        """The charge's dispute."""
        return self.charge(charge_id).dispute

    def is_disputed(self, charge_id: str) -> bool:
        """Whether a dispute takes or may take the money."""
        return self.charge(charge_id).dispute_standing in (Dispute.OPEN, Dispute.LOST)

    def next_tick(self) -> int:
        """A moment after all others."""
        self.tick += 1
        return self.tick

    def tell(self, kind: str, object_id: str) -> None:
        """An event that Stripe has to tell."""
        with self.telling:
            number = len(self.told)
            about = {"id": object_id, "object": "charge" if object_id.startswith("ch_") else "checkout.session"}
            order_id = object_id.split("_")[1]
            if number % 2:  # refunds and disputes of Stripe's dashboard do not name the order
                about["metadata"] = {"order_id": order_id}  # type: ignore[assignment]
            event = {"id": f"evt_{number}", "object": "event", "type": kind, "livemode": False}
            payload = json.dumps({**event, "data": {"object": about}})
            told = Told(f"evt_{number}", kind, object_id, payload, int(self.clock.now()))
            self.told.append(told)
            self.waiting.append(told)

    def _lose_reply(self) -> None:
        if self.losing:
            self.losing -= 1
            self.fired["lost reply of Stripe"] += 1
            raise UpstreamFailed("No answer.")

    def _check(self) -> None:
        if self.away:
            self.away -= 1
            self.fired["Stripe away"] += 1
            raise UpstreamFailed("Stripe is away.")
