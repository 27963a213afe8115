"""Payments made while no webhook endpoint was enabled are found once a day, through the real gateway.

The double has no endpoint. So its events count as delivered, like those made while an endpoint is disabled, and are
never listed as missed.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.domain.order_state import Dispute, OrderState
from chalicelib.payments.ports import TraceKind
from chalicelib.payments.services import sweep_payments
from local.stripe_double import ApiFault
from tests.harness.double_shop import DoubleShop
from tests.harness.shop import OWNER, START, inbox

DAY = 24 * 3600


def next_day(shop: DoubleShop) -> int:
    """Runs the timer a day later. Returns how much it found."""
    shop.pass_time(DAY)
    return shop.services.payments.reconcile.reconcile()


def intent_of(shop: DoubleShop, record: OrderRecord) -> str:
    options: Any = {"stripe_account": record.account} if record.account else {}
    return str(shop.api.v1.charges.retrieve(str(record.facts.charge_id), {}, options).payment_intent)


@pytest.mark.parametrize("in_account", [False, True], ids=["platform", "account"])
def test_reconcile_next_day_finds_refunds_and_disputes_that_nobody_told(
    double_shop: DoubleShop, *, in_account: bool
) -> None:
    shop = double_shop
    if in_account:
        shop.connect_account()
    refunded, disputed, untouched = (shop.paid_order() for _ in range(3))
    shop.services.payments.reconcile.reconcile()
    shop.double.refund(intent_of(shop, refunded), 2000)
    shop.double.dispute(str(disputed.facts.charge_id))
    assert shop.services.payments.reconcile.reconcile() == 0
    assert next_day(shop) == 2
    assert (shop.state(refunded), shop.record(refunded).facts.refunded) == (OrderState.PARTIALLY_REFUNDED, 2000)
    assert shop.state(disputed) is OrderState.DISPUTED
    assert shop.record(untouched) == untouched
    assert [next_day(shop), next_day(shop)] == [0, 0]


def test_reconcile_next_day_finds_what_became_of_old_refunds_and_disputes(double_shop: DoubleShop) -> None:
    shop = double_shop
    refunded, disputed = shop.paid_order(), shop.paid_order()
    made = shop.double.refund(intent_of(shop, refunded), 2000)
    dispute = shop.double.dispute(str(disputed.facts.charge_id))
    next_day(shop)
    shop.pass_time(20 * DAY)
    next_day(shop)
    shop.double.settle_refund(made["id"], "failed")
    shop.double.end_dispute(dispute["id"], "lost")
    assert next_day(shop) == 2
    assert (shop.state(refunded), shop.record(refunded).facts.refunded) == (OrderState.PAID, 0)
    assert shop.record(disputed).facts.dispute is Dispute.LOST
    assert any(title.startswith("A refund failed") for title in inbox(OWNER))


def test_reconcile_next_day_finds_the_fee_of_a_charge(double_shop: DoubleShop) -> None:
    shop = double_shop
    record = shop.order((shop.ticket(5), 2))
    shop.double.pay(shop.checkout(record))
    shop.collect()
    shop.bring()
    assert shop.charge_record(record).net is None
    assert next_day(shop) == 1
    assert (shop.charge_record(record).fee, shop.charge_record(record).net) == (100, 4900)
    assert next_day(shop) == 0


def test_reconcile_next_day_leaves_payments_of_others_alone(double_shop: DoubleShop) -> None:
    shop = double_shop
    shop.services.payments.reconcile.reconcile()
    made: Any = {"amount": 900, "currency": "eur", "confirm": True, "payment_method": "pm_card_visa"}
    other = shop.api.v1.payment_intents.create({**made, "payment_method_types": ["card"]})
    shop.double.refund(str(other.id), 100)
    assert next_day(shop) == 0


def test_reconcile_goes_on_when_one_charge_cannot_be_looked_at(
    double_shop: DoubleShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = double_shop
    first, second = shop.paid_order(), shop.paid_order()
    for record in (first, second):
        shop.double.refund(intent_of(shop, record), 2000)
    look = shop.services.payments.record_payment.sync_payment

    def stumble(charge_id: str, **more: Any) -> None:
        if charge_id == second.facts.charge_id:
            raise KeyError
        look(charge_id, **more)

    monkeypatch.setattr(shop.services.payments.record_payment, "sync_payment", stumble)
    assert next_day(shop) == 1
    assert [shop.record(record).facts.refunded for record in (first, second)] == [2000, 0]
    monkeypatch.undo()
    assert next_day(shop) == 1
    assert shop.record(second).facts.refunded == 2000


def test_reconcile_while_disputes_may_not_be_read_goes_on_with_all_else(
    double_shop: DoubleShop, caplog: pytest.LogCaptureFixture
) -> None:
    shop = double_shop
    shop.double.faults.on_api(ApiFault("403", path="/v1/disputes", count=None))
    record = shop.paid_order()
    shop.double.refund(intent_of(shop, record), 2000)
    assert next_day(shop) == 1
    assert shop.record(record).facts.refunded == 2000
    last = shop.services.payments.reconciliations.load_last(None)
    assert last is not None
    assert last.until == int(shop.clock.seconds)
    assert caplog.text.count('"SweepFailed": 1, "PaymentsToLookAt": 1') == 1


def test_reconcile_makes_waiting_refunds_before_it_sweeps(
    double_shop: DoubleShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = double_shop
    asked: list[str] = []
    orders: Any = shop.services.orders.store
    stripe: Any = shop.services.payments.stripe
    monkeypatch.setattr(orders, "load_wanted", lambda **when: asked.append("refunds") or [])
    monkeypatch.setattr(stripe, "list_traces", lambda kind, **when: asked.append("sweep") or iter([]))
    shop.pass_time(DAY)
    shop.services.payments.reconcile.reconcile()
    assert list(dict.fromkeys(asked)) == ["refunds", "sweep"]


def test_reconcile_without_time_to_sweep_sweeps_in_the_next_run(double_shop: DoubleShop) -> None:
    shop = double_shop
    record = shop.paid_order()
    shop.double.refund(intent_of(shop, record), 2000)
    shop.pass_time(DAY)
    reconcile = shop.services.payments.reconcile.reconcile
    assert [reconcile(until=shop.clock.seconds), reconcile(), reconcile()] == [0, 1, 0]


def test_reconcile_that_is_killed_while_sweeping_goes_on_where_it_was(
    double_shop: DoubleShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = double_shop
    monkeypatch.setattr(sweep_payments, "PAGE", 1)
    records = [shop.paid_order() for _ in range(3)]
    for record in records:
        shop.double.refund(intent_of(shop, record), 2000)
        shop.pass_time(1)
    shop.pass_time(DAY)
    look, looked = shop.services.payments.record_payment.sync_payment, []
    untils: list[int] = []
    gateway: Any = shop.services.payments.stripe
    traces = gateway.list_traces

    def stop(charge_id: str, **more: Any) -> None:
        looked.append(charge_id)
        if len(looked) == 3:
            raise KeyboardInterrupt
        look(charge_id, **more)

    def listed(kind: TraceKind, *, since: int, until: int, account: str | None = None) -> Iterator[Any]:
        if kind is TraceKind.REFUNDS:
            untils.append(until - int(START))
        yield from traces(kind, since=since, until=until, account=account)

    monkeypatch.setattr(gateway, "list_traces", listed)
    monkeypatch.setattr(shop.services.payments.record_payment, "sync_payment", stop)
    with pytest.raises(KeyboardInterrupt):
        shop.services.payments.reconcile.reconcile()
    shop.pass_time(600)
    assert shop.services.payments.reconcile.reconcile() == 1
    assert [shop.record(record).facts.refunded for record in records] == [2000, 2000, 2000]
    newest_first = [str(record.facts.charge_id) for record in reversed(records)]
    assert looked == [*newest_first, newest_first[-1]]
    assert untils[1] < untils[0] - DAY // 2


def test_reconcile_reads_the_records_of_a_page_at_once(
    double_shop: DoubleShop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shop = double_shop
    for _ in range(3):
        shop.paid_order()
    shop.pass_time(DAY)
    orders: Any = shop.services.orders.store
    monkeypatch.setattr(orders, "load_charge", None)
    monkeypatch.setattr(orders, "load_order", None)
    assert shop.services.payments.reconcile.reconcile() == 0
    assert [word for word in ("not_swept", "not_reconciled", "SweepFailed") if word in caplog.text] == []
