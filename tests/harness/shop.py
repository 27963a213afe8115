"""What the tests of a sale begin with: a shop with a clock that moves when told, and a fake Stripe."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from chalicelib import bootstrap, config
from chalicelib.catalog.adapters import keys as catalog_keys
from chalicelib.core.changes import Change, ChangeKind
from chalicelib.core.errors import UpstreamFailed
from chalicelib.core.ids import make_ulid
from chalicelib.core.principal import Principal
from chalicelib.orders.domain.charge import (
    RETURNED,
    CardMethod,
    Charge,
    ChargeDispute,
    Payment,
    PaymentStatus,
    Refund,
    with_disputes,
)
from chalicelib.orders.domain.order import Buyer, Checkout, OrderForm, OrderLineForm, OrderRecord
from chalicelib.orders.domain.order_state import OrderState
from chalicelib.orders.domain.refund import RefundWish
from chalicelib.payments.ports import (
    CheckoutRefusal,
    CheckoutRefused,
    CheckoutRequest,
    CompleteSession,
    RawEvent,
    RefundOrDispute,
    RefundRefused,
    Sweep,
    Trace,
    TraceKind,
)

START = 1_900_000_000.0
_THREADS = ThreadPoolExecutor(20)
"""Kept, because PynamoDB keeps a connection for each thread."""
OWNER = Principal(make_ulid(1, b"owner" * 2), make_ulid(1, b"famil" * 2))
BUYER = Principal(make_ulid(2, b"buyer" * 2), make_ulid(2, b"famil" * 2))


class Clock:
    """Seconds that only pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = START

    def now(self) -> float:
        return self.seconds


