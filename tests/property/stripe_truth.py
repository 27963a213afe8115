"""A fake Stripe that keeps the truth of generated schedules: who paid what, and which events are undelivered.

The port `Payments` for the world of payment_world.py. Every change makes the same events as at Stripe; a test delivers,
repeats or drops them. It can be unavailable, or carry out a call and lose the reply.
"""

import json
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from msgspec.structs import replace

from chalicelib.core.errors import UpstreamFailed
from chalicelib.orders.domain.charge import Charge, ChargeDispute, LedgerEntry, Payment, PaymentStatus, Refund
from chalicelib.orders.domain.order import Checkout
from chalicelib.orders.domain.refund import RefundWish
from chalicelib.payments.ports import CheckoutRequest, CompleteSession, RawEvent, RefundRefused
from tests.harness.shop import Clock, FakePayments, charge_of

SETTLEMENT_SECONDS = 60
"""How long a charge has no fee yet: fee and net arrive later."""
FEE = 35
DISPUTE_FEE = 1500
SHARE_PERCENT = 3
"""The platform's share of a payment to an organiser's account (tests/harness/shop.py: 300 basis points)."""


class Told(NamedTuple):
    """An event as stored by Stripe."""

    id: str
    kind: str
    object_id: str
    payload: str
    created: int


