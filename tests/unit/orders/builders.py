"""Orders, payments and charges with defaults: an order of two tickets at 25.00 EUR that is to be paid until second 100."""

from datetime import UTC, datetime
from typing import Any

from chalicelib.core.money import Money
from chalicelib.orders.domain.charge import CardMethod, Charge, Payment, PaymentStatus
from chalicelib.orders.domain.order import Buyer, Checkout, Line, Order, OrderRecord, links_of
from chalicelib.orders.domain.order_state import Facts, OrderState

MOMENT = datetime(2030, 1, 1, tzinfo=UTC)
PRICE = Money(amount=2500, currency="EUR")
PAID = Facts(issued=True, charge_id="ch_1", charged=5000)


def charge(**changes: Any) -> Charge:
    facts: dict[str, Any] = {"id": "ch_1", "order_id": "O", "amount": 5000, "currency": "EUR", "fee": None, "net": None}
    more = {"fee_currency": None, "status": "succeeded", "method": CardMethod(brand="visa"), "receipt_url": None}
    return Charge(**{**facts, **more, "livemode": False, "created_at": MOMENT, **changes})


def payment(status: PaymentStatus, **changes: Any) -> Payment:
    made = Payment("O", status, 5000, "EUR", False, session_id="cs_1", charge=charge())
    return made._replace(**changes)


def order(**changes: Any) -> Order:
    facts: dict[str, Any] = {
        "id": "O",
        "event_id": "E",
        "state": OrderState.RESERVED,
        "lines": [Line(ticket_type_id="T", name="Day", quantity=2, price=PRICE)],
        "total": Money(amount=5000, currency="EUR"),
        "buyer": Buyer(name="Ada", email="ada@example.org"),
        "created_at": MOMENT,
        "updated_at": MOMENT,
        "links": links_of("O"),
    }
    return Order(**{**facts, **changes})


def record(facts: Facts | None = None, **changes: Any) -> OrderRecord:
    kept: dict[str, Any] = {"version": 1, "deadline": 100, "allocation": (), "checkout": Checkout("cs_1", "url")}
    made: dict[str, Any] = {"order": order(), "facts": facts or Facts(), **kept, **changes}
    return OrderRecord(**made)
