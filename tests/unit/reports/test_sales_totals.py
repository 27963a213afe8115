"""The share of an order in the totals of its event."""

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.money import Money
from chalicelib.orders.domain.charge import CardMethod, Charge, LedgerEntry
from chalicelib.orders.domain.order import Buyer, Line, Order, links_of
from chalicelib.orders.domain.order_state import OrderState
from chalicelib.reports.domain.ledger import rows_of, uncounted
from chalicelib.reports.domain.sales_totals import difference, merged, share, tally_of

PAID_AT = datetime(2031, 3, 1, 23, 30, tzinfo=UTC)


def order_of(state: OrderState, *, refunded: int = 0, **fields: Any) -> Order:
    """Returns an order of two tickets A at 10.00 and one ticket B at 5.00."""
    lines = [
        Line(ticket_type_id="A", name="Day", quantity=2, price=Money(amount=1000, currency="EUR")),
        Line(ticket_type_id="B", name="Half", quantity=1, price=Money(amount=500, currency="EUR")),
    ]
    made = Order(
        id="O",
        event_id="E",
        state=state,
        lines=lines,
        total=Money(amount=2500, currency="EUR"),
        buyer=Buyer(name="Ada Lovelace", email="ada@example.org"),
        created_at=PAID_AT,
        updated_at=PAID_AT,
        paid_at=PAID_AT,
        refunded=Money(amount=refunded, currency="EUR") if refunded else None,
        links=links_of("O"),
    )
    return msgspec.structs.replace(made, **fields)


def charge_of(*ledger: LedgerEntry, account: str | None = None) -> Charge:
    return Charge(
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
        created_at=PAID_AT,
        ledger=list(ledger),
        account=account,
    )


def entry(kind: str, amount: int, fee: int = 0, currency: str = "EUR") -> LedgerEntry:
    return LedgerEntry(
        id=f"txn_{kind}", kind=kind, amount=amount, fee=fee, net=amount - fee, currency=currency, created_at=PAID_AT
    )


def test_tally_of_a_paid_order_counts_its_tickets_by_type_and_day() -> None:
    assert tally_of(order_of(OrderState.PAID), []) == {
        "DAY#2031-03-01#EUR": {"orders": 1, "tickets": 3, "gross": 2500},
        "TYPE#A#EUR": {"tickets": 2, "gross": 2000},
        "TYPE#B#EUR": {"tickets": 1, "gross": 500},
    }


@pytest.mark.parametrize("state", [OrderState.RESERVED, OrderState.PENDING, OrderState.EXPIRED, OrderState.REFUNDED])
def test_tally_of_an_order_that_never_had_tickets_is_empty(state: OrderState) -> None:
    assert tally_of(order_of(state, refunded=2500, paid_at=None), []) == {}


def test_tally_shares_a_partial_refund_over_the_lines_and_keeps_the_tickets() -> None:
    assert tally_of(order_of(OrderState.PARTIALLY_REFUNDED, refunded=333), []) == {
        "DAY#2031-03-01#EUR": {"orders": 1, "tickets": 3, "gross": 2500, "refunded": 333},
        "TYPE#A#EUR": {"tickets": 2, "gross": 2000, "refunded": 266},
        "TYPE#B#EUR": {"tickets": 1, "gross": 500, "refunded": 67},
    }


@pytest.mark.parametrize("state", [OrderState.REFUNDED, OrderState.REVIEW, OrderState.CHARGED_BACK])
def test_tally_of_tickets_that_are_not_sold_any_more_voids_them(state: OrderState) -> None:
    lost = {"charged_back": 2000} if state is OrderState.CHARGED_BACK else {}
    assert tally_of(order_of(state), [])["TYPE#A#EUR"] == {"tickets": 2, "voided": 2, "gross": 2000, **lost}


@pytest.mark.parametrize("state", [OrderState.PARTIALLY_REFUNDED, OrderState.DISPUTED])
def test_tally_of_tickets_that_may_still_be_used_voids_none(state: OrderState) -> None:
    assert "voided" not in tally_of(order_of(state), [])["TYPE#A#EUR"]


def test_tally_of_a_lost_dispute_counts_what_it_took_beside_refunds() -> None:
    made = tally_of(order_of(OrderState.CHARGED_BACK, refunded=300), [])
    assert (made["DAY#2031-03-01#EUR"]["charged_back"], made["DAY#2031-03-01#EUR"]["refunded"]) == (2200, 300)


def test_tally_sums_the_ledger_by_balance_and_currency() -> None:
    ours = charge_of(entry("charge", 2500, 90), entry("refund", -1000), entry("refund_failure", 1000))
    theirs = charge_of(
        entry("charge", 2700, 80, "CHF"),
        entry("dispute", -2700, 2000, "CHF"),
        entry("dispute_reversal", 2700, -2000, "CHF"),
        account="acct_1",
    )
    assert tally_of(order_of(OrderState.REVIEW, paid_at=None), [ours, theirs]) == {
        "LEDGER#platform#EUR": {"charges": 2500, "fees": 90, "net": 2410},
        "LEDGER#acct_1#CHF": {"charges": 2700, "fees": 80, "net": 2620},
    }


def test_difference_added_to_what_was_is_what_is() -> None:
    steps = [
        {},
        tally_of(order_of(OrderState.PAID), [charge_of(entry("charge", 2500, 90))]),
        tally_of(order_of(OrderState.PARTIALLY_REFUNDED, refunded=900), [charge_of(entry("charge", 2500, 90))]),
        tally_of(order_of(OrderState.REFUNDED, refunded=2500), [charge_of(entry("refund", -2500))]),
        {},
    ]
    total: Any = {}
    for before, after in pairwise(steps):
        total = merged([total, difference(before, after)])
        assert total == after


@given(st.integers(0, 10**8), st.lists(st.integers(0, 10**6), min_size=1, max_size=10))
def test_share_loses_and_makes_nothing_and_is_fair_to_a_unit(amount: int, weights: list[int]) -> None:
    parts = share(amount, weights)
    whole = sum(weights)
    assert sum(parts) == (amount if whole else 0)
    assert all(
        abs(part * whole - amount * weight) < whole for part, weight in zip(parts, weights, strict=True) if whole
    )


def test_tally_of_a_movement_of_a_later_release_keeps_it_and_counts_it_nowhere() -> None:
    strange = entry("levitation", -700, fee=30)
    charge = charge_of(entry("charge", 2500, fee=100), strange)
    order = order_of(OrderState.PAID)
    assert tally_of(order, [charge]) == tally_of(order, [charge_of(entry("charge", 2500, fee=100))])
    assert uncounted([charge]) == [strange]
    assert [row.kind for row in rows_of(charge)].count("levitation") == 1
