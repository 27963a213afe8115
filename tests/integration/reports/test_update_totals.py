"""Lists and totals follow orders: once, whatever comes twice, late, out of order or at once."""

import json
import logging
import random
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from bench.capacity import item_bytes, write_units
from chalicelib.catalog.ports import Lost
from chalicelib.core.changes import Change
from chalicelib.core.pagination import Page
from chalicelib.orders.domain.charge import LedgerEntry
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.domain.refund import RefundForm
from chalicelib.orders.ports import SaleChange
from chalicelib.reactions import SALES
from chalicelib.reports.domain.sales_totals import Tally, merged, tally_of
from chalicelib.reports.ports import KeptRow
from chalicelib.representations.rows import Filters
from chalicelib.triggers import streams
from local.dynamodb.database_server import DatabaseEndpoint
from tests.harness.shop import BUYER, OWNER, START, Shop, together
from tests.harness.transactions import sizes_of_transactions

NOWHERE: Tally = {}


def records(database: DatabaseEndpoint) -> list[dict[str, Any]]:
    """Everything that the sales stream ever told."""
    from chalicelib.aws.dynamo_tables import SalesTable

    found = database.database.streams.read(SalesTable.Meta.table_name, 0, 10_000, 0)
    return [json.loads(record.json) for record in found]


def deliver(told: list[dict[str, Any]], size: int = 25) -> None:
    """What Lambda does with records."""
    for start in range(0, len(told), size):
        assert streams.react({"Records": told[start : start + size]}, SALES) == {"batchItemFailures": []}


def totals(shop: Shop) -> Tally:
    return shop.services.reports.lists.load_totals(shop.event_id)


def rows(shop: Shop) -> list[dict[str, Any]]:
    found = shop.services.reports.list_orders.list_orders(shop.event_id, Page(), Filters(), caller=OWNER)
    items: list[dict[str, Any]] = json.loads(found.load()[1])["items"]
    return items


def expected(shop: Shop, *orders: OrderRecord) -> Tally:
    """The sum over orders and charges as they are stored."""
    from chalicelib.reports.adapters.rows import DynamoSalesRows

    return merged(tally_of(shop.record(one).order, DynamoSalesRows().load_charges(one.id)) for one in orders)


def settle(shop: Shop, charge_id: str, kind: str, amount: int, fee: int = 0) -> None:
    """A balance transaction at Stripe."""
    charge = shop.payments.charge(charge_id)
    made = LedgerEntry(
        id=f"txn_{charge_id}_{len(charge.ledger)}",
        kind=kind,
        amount=amount,
        fee=fee,
        net=amount - fee,
        currency="EUR",
        created_at=datetime.fromtimestamp(START, UTC),
    )
    shop.payments.keep(replace(charge, ledger=[*charge.ledger, made]))


def busy_day(shop: Shop) -> list[OrderRecord]:
    """Orders of all kinds of lives: held, cancelled, paid, refunded in part and in full, disputed, paid twice."""
    ticket, other = shop.ticket(90), shop.ticket(90, amount=700, name="Half")
    made = [shop.order((ticket, 2), (other, 1)) for _ in range(8)]
    shop.services.payments.cancel_order.cancel_order(made[1].id, caller=BUYER, access=None)
    for number, one in enumerate(made[2:]):
        session = shop.checkout(one)
        charge = shop.payments.pay(session)
        shop.hear(session, event_id=f"evt_{number}")
        settle(shop, charge, "charge", 5700, 130)
        shop.hear(charge, kind="charge.updated", event_id=f"evt_u{number}")
        if number in (0, 1):
            back = (1000, 5700)[number]
            shop.services.payments.refund_payment.request_refund(
                one.id, RefundForm(amount=back), caller=OWNER, key=f"0{number}"
            )
            shop.carry_out_refunds()
            settle(shop, charge, "refund", -back)
            shop.hear(charge, kind="charge.refunded", event_id=f"evt_r{number}")
        if number in (2, 3):
            shop.payments.dispute(charge, ("lost", "won")[number - 2])
            settle(shop, charge, "dispute", -5700, 1500)
            shop.hear(charge, kind="charge.dispute.closed", event_id=f"evt_d{number}")
        if number == 4:
            second = shop.payments.pay(session)
            settle(shop, second, "charge", 5700, 130)
            shop.hear(second, kind="charge.succeeded", event_id="evt_second")
    return made