@dataclass
class Truth(FakePayments):
    """The port `Payments`. The next `away` calls fail before they do anything, the next `refused` ones fail with a
    missing permission, the replies of the next `losing` ones are lost. `account` gets all payments. The next `disabled`
    events are never sent.
    """

    clock: Clock = field(default_factory=Clock)
    fired: Counter[str] = field(default_factory=Counter)
    told: list[Told] = field(default_factory=list)
    waiting: list[Told] = field(default_factory=list)
    delivered: set[str] = field(default_factory=set)
    created: dict[str, int] = field(default_factory=dict)
    expires: dict[str, int] = field(default_factory=dict)
    unsettled: dict[str, float] = field(default_factory=dict)
    """By charge without a fee yet: when the fee is known (Unix seconds)."""
    telling: threading.Lock = field(default_factory=threading.Lock)
    tick: int = 0
    made_at: dict[str, int] = field(default_factory=dict)
    """When a charge was made, in ticks."""
    failed_at: dict[str, int] = field(default_factory=dict)
    """When the asynchronous payment of a session failed, in ticks."""
    away: int = 0
    refused: int = 0
    losing: int = 0
    account: str | None = None
    disabled: int = 0
    untold: set[str] = field(default_factory=set)
    """Events that were made while the endpoint was disabled: not delivered, and not listed as missed."""
    balance: defaultdict[str, list[LedgerEntry]] = field(default_factory=lambda: defaultdict(list))
    """The balance transactions of each charge."""

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

    def read_payment(self, object_id: str, *, account: str | None = None) -> Payment | None:
        if object_id.startswith("pi_"):
            object_id = next((id for id in self.charges if id.endswith(object_id.removeprefix("pi_"))), object_id)
        found = super().read_payment(object_id, account=account)
        if found is None or found.charge is None:
            return found
        charge = replace(found.charge, ledger=sorted(self.balance[found.charge.id], key=lambda one: one.id))
        if charge.id not in self.unsettled:
            charge = replace(charge, fee=FEE, net=charge.amount - FEE, fee_currency=charge.currency)
        return found._replace(charge=charge)

    def refund(self, wish: RefundWish) -> str:
        charge = self.charge(wish.charge_id)
        made = any(one.request == wish.key for one in charge.refunds)
        if self.holds_money(charge.id) and not made:
            self._check()
            raise RefundRefused("charge_disputed")
        refund_id = super().refund(wish)
        if not made and any(one.request == wish.key for one in self.charge(wish.charge_id).refunds):
            self.tell("charge.refunded", wish.charge_id)
            self.tell("refund.created", wish.charge_id)
        self._lose_reply()
        return refund_id

    def list_undelivered(self, *, since: int, kinds: Iterable[str], account: str | None = None) -> Iterator[RawEvent]:
        self._check()
        missed = [one for one in self.told if one.id not in self.delivered | self.untold]
        kept = [one for one in missed if one.created >= since]
        return iter([RawEvent(one.payload, one.created) for one in kept])

    def list_complete_sessions(
        self, *, since: int, until: int | None = None, account: str | None = None
    ) -> Iterator[CompleteSession]:
        done = {one.id: one for one in super().list_complete_sessions(since=since, account=account)}
        made = [one._replace(created=self.created[one.id]) for one in done.values()]
        return iter([one for one in made if one.created >= since])

    def is_open(self, session_id: str) -> bool:
        """Returns whether the session can be paid."""
        return self.sessions[session_id].status is PaymentStatus.OPEN

    def succeed(self, session_id: str, **changes: Any) -> str:
        """Pays a session. Returns the charge's id."""
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
        """Pays through a session that the order no longer knows. Returns the charge's id."""
        session_id = f"cs_{order_id}_stray{len(self.sessions)}"
        made = Payment(order_id, PaymentStatus.OPEN, amount, currency, False, session_id)
        self.sessions[session_id] = made._replace(account=self.account)
        self.created[session_id] = int(self.clock.now())
        return self.succeed(session_id)

    def wait(self, session_id: str) -> None:
        """Completes a checkout whose money has not arrived."""
        self.set_status(session_id, PaymentStatus.UNPAID)
        self.tell("checkout.session.completed", session_id)

    def fail(self, session_id: str) -> None:
        """Fails a delayed payment."""
        self.set_status(session_id, PaymentStatus.FAILED)
        self.failed_at[session_id] = self.next_tick()
        self.tell("checkout.session.async_payment_failed", session_id)

    def decline(self, session_id: str) -> None:
        """Declines a card; the session stays open."""
        self.tell("payment_intent.payment_failed", f"pi_{session_id.removeprefix('cs_')}_declined")

    def give_back(self, charge_id: str, amount: int, status: str) -> None:
        """Makes a refund as in the dashboard."""
        refund_id = self.refund_in_dashboard(charge_id, amount)
        self.turn_refund(charge_id, refund_id, status)
        self.tell("charge.refunded", charge_id)
        self.tell("refund.created", charge_id)

    def turn_refund(self, charge_id: str, refund_id: str, status: str) -> None:
        """Changes a refund's status."""
        charge = self.charge(charge_id)
        refunds = [replace(one, status=status) if one.id == refund_id else one for one in charge.refunds]
        self.keep(replace(charge, refunds=refunds))
        if status == "failed":
            amount = next(one.amount for one in refunds if one.id == refund_id)
            self._move(charge, "refund_failure", amount)
        if status in ("failed", "succeeded"):
            self.tell("refund.failed" if status == "failed" else "refund.updated", charge_id)

    def dispute(
        self, charge_id: str, status: str, *, id: str = "dp_1", amount: int | None = None, currency: str | None = None
    ) -> None:
        """Opens a dispute or changes its status; an existing one keeps its amount."""
        charge = self.charge(charge_id)
        known = next((one for one in charge.disputes if one.id == id), None)
        is_new = known is None
        if known is not None:
            amount, currency = known.amount, known.currency
        super().dispute(charge_id, status, id=id, amount=amount, currency=currency)
        moved = amount if amount and currency in (None, charge.currency) else charge.amount
        if status == "needs_response":
            self._move(charge, "dispute", -moved, fee=DISPUTE_FEE)
        if status == "won":
            self._move(charge, "dispute_reversal", moved, fee=-DISPUTE_FEE)
        over = status in ("won", "lost", "warning_closed")
        self.tell(f"charge.dispute.{'created' if is_new else 'closed' if over else 'updated'}", charge_id)

    def pass_time(self) -> None:
        """Expires unpaid sessions and makes due fees known."""
        for charge_id in [id for id, at in self.unsettled.items() if at <= self.clock.now()]:
            del self.unsettled[charge_id]
            self._move(self.charge(charge_id), "charge", self.charge(charge_id).amount, fee=FEE)
            self.tell("charge.updated", charge_id)
        for session_id, until in self.expires.items():
            if until <= self.clock.now() and self.is_open(session_id):
                self.set_status(session_id, PaymentStatus.EXPIRED)
                self.tell("checkout.session.expired", session_id)

    def charges_of(self, order_id: str) -> list[Charge]:
        """Returns the succeeded charges that name an order."""
        return [one.charge for one in self.charges.values() if one.charge and one.charge.order_id == order_id]

    def open_refunds(self, charge_id: str) -> list[Refund]:
        """Returns the refunds that may still fail."""
        return [one for one in self.charge(charge_id).refunds if one.status != "failed"]

    def disputes_of(self, charge_id: str) -> list[ChargeDispute]:
        """Returns the charge's disputes, oldest first."""
        return sorted(self.charge(charge_id).disputes, key=lambda one: one.id)

    def holds_money(self, charge_id: str) -> bool:
        """Returns whether a dispute, even a partial one, prevents refunds of the charge."""
        return any(one.status in ("needs_response", "under_review", "lost") for one in self.disputes_of(charge_id))

    def next_tick(self) -> int:
        """Returns a tick later than all others."""
        self.tick += 1
        return self.tick

    def tell(self, kind: str, object_id: str) -> None:
        """Adds an event to be delivered."""
        with self.telling:
            number = len(self.told)
            about = {"id": object_id, "object": "charge" if object_id.startswith("ch_") else "checkout.session"}
            order_id = object_id.split("_")[1]
            if number % 2:  # refunds and disputes from Stripe's dashboard do not name the order
                about["metadata"] = {"order_id": order_id}  # type: ignore[assignment]
            event: dict[str, Any] = {"id": f"evt_{number}", "object": "event", "type": kind, "livemode": False}
            event |= {"account": self.account} if self.account else {}
            payload = json.dumps({**event, "data": {"object": about}})
            told = Told(f"evt_{number}", kind, object_id, payload, int(self.clock.now()))
            self.told.append(told)
            if self.disabled:
                self.disabled -= 1
                self.fired["endpoint disabled"] += 1
                self.untold.add(told.id)
                return
            self.waiting.append(told)

    def _add_refund(self, charge: Charge, amount: int, request: str | None) -> str:
        """Adds a refund and its balance transactions. One that we requested also returns the platform's share in
        proportion.
        """
        refund_id = super()._add_refund(charge, amount, request)
        self._move(charge, "refund", -amount)
        if request is not None and self.account is not None:
            share = charge.amount * SHARE_PERCENT // 100
            back = sum(entry.amount for entry in self.balance[charge.id] if entry.kind == "fee_refund")
            part = share * (charge.refunded + amount) // charge.amount - back
            if part > 0:
                self.fired["fee refunded"] += 1
                self._move(charge, "fee_refund", part)
        return refund_id

    def _move(self, charge: Charge, kind: str, amount: int, *, fee: int = 0) -> None:
        moves = self.balance[charge.id]
        made = datetime.fromtimestamp(int(self.clock.now()), UTC)
        key = f"txn_{charge.id}_{len(moves):03}"
        facts: Any = {"id": key, "kind": kind, "amount": amount, "fee": fee, "net": amount - fee}
        moves.append(LedgerEntry(**facts, currency=charge.currency, created_at=made))

    def _lose_reply(self) -> None:
        if self.losing:
            self.losing -= 1
            self.fired["lost reply of Stripe"] += 1
            raise UpstreamFailed("No answer.")

    def _check(self) -> None:
        if self.refused:
            self.refused -= 1
            self.fired["permission refused"] += 1
            raise UpstreamFailed("The key lacks a permission.")
        if self.away:
            self.away -= 1
            self.fired["Stripe away"] += 1
            raise UpstreamFailed("Stripe is away.")
