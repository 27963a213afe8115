"""Balance transactions: late, listed, and in another settlement currency."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import stripe

from local.stripe_double import StripeDouble, create_double

from .conftest import QUICK, SECRET, START, Clock, Hook, Ids, Shop, client_for, misshapen, order, record, serve_whole


def sell(shop: Shop, **changes: Any) -> str:
    shop.double.pay(shop.session(**changes).id)
    return str(shop.client.v1.charges.list({"limit": 1}).data[0].id)


def test_settle_charge_event_comes_after_one_without_transaction(shop: Shop) -> None:
    sell(shop)
    shop.pass_time(2.1)
    first, later = (
        shop.client.v1.events.list({"type": kind}).data[0].data.object
        for kind in ("charge.succeeded", "charge.updated")
    )
    assert first.balance_transaction is None
    assert shop.client.v1.balance_transactions.retrieve(later.balance_transaction).source == later.id


def test_list_balance_transactions_by_type_source_and_time_returns_only_those(shop: Shop) -> None:
    charge = sell(shop)
    shop.pass_time(2.1)
    refund = shop.client.v1.refunds.create({"charge": charge, "amount": 100})
    listed = shop.client.v1.balance_transactions.list
    assert [(row.type, row.net) for row in listed().data] == [("refund", -100), ("charge", 2437)]
    assert [row.source for row in listed({"type": "refund"}).data] == [refund.id]
    assert [row.type for row in listed({"source": charge}).data] == ["charge"]
    assert listed({"created": {"lt": START + 2}}).data == []
    expanded = listed({"type": "refund", "expand": ["data.source"]}).data[0]
    assert expanded.source.amount == 100


@pytest.fixture
def dollar_shop(hook: Hook, clock: Clock, socket_enabled: None) -> Iterator[Shop]:
    """A shop that settles in dollars, at 1.1 for a unit of any other currency."""

    def make(url: str) -> StripeDouble:
        settings = replace(QUICK, settlement_currency="usd", exchange_rate=1.1)
        return create_double(
            None, url, "http://hook.test/", SECRET, clock=clock, new_id=Ids(), post=hook, settings=settings
        )

    for server, url in serve_whole(make):
        answers = record(server)
        yield Shop(server, client_for(url), clock, hook, url)
        assert misshapen(server.double, answers) == []


@pytest.mark.parametrize(
    ("currency", "amount", "money"),
    [
        ("eur", 2500, (2750, 66, 2684, 1.1)),
        ("jpy", 2500, (275000, 4150, 270850, 1.1)),
        ("kwd", 12500, (1375, 46, 1329, 1.1)),
        ("usd", 2500, (2500, 63, 2437, None)),
    ],
)
def test_settle_charge_in_another_currency_converts_amount_and_takes_the_fee_there(
    dollar_shop: Shop, currency: str, amount: int, money: tuple[int, int, int, float | None]
) -> None:
    charge = sell(dollar_shop, **order(currency=currency, amount=amount))
    dollar_shop.pass_time(2.1)
    found = dollar_shop.client.v1.charges.retrieve(charge, {"expand": ["balance_transaction"]})
    row = found.balance_transaction
    assert isinstance(row, stripe.BalanceTransaction)
    assert (found.amount, found.currency, row.currency) == (amount, currency, "usd")
    assert (row.amount, row.fee, row.net, row.exchange_rate) == money


def test_refund_in_another_currency_leaves_the_balance_there(dollar_shop: Shop) -> None:
    refund = dollar_shop.client.v1.refunds.create({"charge": sell(dollar_shop), "expand": ["balance_transaction"]})
    assert (refund.currency, refund.balance_transaction.amount, refund.balance_transaction.currency) == (
        "eur",
        -2750,
        "usd",
    )