def test_follow_brings_rows_and_totals_to_how_orders_stand(shop: Shop, database: DatabaseEndpoint) -> None:
    made = busy_day(shop)
    deliver(records(database))
    assert [row["id"] for row in rows(shop)] == sorted((one.id for one in made), reverse=True)
    assert {row["id"]: row["state"] for row in rows(shop)} == {one.id: shop.state(one).value for one in made}
    assert sorted(row["state"] for row in rows(shop)) == [
        *["cancelled", "charged_back", "paid", "paid", "paid", "partially_refunded", "refunded", "reserved"]
    ]
    assert totals(shop) == expected(shop, *made)
    ledger = totals(shop)["LEDGER#platform#EUR"]
    assert ledger == {
        "charges": 7 * 5700,
        "refunds": -6700,
        "disputes": -2 * 5700,
        "fees": 7 * 130 + 2 * 1500,
        "net": 7 * 5700 - 6700 - 2 * 5700 - 7 * 130 - 2 * 1500,
    }


@pytest.mark.parametrize("seed", range(5))
def test_follow_of_records_shuffled_and_repeated_changes_nothing_more(
    shop: Shop, database: DatabaseEndpoint, seed: int
) -> None:
    made = busy_day(shop)
    told = [one for one in records(database) if one["dynamodb"]["Keys"]["sk"]["S"].startswith("ORDER#")] * 3
    random.Random(seed).shuffle(told)
    deliver(told, size=7)
    assert totals(shop) == expected(shop, *made)
    before = records(database)
    deliver(told)
    assert len(records(database)) == len(before)


class Witness:
    """Notes what it is told of; cannot bear one of the orders."""

    def __init__(self, unbearable: str) -> None:
        self.told: list[list[str]] = []
        self._unbearable = unbearable

    def on_changes(self, changes: list[Change]) -> None:
        ids = [str((change.after or {})["sk"]).removeprefix("ORDER#") for change in changes]
        if self._unbearable in ids:
            raise ValueError(self._unbearable)
        self.told.append(ids)


def test_react_hands_all_orders_of_a_batch_over_together(shop: Shop, database: DatabaseEndpoint) -> None:
    ticket = shop.ticket(50)
    ids = [shop.order((ticket, 1)).id for _ in range(6)]
    told = [one for one in records(database) if one["dynamodb"]["Keys"]["sk"]["S"].startswith("ORDER#")]
    assert len({one["dynamodb"]["Keys"]["pk"]["S"] for one in told}) > 1
    witness = shop.services.reports.update_totals = Witness("")
    deliver(told)
    assert witness.told == [ids]
    witness = shop.services.reports.update_totals = Witness(ids[2])
    failed = told[2]["dynamodb"]["SequenceNumber"]
    assert streams.react({"Records": told}, SALES) == {"batchItemFailures": [{"itemIdentifier": failed}]}
    assert witness.told == [[one] for one in ids if one != ids[2]]


def test_follow_step_by_step_ends_where_following_once_does(shop: Shop, database: DatabaseEndpoint) -> None:
    ticket = shop.ticket(9)
    record = shop.order((ticket, 2))
    seen = []
    for step in range(3):
        if step == 1:
            session = shop.checkout(record)
            charge = shop.payments.pay(session)
            shop.hear(session)
        if step == 2:
            shop.payments.refund_in_dashboard(charge, 5000)
            shop.hear(charge, kind="charge.refunded", event_id="evt_2")
        deliver(records(database))
        seen.append((rows(shop)[0]["state"], totals(shop).get(f"TYPE#{ticket}#EUR")))
    assert seen == [
        ("reserved", None),
        ("paid", {"tickets": 2, "gross": 5000}),
        ("refunded", {"tickets": 2, "voided": 2, "gross": 5000, "refunded": 5000}),
    ]


def test_follow_by_twenty_at_once_counts_once(shop: Shop) -> None:
    made = busy_day(shop)
    ids = [one.id for one in made]
    results = together(20, lambda number: shop.services.reports.update_totals.follow(ids[number % 3 :]))
    assert [result for result in results if isinstance(result, Exception)] == []
    shop.services.reports.update_totals.follow(ids)
    assert totals(shop) == expected(shop, *made)


