"""Generates docs/order-states.md: the rules of orders/domain/order_state.py, and how payments change an order's state
(payments/domain/settlement.py). Called by generate.py.

The table of payments is computed by settling sample payments of sample orders, so it always agrees with the code.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec.structs import replace

from chalicelib.core.money import Money
from chalicelib.orders.domain.charge import CardMethod, Charge, ChargeDispute, Payment, PaymentStatus, Refund
from chalicelib.orders.domain.order import Buyer, Checkout, Line, Order, OrderRecord, links_of
from chalicelib.orders.domain.order_state import POSITIONS, STATES, Dispute, Ended, Facts, position_of, state_of
from chalicelib.payments.domain.settlement import settle

_AT = datetime(2030, 1, 1, tzinfo=UTC)
_PRICE = Money(amount=2500, currency="EUR")
_PAID = Facts(issued=True, charge_id="ch_1", charged=2500)
_ORDERS: dict[str, Facts] = {
    "reserved": Facts(),
    "pending": Facts(pending=True),
    "expired": Facts(ended=Ended.EXPIRED),
    "cancelled": Facts(ended=Ended.CANCELLED),
    "paid": _PAID,
    "disputed": replace(_PAID, dispute=Dispute.OPEN),
    "refunded": replace(_PAID, refunded=2500),
}
_CHARGE = Charge(
    id="ch_1",
    order_id="O",
    amount=2500,
    currency="EUR",
    fee=None,
    net=None,
    fee_currency=None,
    status="succeeded",
    method=CardMethod(brand="visa"),
    receipt_url=None,
    livemode=False,
    created_at=_AT,
)
_SEEN = Payment("O", PaymentStatus.PAID, 2500, "EUR", False, "cs_1", charge=_CHARGE)


def _refunded(amount: int, status: str = "succeeded") -> Payment:
    refund = Refund(id="re_1", amount=amount, currency="EUR", status=status, reason=None, created_at=_AT)
    return _SEEN._replace(charge=replace(_CHARGE, refunds=[refund]))


def _disputed(status: str) -> Payment:
    facts = ChargeDispute(id="dp_1", amount=2500, currency="EUR", status=status, reason="fraudulent", created_at=_AT)
    return _SEEN._replace(charge=replace(_CHARGE, dispute=facts))


_FIRST: dict[str, tuple[Payment, bool]] = {
    "paid, tickets are there": (_SEEN, True),
    "paid, too few tickets left": (_SEEN, False),
    "paid another amount, currency or in another mode": (_SEEN._replace(amount=2499), True),
    "completed, money on its way": (_SEEN._replace(status=PaymentStatus.UNPAID, charge=None), True),
    "payment failed for good": (_SEEN._replace(status=PaymentStatus.FAILED, charge=None), True),
    "checkout expired, deadline over": (_SEEN._replace(status=PaymentStatus.EXPIRED, charge=None), True),
}
_LATER: dict[str, tuple[Payment, bool]] = {
    "paid a second time": (_SEEN._replace(charge=replace(_CHARGE, id="ch_2")), True),
    "part refunded": (_refunded(1000), True),
    "all refunded": (_refunded(2500), True),
    "refund failed, tickets are there": (_refunded(2500, "failed"), True),
    "refund failed, too few tickets left": (_refunded(2500, "failed"), False),
    "dispute opened": (_disputed("needs_response"), True),
    "inquiry opened": (_disputed("warning_needs_response"), True),
    "dispute won": (_disputed("won"), True),
    "dispute lost": (_disputed("lost"), True),
}


def page() -> str:
    """Returns the page as Markdown."""
    lines = ["# Order states", ""]
    lines += [
        "Generated from `chalicelib/orders/domain/order_state.py` and `settlement.py` by `make openapi`; do not edit."
    ]
    lines += [
        "",
        "An order keeps facts; its state and the place of its tickets follow. The first row that is true counts.",
    ]
    lines += ["", "| if | the order is |", "|---|---|", *(f"| {why} | {state} |" for why, _, state in STATES)]
    lines += ["", "| if | its tickets are |", "|---|---|", *(f"| {why} | {place} |" for why, _, place in POSITIONS)]
    lines += ["", "What Stripe shows of a payment changes the facts. Pairs that change nothing are left out.", ""]
    lines += ["| order | Stripe shows | becomes | tickets | money |", "|---|---|---|---|---|", *_rows()]
    return "\n".join(lines) + "\n"


def _rows() -> Iterator[str]:
    for name, facts in _ORDERS.items():
        happenings = _FIRST if facts.charge_id is None else _LATER
        for what, (payment, has_stock) in happenings.items():
            found = settle(_record(facts), payment, now=100, livemode=False, has_stock=has_stock)
            if found.facts == facts and not found.send_back:
                continue
            tickets = f"{position_of(facts)} → {position_of(found.facts)}"
            money = f"sent back: {found.send_back}" if found.send_back else ""
            yield f"| {name} | {what} | {state_of(found.facts)} | {tickets} | {money} |"


def _record(facts: Facts) -> OrderRecord:
    order = Order(
        id="O",
        event_id="E",
        state=state_of(facts),
        lines=[Line(ticket_type_id="T", name="Day", quantity=1, price=_PRICE)],
        total=_PRICE,
        buyer=Buyer(name="Ada", email="ada@example.org"),
        created_at=_AT,
        updated_at=_AT,
        links=links_of("O"),
    )
    return OrderRecord(order=order, version=1, deadline=1, allocation=(), facts=facts, checkout=Checkout("cs_1", "u"))
