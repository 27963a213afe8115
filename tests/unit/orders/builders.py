"""Orders, payments and charges with defaults: an order of two tickets at 25.00 EUR, to be paid by second 100."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from chalicelib.catalog.ports import Lost
from chalicelib.core.money import Money
from chalicelib.orders.domain.charge import CardMethod, Charge, Payment, PaymentStatus
from chalicelib.orders.domain.order import Buyer, Checkout, Line, Order, OrderRecord, links_of
from chalicelib.orders.domain.order_state import Facts, OrderState, state_of
from chalicelib.orders.domain.refund import RefundWish
from chalicelib.orders.ports import SaleChange

ID = "01HZZZZZZZZZZZZZZZZZZZ0001"
MOMENT = datetime(2030, 1, 1, tzinfo=UTC)
PRICE = Money(amount=2500, currency="EUR")
PAID = Facts(issued=True, charge_id="ch_1", charged=5000)


def charge(**changes: Any) -> Charge:
    facts: dict[str, Any] = {"id": "ch_1", "order_id": ID, "amount": 5000, "currency": "EUR", "fee": None, "net": None}
    more = {"fee_currency": None, "status": "succeeded", "method": CardMethod(brand="visa"), "receipt_url": None}
    return Charge(**{**facts, **more, "livemode": False, "created_at": MOMENT, **changes})


def payment(status: PaymentStatus, **changes: Any) -> Payment:
    made = Payment(ID, status, 5000, "EUR", False, session_id="cs_1", charge=charge())
    return made._replace(**changes)


def order(**changes: Any) -> Order:
    facts: dict[str, Any] = {
        "id": ID,
        "event_id": "E",
        "state": OrderState.RESERVED,
        "lines": [Line(ticket_type_id="T", name="Day", quantity=2, price=PRICE)],
        "total": Money(amount=5000, currency="EUR"),
        "buyer": Buyer(name="Ada", email="ada@example.org"),
        "created_at": MOMENT,
        "updated_at": MOMENT,
        "links": links_of(ID),
    }
    return Order(**{**facts, **changes})


def record(facts: Facts | None = None, **changes: Any) -> OrderRecord:
    kept: dict[str, Any] = {"version": 1, "deadline": 100, "allocation": (), "checkout": Checkout("cs_1", "url")}
    facts = facts or Facts()
    made: dict[str, Any] = {"order": order(state=state_of(facts)), "facts": facts, **kept, **changes}
    return OrderRecord(**made)


class FakeOrphans(list[str]):
    """The port `Orphans` in memory: the orphans that were stored."""

    def keep(self, object_id: str, payment: Payment, *, now: int) -> bool:
        is_new = object_id not in self
        self.append(object_id)
        return is_new


class FakeOrders:
    """The port `Orders` in memory. The next writes fail as lost, for these names one after the other."""

    def __init__(self, *records: OrderRecord, lost: list[str] | None = None) -> None:
        self.records = {one.id: one for one in records}
        self.changes: list[SaleChange] = []
        self.wishes: dict[str, RefundWish] = {}
        self.charges_known: dict[str, Charge] = {}
        self.orphans = FakeOrphans()
        self.lost = lost or []

    def load_order(self, order_id: str) -> OrderRecord | None:
        return self.records.get(order_id)

    def load_charge(self, order_id: str, charge_id: str) -> Charge | None:
        return self.charges_known.get(charge_id)

    def load_wish(self, order_id: str, key: str) -> RefundWish | None:
        return self.wishes.get(key)

    def write_order(self, change: SaleChange) -> None:
        if self.lost:
            raise Lost(frozenset({self.lost.pop(0)}))
        self.changes.append(change)
        self.records[change.after.id] = change.after
        if change.wish:
            self.wishes[change.wish.key] = change.wish


TELLING: Any = SimpleNamespace(add_messages=lambda change, **known: change)
"""An `OrderMessages` service that adds no messages."""


def clock_at(seconds: float) -> Any:
    """Returns a stopped clock."""
    return SimpleNamespace(now=lambda: seconds)