def test_follow_while_orders_change_ends_with_the_last_change(shop: Shop) -> None:
    ticket = shop.ticket(90)
    made = [shop.order((ticket, 1)) for _ in range(3)]

    def work(number: int) -> None:
        one = made[number % 3]
        if number < 3:
            session = shop.checkout(one)
            shop.payments.pay(session)
            shop.hear(session, event_id=f"evt_{number}")
        shop.services.reports.update_totals.follow([one.id])

    results = together(18, work)
    assert [result for result in results if isinstance(result, Exception)] == []
    assert {row["state"] for row in rows(shop)} == {"paid"}
    assert totals(shop) == expected(shop, *made)


def test_write_of_an_older_look_is_lost_and_adds_nothing(shop: Shop) -> None:
    from chalicelib.reports.adapters.rows import DynamoSalesRows
    from chalicelib.reports.ports import RowChange

    store, order_id = DynamoSalesRows(), shop.services.ids.new_id()
    one, two = KeptRow(1, "{}", {"DAY#d#EUR": {"orders": 1}}), KeptRow(2, '{"n":2}', {})
    store.write(shop.event_id, [RowChange(order_id, one, None)], one.tally)
    store.write(shop.event_id, [RowChange(order_id, two, one)], {"DAY#d#EUR": {"orders": -1}})
    for before in (None, one):
        with pytest.raises(Lost):
            store.write(shop.event_id, [RowChange(order_id, one, before)], one.tally)
    assert store.load_kept(shop.event_id, [order_id]) == {order_id: two}
    assert totals(shop) == NOWHERE


class Slow:
    """A worker that looked at orders some time ago."""

    def __init__(self, *records: OrderRecord) -> None:
        self._records = {record.id: record for record in records}

    def load_orders(self, order_ids: Any) -> dict[str, OrderRecord]:
        return self._records


def test_follow_by_a_worker_who_looked_long_ago_changes_nothing(shop: Shop) -> None:
    from chalicelib.reports.adapters.rows import DynamoSalesRows
    from chalicelib.reports.services.update_totals import UpdateTotals

    record = shop.order((shop.ticket(5), 1))
    shop.services.payments.cancel_order.cancel_order(record.id, caller=BUYER, access=None)
    shop.services.reports.update_totals.follow([record.id])
    late = UpdateTotals(view=Slow(record), rows=DynamoSalesRows())  # type: ignore[arg-type]
    assert late.follow([record.id]) == 0
    assert [row["state"] for row in rows(shop)] == ["cancelled"]


def test_follow_a_change_that_shows_nowhere_writes_nothing(shop: Shop, database: DatabaseEndpoint) -> None:
    record = shop.order((shop.ticket(5), 1))
    assert shop.services.reports.update_totals.follow([record.id]) == 1
    shop.checkout(record)
    assert shop.record(record).version > record.version
    assert shop.services.reports.update_totals.follow([record.id]) == 0


def test_follow_an_order_that_is_not_there_passes_over_it(shop: Shop) -> None:
    record = shop.order((shop.ticket(5), 1))
    assert shop.services.reports.update_totals.follow([shop.services.ids.new_id(), record.id]) == 1


def test_follow_many_orders_at_once_fits_transactions(shop: Shop) -> None:
    tickets = [shop.ticket(90, amount=0, name=f"T{number}") for number in range(84)]
    made = [shop.order(*((tickets[(number * 9 + k) % 84], 1) for k in range(9))) for number in range(28)]
    assert shop.services.reports.update_totals.follow(one.id for one in made) == 28
    found = totals(shop)
    assert sum(figures["tickets"] for name, figures in found.items() if name.startswith("TYPE#")) == 28 * 9
    assert found == expected(shop, *made)


def test_follow_keeps_events_apart(shop: Shop) -> None:
    first = shop.order((shop.ticket(5, amount=0), 2))
    one, shop.event_id = shop.event_id, shop.make_event()
    second = shop.order((shop.ticket(5, amount=0), 3))
    shop.services.reports.update_totals.follow([first.id, second.id])
    assert [row["id"] for row in rows(shop)] == [second.id]
    assert sum(f["tickets"] for n, f in totals(shop).items() if n.startswith("DAY#")) == 3
    shop.event_id = one
    assert [row["id"] for row in rows(shop)] == [first.id]


