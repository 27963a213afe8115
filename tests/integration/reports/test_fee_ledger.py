"""The ledger of an organiser's own account equals the changes of Stripe's balance, also after refunds with a fee."""

import json
from typing import Any

import pytest

from chalicelib.core.pagination import Page
from chalicelib.orders.domain.refund import RefundForm
from tests.harness.double_shop import DoubleShop
from tests.harness.shop import OWNER


def moved(shop: DoubleShop, account: str) -> list[tuple[str, int, int, int]]:
    """Returns every balance transaction of an account as Stripe lists it."""
    found = shop.api.v1.balance_transactions.list({"limit": 100}, {"stripe_account": account}).auto_paging_iter()
    return sorted((one.id, one.amount, one.fee, one.net) for one in found)


def ledger(shop: DoubleShop) -> Any:
    shop.services.reports.update_totals.follow(item.id for item in shop.orders_made)
    return json.loads(
        shop.services.reports.read_totals.read_ledger(shop.event_id, Page(100, ""), caller=OWNER).load()[1]
    )


@pytest.mark.parametrize("in_dashboard", [False, True])
@pytest.mark.parametrize("parts", [[5000], [833, 833, 834], [1, 1, 1, 4997]], ids=str)
def test_ledger_of_an_account_is_its_balance_transactions_after_each_refund(
    double_shop: DoubleShop, parts: list[int], *, in_dashboard: bool
) -> None:
    shop = double_shop
    account = shop.connect_account()
    record = shop.paid_order()
    (intent,) = shop.api.v1.payment_intents.list({}, {"stripe_account": account}).data
    for number, amount in enumerate(parts):
        if in_dashboard:
            options: Any = {"stripe_account": account}
            fields: Any = {"payment_intent": intent.id, "amount": amount, "refund_application_fee": True}
            shop.api.v1.refunds.create(fields, options)
        else:
            form = RefundForm(amount=amount)
            shop.services.payments.refund_payment.request_refund(record.id, form, caller=OWNER, key=f"0{number}")
            shop.carry_out_refunds()
        shop.settle()
        truth, shown = moved(shop, account), ledger(shop)
        assert sorted((row["id"], row["amount"], row["fee"], row["net"]) for row in shown["items"]) == truth
        (sums,) = shown["sums"]
        assert (sums["account"], sums["currency"], sums["charges"]) == (account, "EUR", 5000)
        assert sums["refunds"] == -sum(parts[: number + 1])
        assert sums["net"] == sum(net for *_, net in truth)
        assert sums["charges"] + sums["refunds"] + sums["disputes"] - sums["fees"] == sums["net"]
    given_back = [row["amount"] for row in shown["items"] if row["kind"] == "fee_refund"]
    assert sum(given_back) == 150 * sum(parts) // 5000 > 0


def test_ledger_of_a_refund_that_leaves_the_fee_has_none_of_it_back(double_shop: DoubleShop) -> None:
    shop = double_shop
    account = shop.connect_account()
    shop.paid_order()
    (intent,) = shop.api.v1.payment_intents.list({}, {"stripe_account": account}).data
    shop.double.refund(intent.id, 1000)
    shop.settle()
    shown = ledger(shop)
    assert sorted(row["kind"] for row in shown["items"]) == ["charge", "refund"]
    assert sorted((row["id"], row["amount"], row["fee"], row["net"]) for row in shown["items"]) == moved(shop, account)
