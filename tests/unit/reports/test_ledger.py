"""Ledger entries: which sum each belongs to, and how they are listed."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.orders.domain.charge import LedgerEntry
from chalicelib.reports.domain.ledger import column_of, rows_of, uncounted
from tests.unit.orders.builders import ID, charge

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def entry(kind: str, amount: int = 100, *, id: str = "txn_1", at: datetime = NOW) -> LedgerEntry:
    return LedgerEntry(id=id, kind=kind, amount=amount, fee=3, net=amount - 3, currency="EUR", created_at=at)


@pytest.mark.parametrize(
    ("kind", "amount", "counted"),
    [
        ("charge", 100, ("charges", 100)),
        ("refund", -100, ("refunds", -100)),
        ("refund_failure", 100, ("refunds", 100)),
        ("dispute", -100, ("disputes", -100)),
        ("dispute_reversal", 100, ("disputes", 100)),
        ("fee_refund", 40, ("fees", -40)),
        ("invented_later", 100, None),
    ],
)
def test_count_a_movement_where_it_went_out(kind: str, amount: int, counted: tuple[str, int] | None) -> None:
    assert column_of(entry(kind, amount)) == counted


def test_list_movements_newest_first() -> None:
    later = NOW + timedelta(seconds=1)
    made = charge(ledger=[entry("charge"), entry("refund", id="txn_2", at=later), entry("refund", id="txn_3")])
    assert [row.id for row in rows_of(made)] == ["txn_2", "txn_3", "txn_1"]
    assert {(row.order_id, row.charge_id, row.account) for row in rows_of(made)} == {(ID, "ch_1", None)}


def test_list_what_counts_nowhere() -> None:
    odd = entry("invented_later", id="txn_9")
    assert uncounted([charge(ledger=[entry("charge"), odd]), charge()]) == [odd]