class Ids:
    """Ids of the clock's moment; secrets that count."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._count = 0
        self._lock = threading.Lock()

    def new_id(self) -> str:
        with self._lock:
            self._count += 1
            return make_ulid(int(self._clock.now() * 1000), self._count.to_bytes(10, "big"))

    def new_secret(self) -> str:
        return f"secret-{self.new_id()}"


@dataclass
class FakePayments:
    """Port `Payments` in memory; `down` makes every call fail, `refusing` every refund."""

    sessions: dict[str, Payment] = field(default_factory=dict)
    charges: dict[str, Payment] = field(default_factory=dict)
    opened: list[CheckoutRequest] = field(default_factory=list)
    events: list[RawEvent] = field(default_factory=list)
    down: bool = False
    refusing: bool = False
    settled: bool = False
    refusal: CheckoutRefusal | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def open_checkout(self, request: CheckoutRequest) -> Checkout:
        self._check()
        if self.refusal:
            self.opened.append(request)
            raise CheckoutRefused(self.refusal)
        session_id = f"cs_{request.order.id}_{request.attempt}"
        with self.lock:
            self.opened.append(request)
            total = request.order.total
            made = Payment(request.order.id, PaymentStatus.OPEN, total.amount, total.currency, False, session_id)
            self.sessions.setdefault(session_id, made._replace(account=request.account))
        return Checkout(session_id, f"https://stripe.test/{session_id}")

    def close_checkout(self, session_id: str, *, account: str | None = None) -> bool:
        self._check()
        with self.lock:
            open_ = self.sessions[session_id].status is PaymentStatus.OPEN
            if open_:
                self.sessions[session_id] = self.sessions[session_id]._replace(status=PaymentStatus.EXPIRED)
            return open_ or self.sessions[session_id].status is PaymentStatus.EXPIRED

    def read_payment(self, object_id: str, *, account: str | None = None) -> Payment | None:
        self._check()
        found = self.sessions.get(object_id) or self.charges.get(object_id)
        if found is None or found.account != account:
            return None
        charge = found.charge and self.charges[found.charge.id].charge
        if charge and self.settled:
            charge = replace(charge, fee=35, net=charge.amount - 35, fee_currency=charge.currency)
        return found._replace(charge=charge)

    def parse_payment(self, payload: str, *, account: str | None) -> Payment | None:
        raise AssertionError("No account of this fake is ever gone.")

    def list_payments(self, *, since: int, until: int, pages: int, account: str | None = None) -> list[Payment]:
        made = [one for one in self.charges if since <= self.charge(one).created_at.timestamp() <= until]
        seen = [payment for one in made if (payment := self.read_payment(one, account=account)) and payment.charge]
        return [one for one in seen if one.charge and not one.charge.refunds and one.charge.dispute is None]

    def refund(self, wish: RefundWish) -> str:
        self._check()
        with self.lock:
            charge = self.charge(wish.charge_id)
            made = next((refund for refund in charge.refunds if refund.request == wish.key), None)
            if made is not None and made.status == "failed":
                raise RefundRefused("refund_failed")
            if made is not None:
                return made.id
            standing = [refund for refund in charge.refunds if refund.status in RETURNED]
            if charge.refunded == charge.amount:
                return standing[-1].id
            if self.refusing or wish.amount > charge.amount - charge.refunded:
                raise RefundRefused("invalid_request")
            return self._add_refund(charge, wish.amount, wish.key)

    def list_undelivered(self, *, since: int, kinds: Iterable[str], account: str | None = None) -> Iterator[RawEvent]:
        self._check()
        return iter([event for event in self.events if event.created >= since])

    def list_complete_sessions(
        self, *, since: int, until: int | None = None, account: str | None = None
    ) -> Iterator[CompleteSession]:
        self._check()
        done = (PaymentStatus.PAID, PaymentStatus.UNPAID, PaymentStatus.FAILED)
        found = [(id, payment) for id, payment in self.sessions.items() if payment.status in done]
        return iter([CompleteSession(id, p.order_id, int(START)) for id, p in found if p.account == account])

    def list_traces(self, kind: TraceKind, *, since: int, until: int, account: str | None = None) -> Iterator[Trace]:
        self._check()
        for payment in reversed(list(self.charges.values())):
            charge = payment.charge
            if charge and payment.account == account and charge.created_at.timestamp() <= until:
                yield from traces_of(self.read_payment(charge.id, account=account) or payment, kind)

    def pay(self, session_id: str, **changes: Any) -> str:
        """Money comes in; the charge's id."""
        charge_id = f"ch_{session_id.removeprefix('cs_')}{len(self.charges)}"
        paid = self.sessions[session_id]._replace(status=PaymentStatus.PAID, customer_id="cus_1", **changes)
        paid = paid._replace(charge=charge_of(paid, charge_id))
        self.sessions[session_id] = self.charges[charge_id] = paid
        return charge_id

    def refund_in_dashboard(self, charge_id: str, amount: int) -> str:
        """Somebody refunds at Stripe; the refund's id."""
        return self._add_refund(self.charge(charge_id), amount, None)

    def fail_refund(self, charge_id: str, refund_id: str) -> None:
        """A refund that did not reach the bank."""
        charge = self.charge(charge_id)
        refunds = [replace(r, status="failed") if r.id == refund_id else r for r in charge.refunds]
        self.keep(replace(charge, refunds=refunds))

    def dispute(
        self, charge_id: str, status: str, *, id: str = "dp_1", amount: int | None = None, currency: str | None = None
    ) -> None:
        """A dispute of a charge, as it stands now."""
        charge = self.charge(charge_id)
        facts: Any = {"reason": "fraudulent", "created_at": datetime.fromtimestamp(START, UTC), "status": status}
        made = ChargeDispute(id=id, amount=amount or charge.amount, currency=currency or charge.currency, **facts)
        self.keep(with_disputes(charge, [made]))

    def charge(self, charge_id: str) -> Charge:
        """A charge as it stands."""
        found = self.charges[charge_id].charge
        assert found is not None
        return found

    def set_status(self, session_id: str, status: PaymentStatus) -> None:
        self.sessions[session_id] = self.sessions[session_id]._replace(status=status)

    def _add_refund(self, charge: Charge, amount: int, request: str | None) -> str:
        refund = Refund(
            id=f"re_{charge.id}_{len(charge.refunds)}",
            amount=amount,
            currency=charge.currency,
            status="succeeded",
            reason=None,
            created_at=datetime.fromtimestamp(START, UTC),
            request=request,
        )
        self.keep(replace(charge, refunds=[*charge.refunds, refund]))
        return refund.id

    def keep(self, charge: Charge) -> None:
        """Let Stripe show the charge so from now on."""
        self.charges[charge.id] = self.charges[charge.id]._replace(charge=charge)

    def _check(self) -> None:
        if self.down:
            raise UpstreamFailed("Stripe is down.")


def traces_of(payment: Payment, kind: TraceKind) -> Iterator[Trace]:
    """What Stripe lists of a payment."""
    charge = payment.charge
    assert charge is not None
    made = Trace(charge.id, payment.order_id, int(charge.created_at.timestamp()))
    if kind is TraceKind.REFUNDS:
        yield from (made._replace(refund=RefundOrDispute(refund.id, refund.status)) for refund in charge.refunds)
    elif kind is TraceKind.DISPUTES:
        yield from (made._replace(dispute=RefundOrDispute(dispute.id, dispute.status)) for dispute in charge.disputes)
    else:
        yield made._replace(has_fee=charge.net is not None)