def test_row_of_an_order_is_what_staff_read_of_it(shop: Shop) -> None:
    record = shop.order((shop.ticket(5), 1))
    after = replace(shop.record(record), note='Look: "ü"', version=record.version + 1)
    shop.services.orders.store.write_order(SaleChange(before=shop.record(record), after=after))
    shop.services.reports.update_totals.follow([record.id])
    staff = shop.services.orders.read_order.read_order(record.id, principal=OWNER, access=None).load()[1]
    assert rows(shop) == [json.loads(staff)]
    assert msgspec.json.decode(staff)["review_reason"] == 'Look: "ü"'


def test_rows_cost_what_the_data_model_says(shop: Shop, database: DatabaseEndpoint) -> None:
    """docs/data-model.md: units of write capacity by AWS's rule (a unit for 1 KB, two in a transaction)."""
    record = shop.order((shop.ticket(5), 2))
    session = shop.checkout(record)
    charge = shop.payments.pay(session)
    shop.hear(session)
    settle(shop, charge, "charge", 5000, 130)
    shop.hear(charge, kind="charge.updated", event_id="evt_2")
    shop.services.reports.update_totals.follow([record.id])
    costs: dict[str, set[int]] = {}
    for one in records(database):
        written = one["dynamodb"]["NewImage"]
        noun = written["sk"]["S"].partition("#")[0]
        costs.setdefault(noun, set()).add(write_units(item_bytes(written), transactional=True))
    assert {noun: costs[noun] for noun in ("ORDER_ROW", "CHARGE_ROW", "TALLY")} == {
        "ORDER_ROW": {2},
        "CHARGE_ROW": {2},
        "TALLY": {2},
    }


def test_sums_of_a_batch_of_paid_orders_are_written_once(shop: Shop, database: DatabaseEndpoint) -> None:
    ticket = shop.ticket(50)
    made = [shop.order((ticket, 1)) for _ in range(25)]
    for number, one in enumerate(made):
        session = shop.checkout(one)
        shop.payments.pay(session)
        shop.hear(session, event_id=f"evt_{number}")
    before = len(records(database))
    shop.services.reports.update_totals.follow(one.id for one in made)
    written = [one["dynamodb"]["Keys"]["sk"]["S"].partition("#")[0] for one in records(database)[before:]]
    assert Counter(written) == {"ORDER_ROW": 25, "CHARGE_ROW": 25, "TALLY": 2}


def test_follow_an_order_with_a_movement_of_a_later_release_lists_it_and_tells_of_it(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    logger = logging.getLogger("telemetry")
    record = shop.order((shop.ticket(5), 1))
    session = shop.checkout(record)
    charge = shop.payments.pay(session)
    shop.hear(session, event_id="evt_1")
    settle(shop, charge, "charge", 5000, 130)
    settle(shop, charge, "levitation", -700, 30)
    shop.hear(charge, kind="charge.updated", event_id="evt_2")
    logger.addHandler(caplog.handler)
    try:
        shop.services.reports.update_totals.follow([record.id])
    finally:
        logger.removeHandler(caplog.handler)
    told = [json.loads(one.message) for one in caplog.records if one.name == "telemetry"]
    assert [one["kind"] for one in told if one.get("event") == "ledger_kind_unknown"] == ["levitation"]
    assert [one["LedgerKindsUnknown"] for one in told if "LedgerKindsUnknown" in one] == [1]
    assert totals(shop)["LEDGER#platform#EUR"] == {"charges": 5000, "fees": 130, "net": 4870}
    found = json.loads(
        shop.services.reports.read_totals.read_ledger(shop.event_id, Page(100, ""), caller=OWNER).load()[1]
    )
    assert [row["kind"] for row in found["items"]].count("levitation") == 1


def test_follow_fills_transactions(shop: Shop) -> None:
    """A row for each order, a sum for each type, and one for the day."""
    types = (*[3] * 23, 6, 1)
    made = [shop.order(*((shop.ticket(9, amount=0), 1) for _ in range(number))) for number in types]
    with sizes_of_transactions() as sizes:
        shop.services.reports.update_totals.follow(one.id for one in made)
    assert sizes == [23 * 4 + 7 + 1, 1 + 1 + 1]
    assert totals(shop) == expected(shop, *made)