@dataclass
class FakeAccounts:
    """Port `AccountsAtStripe` in memory: account id -> ready, or None when it was taken back."""

    ready: dict[str, bool | None] = field(default_factory=dict)

    def create_account(self, event_id: str, *, instead_of: str | None = None) -> str:
        account_id = f"acct_{len(self.ready) + 1}"
        self.ready[account_id] = False
        return account_id

    def make_onboarding_url(self, account_id: str, *, back: str) -> str:
        return f"https://stripe.test/onboard/{account_id}"

    def is_ready(self, account_id: str) -> bool | None:
        return self.ready[account_id]


def charge_of(payment: Payment, charge_id: str) -> Charge:
    """A charge record as the gateway makes it."""
    return Charge(
        id=charge_id,
        order_id=payment.order_id or "",
        amount=payment.amount,
        currency=payment.currency,
        fee=None,
        net=None,
        fee_currency=None,
        status="succeeded",
        method=CardMethod(brand="visa", last4="4242"),
        receipt_url="https://stripe.test/receipt",
        livemode=payment.livemode,
        created_at=datetime.fromtimestamp(START, UTC),
        account=payment.account,
    )


class Shop:
    """Services over the test database with a published event: a new one, or one that is there."""

    def __init__(self, event_id: str | None = None) -> None:
        self.clock = Clock()
        self.payments = FakePayments()
        self.at_stripe = FakeAccounts()
        self.services = bootstrap.Services(config.load().replaced(application_fee_basis_points=300))
        self.services.clock = self.clock  # type: ignore[assignment]
        self.services.ids = Ids(self.clock)  # type: ignore[assignment]
        wired: Any = self.services.payments
        wired.stripe, wired.stripe_accounts = self.payments, self.at_stripe
        self.services.aws.dynamodb = bootstrap.services().aws.dynamodb
        wired.stripe_share = 1_000.0  # time stands still, so every second would be a crowd
        bootstrap.use(self.services)
        self.event_id = event_id or self.make_event()
        self.services.payments.holds.save_sweep(Sweep(int(START) // 60 - 1, (), 0))

    def make_event(self, *, state: str = "published", currency: str = "EUR") -> str:
        """An event owned by OWNER."""
        from chalicelib.content.adapters.events import DynamoEvents
        from chalicelib.content.domain.event import Event, EventState
        from chalicelib.content.domain.views import written
        from chalicelib.core.kinds import Kind

        event_id = self.services.ids.new_id()
        now = datetime.fromtimestamp(int(START), UTC)
        event = Event(
            id=event_id,
            name="Alpine Python Days",
            slug=f"alpine-{event_id.lower()}",
            starts_at=datetime(2031, 6, 11, tzinfo=UTC),
            ends_at=datetime(2031, 6, 12, tzinfo=UTC),
            timezone="Europe/Zurich",
            currency=currency,
            state=EventState(state),
            created_at=now,
            updated_at=now,
        )
        DynamoEvents().create_event(
            written(event_id, Kind.EVENTS, event),
            slug=str(event.slug),
            owner_id=OWNER.user_id,
            now=int(START),
            tag=self.services.ids.new_id(),
        )
        return event_id

    def ticket(self, quantity: int, *, amount: int = 2500, currency: str = "EUR", **fields: Any) -> str:
        """A ticket type of the shop's event."""
        from chalicelib.catalog.domain.ticket_type import TicketTypeFields
        from chalicelib.core.money import Money

        ticket_type_id = self.services.ids.new_id()
        form = TicketTypeFields(
            **{
                "name": "Day ticket",
                "price": Money(amount=amount, currency=currency),
                "quantity": quantity,
                "max_per_order": 100,
                **fields,
            }
        )
        self.services.catalog.edit_ticket_types.create(self.event_id, form, caller=OWNER, new_id=ticket_type_id)
        return ticket_type_id

    def order(self, *wanted: tuple[str, int], caller: Principal | None = BUYER) -> OrderRecord:
        """An order of (ticket type, quantity)."""
        return self.services.orders.place_order.place_order(
            self.event_id, form_of(*wanted), caller=caller, new_id=self.services.ids.new_id()
        )[0]

    def connect(self, account_id: str) -> None:
        """The event has a Stripe account of its own, ready to be paid."""
        account, _ = self.services.payments.connect_account.connect_stripe_account(self.event_id, caller=OWNER)
        assert account.id == account_id
        self.at_stripe.ready[account_id] = True
        self.services.payments.connect_account.refresh_stripe_account(account_id)

    def checkout(self, record: OrderRecord) -> str:
        """The id of the order's checkout session."""
        url = self.services.payments.open_checkout.open_checkout(record.id, caller=BUYER, access=None)
        return url.rpartition("/")[2]

    def state(self, record: OrderRecord) -> OrderState:
        """How the order stands now."""
        return self.record(record).state

    def record(self, record: OrderRecord) -> OrderRecord:
        """The order as stored."""
        found = self.services.orders.store.load_order(record.id)
        assert found is not None
        return found

    def hear(
        self,
        object_id: str,
        *,
        kind: str = "checkout.session.completed",
        event_id: str = "evt_1",
        account: str | None = None,
    ) -> None:
        """What the inbox stream does with an event."""
        self.react_to_event(event_id, {"kind": kind, "object_id": object_id, "livemode": False, "account": account})

    def react_to_event(self, event_id: str, item: dict[str, Any]) -> None:
        """What the inbox stream does with an event that is kept as this item."""
        change = Change(ChangeKind.CREATED, "INBOX", f"STRIPE_EVENT#{event_id}", None, item)
        self.services.payments.dispatch_stripe_events.on_changes([change])
        self.services.payments.record_fees.on_changes([change])

    def wishes(self) -> list[RefundWish]:
        """All refunds that are or were wanted."""
        return [msgspec.json.decode(item.body, type=RefundWish) for item in items_of("RefundItem", "REFUND#")]

    def carry_out_refunds(self) -> None:
        """What the sales stream does with every wish, old ones too."""
        for wish in self.wishes():
            self.services.payments.refund_payment.carry_out(wish.order_id, wish.key)


def form_of(*wanted: tuple[str, int]) -> OrderForm:
    """A buyer's form."""
    lines = [OrderLineForm(ticket_type_id=ticket_type_id, quantity=quantity) for ticket_type_id, quantity in wanted]
    return OrderForm(lines=lines, buyer=Buyer(name="Ada Lovelace", email="ada@example.org"))


@dataclass(frozen=True)
class Stock:
    """All shards of a type together."""

    left: int
    held: int
    sold: int
    capacity: int


def stock_of(ticket_type_id: str) -> Stock:
    """The stock as it stands; fails when a shard does not add up."""
    stock_item = model("StockItem")
    shards = []
    for number in range(40):
        try:
            shards.append(stock_item.get(*catalog_keys.stock(ticket_type_id, number), consistent_read=True))
        except stock_item.DoesNotExist:
            break
    for shard in shards:
        assert shard.left + shard.held + shard.sold == shard.capacity, vars(shard)
        assert min(shard.left, shard.held, shard.sold) >= 0, vars(shard)
    return Stock(*(sum(int(getattr(s, name)) for s in shards) for name in ("left", "held", "sold", "capacity")))


def model(name: str) -> Any:
    """A model of the stores; imported late, since their tables read the environment."""
    from chalicelib.aws import dynamo_tables as tables
    from chalicelib.catalog.adapters import items as catalog_items
    from chalicelib.notifications.adapters import items as notification_items
    from chalicelib.orders.adapters import items as order_items
    from chalicelib.payments.adapters import accounts, orphans

    modules = (order_items, catalog_items, notification_items, accounts, orphans, tables)
    return next(getattr(module, name) for module in modules if hasattr(module, name))


def items_of(name: str, prefix: str = "") -> list[Any]:
    """Items of a model whose sort key begins so."""
    return [item for item in model(name).scan() if item.sk.startswith(prefix)]


def appoint(shop: Shop, number: int, *, topic: str, mail: str, choosing: int) -> None:
    """So many organizers more, of whom the first choose how they get mails of a topic."""
    from chalicelib.accounts.adapters.items import RoleItem
    from chalicelib.aws import dynamo_keys as keys

    staff = [f"staff-{n:02}" for n in range(number)]
    for user_id in staff:
        RoleItem(*keys.role_in_event(shop.event_id, user_id), role="organizer", granted_at=1).save()
    for user_id in staff[:choosing]:
        choice = {"actions": {topic: {"mail": mail}}}
        shop.services.notifications.edit_preferences.update_preferences(user_id, choice, match=frozenset({"*"}))


def inbox(principal: Principal) -> list[str]:
    """The titles of somebody's notifications, oldest first."""
    mine = f"USER#{principal.user_id}"
    return [item.title for item in items_of("NotificationItem", "NOTIFICATION#") if item.pk == mine]


def mails() -> list[str]:
    """The subjects of all mails."""
    return [item.subject for item in items_of("MailItem", "MAIL")]


def together(count: int, work: Any) -> list[Any]:
    """Run `work(number)` in that many threads from a barrier; results or exceptions in order."""
    barrier = threading.Barrier(count)
    results: list[Any] = [None] * count

    def run(number: int) -> None:
        barrier.wait()
        try:
            results[number] = work(number)
        except Exception as problem:  # noqa: BLE001 - the result of this thread
            results[number] = problem

    list(_THREADS.map(run, range(count)))
    return results
