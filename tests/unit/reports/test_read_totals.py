"""Sums of an event's sales and its ledger: what is counted where, and what is there although nothing was sold."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.catalog.domain.stock import Shard
from chalicelib.catalog.ports import StoredTicketType
from chalicelib.core.errors import Forbidden, NotFound
from chalicelib.core.pagination import Page, make_cursor
from chalicelib.core.principal import Principal
from chalicelib.orders.domain.charge import Charge, LedgerEntry
from chalicelib.reports.domain.sales_totals import Tally
from chalicelib.reports.ports import ListedRow
from chalicelib.reports.services.read_totals import COLUMNS, ReadTotals
from chalicelib.representations.json_text import encode
from tests.unit.accounts.fake_authorise import FakeAuthorise
from tests.unit.orders.builders import ID, MOMENT, charge

STAFF, EDITOR, STRANGER = (Principal(name, "f") for name in ("staff", "editor", "stranger"))
ALL_OF_IT = Page()
NOTHING = {"orders": 0, "sold": 0, "voided": 0, "gross": 0, "refunded": 0, "charged_back": 0}
NO_MONEY = {"voided": 0, "gross": 0, "refunded": 0, "charged_back": 0}


def cursor_key() -> bytes:
    return b"key"


def type_(id: str, currency: str = "EUR", position: int = 0) -> StoredTicketType:
    body = json.dumps({"name": f"Day {id}", "price": {"currency": currency}, "position": position})
    return StoredTicketType(id, "tag", body, hidden=False, shards=3)


class World:
    """The service over a tally, ticket types with 1 left, 2 held and 7 sold each, and charges, newest first."""

    def __init__(self, *charges: Charge, types: tuple[StoredTicketType, ...] = (), **tally: dict[str, int]) -> None:
        self.charges, self.types = charges, list(types)
        self.tally: Tally = {name.replace("__", "#"): figures for name, figures in tally.items()}
        everything: Any = self
        authorise: Any = FakeAuthorise(staff="registrar", editor="moderator")
        self.service = ReadTotals(lists=everything, sales=everything, authorise=authorise, key=cursor_key)

    def load_totals(self, event_id: str) -> Tally:
        return self.tally

    def load_ticket_types(self, event_id: str, *, consistent: bool) -> list[StoredTicketType]:
        assert consistent
        return self.types

    def load_stock(self, shards: dict[str, int]) -> dict[str, Shard]:
        return {id: Shard(0, left=1, held=2, sold=7) for id in shards}

    def load_charges(self, event_id: str, *, first: str, step: int) -> Iterator[ListedRow]:
        rows = [ListedRow(f"place{9 - index}", encode(one)) for index, one in enumerate(self.charges)]
        return (row for row in rows if not first or row.place <= first)

    def totals(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.service.read_totals("E", caller=STAFF).load()[1])
        return found

    def ledger(self, page: Page = ALL_OF_IT) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.service.read_ledger("E", page, caller=STAFF).load()[1])
        return found


def test_read_totals_of_an_event_that_sold_nothing_has_its_types_and_their_currencies() -> None:
    found = World(types=(type_("A"), type_("B", "CHF"))).totals()
    nothing = NOTHING | {"fees": 0, "net": 0}
    assert found["currencies"] == [{"currency": "CHF", **nothing}, {"currency": "EUR", **nothing}]
    assert [one["ticket_type_id"] for one in found["types"]] == ["A", "B"]
    assert found["days"] == []


def test_read_totals_sums_days_and_what_was_settled_by_currency() -> None:
    found = World(
        DAY__2030__EUR={"orders": 1, "tickets": 2, "gross": 5000},
        DAY__2031__EUR={"orders": 2, "tickets": 3, "voided": 1, "gross": 7500, "refunded": 2500, "charged_back": 10},
        LEDGER__platform__EUR={"charges": 12500, "fees": 90, "net": 12410},
        LEDGER__acct_1__CHF={"charges": 1, "fees": 2, "net": -1},
        TYPE__A__EUR={"tickets": 99, "gross": 99},
    ).totals()
    money = {"voided": 1, "gross": 12500, "refunded": 2500, "charged_back": 10}
    assert found["currencies"] == [
        {"currency": "CHF", **NOTHING, "fees": 2, "net": -1},
        {"currency": "EUR", "orders": 3, "sold": 4, **money, "fees": 90, "net": 12410},
    ]
    assert found["days"] == [
        {"date": "2030", "currency": "EUR", **NOTHING, "orders": 1, "sold": 2, "gross": 5000},
        {"date": "2031", "currency": "EUR", "orders": 2, "sold": 2, **money, "gross": 7500},
    ]


def test_read_totals_has_types_by_position_with_their_stock() -> None:
    found = World(types=(type_("A", position=2), type_("B", position=1)), TYPE__A__EUR={"tickets": 7, "gross": 700})
    first, second = found.totals()["types"]
    stock = {"currency": "EUR", "sold": 7, "held": 2, "left": 1, "capacity": 10}
    assert first == {"ticket_type_id": "B", "name": "Day B", **stock, **NO_MONEY}
    assert second == {"ticket_type_id": "A", "name": "Day A", **stock, **NO_MONEY, "gross": 700}


def test_read_totals_of_a_type_that_changed_its_currency_has_a_row_for_each() -> None:
    found = World(types=(type_("A"),), TYPE__A__CHF={"tickets": 3, "voided": 1, "gross": 30})
    now, before = found.totals()["types"]
    assert (now["currency"], now["sold"], now["capacity"]) == ("EUR", 5, 10)
    stock = {"sold": 2, "held": 0, "left": 0, "capacity": 0}
    money = NO_MONEY | {"voided": 1, "gross": 30}
    assert before == {"ticket_type_id": "A", "name": "Day A", "currency": "CHF", **stock, **money}


def test_read_totals_of_a_type_that_was_removed_has_no_name() -> None:
    (found,) = World(TYPE__gone__EUR={"tickets": 1, "gross": 10}).totals()["types"]
    assert (found["ticket_type_id"], found["name"], found["sold"]) == ("gone", None, 1)


def entry(id: str, seconds: int = 0, *, amount: int = 5000) -> LedgerEntry:
    at = MOMENT + timedelta(seconds=seconds)
    return LedgerEntry(id=id, kind="charge", amount=amount, fee=90, net=amount - 90, currency="EUR", created_at=at)


CHARGES = (
    charge(id="ch_2", ledger=[entry("txn_3"), entry("txn_4", 9)]),
    charge(id="ch_1", ledger=[entry("txn_1"), entry("txn_2")], account="acct_1"),
)


def cursor(after: str) -> str:
    return make_cursor(after, scope="E/ledger", key=cursor_key)


def test_read_ledger_has_movements_newest_first_and_the_sums_of_all() -> None:
    found = World(*CHARGES, LEDGER__platform__EUR={"charges": 1, "net": 1}, LEDGER__acct_1__EUR={"fees": 2}).ledger()
    assert [one["id"] for one in found["items"]] == ["txn_4", "txn_3", "txn_2", "txn_1"]
    assert found["next_cursor"] is None
    zero = {"charges": 0, "refunds": 0, "disputes": 0, "fees": 0, "net": 0}
    assert found["sums"] == [
        {"account": "acct_1", "currency": "EUR", **zero, "fees": 2},
        {"account": None, "currency": "EUR", **zero, "charges": 1, "net": 1},
    ]


@pytest.mark.parametrize(
    ("after", "ids", "last"),
    [
        ("", ["txn_4"], "place9~20300101T000009#txn_4"),
        ("place9~20300101T000009#txn_4", ["txn_3"], "place9~20300101T000000#txn_3"),
        ("place9~20300101T000000#txn_3", ["txn_2"], "place8~20300101T000000#txn_2"),
        ("place8~20300101T000000#txn_2", ["txn_1"], None),
    ],
)
def test_read_a_page_of_the_ledger_goes_on_inside_a_charge(after: str, ids: list[str], last: str | None) -> None:
    found = World(*CHARGES).ledger(Page(1, after))
    assert [one["id"] for one in found["items"]] == ids
    assert found["next_cursor"] == (last and cursor(last))


def test_export_ledger_has_a_line_of_each_movement_in_units() -> None:
    sheet = World(CHARGES[1]).service.export_ledger("E", Page(1), caller=STAFF)
    (found,) = csv.DictReader(io.StringIO(sheet.found.load()[1].removeprefix("\ufeff")))
    assert tuple(found) == COLUMNS
    assert found == {
        "created_at": "2030-01-01T00:00:00Z",
        "id": "txn_2",
        "kind": "charge",
        "order_id": ID,
        "charge_id": "ch_1",
        "amount": "50.00",
        "fee": "0.90",
        "net": "49.10",
        "currency": "EUR",
        "account": "acct_1",
    }
    assert sheet.next_cursor == cursor("place9~20300101T000000#txn_2")


@pytest.mark.parametrize(("caller", "error"), [(EDITOR, Forbidden), (STRANGER, NotFound)])
def test_read_and_export_by_who_may_not_read_orders_is_refused(caller: Principal, error: type[Exception]) -> None:
    service = World().service
    with pytest.raises(error):
        service.read_totals("E", caller=caller)
    with pytest.raises(error):
        service.read_ledger("E", ALL_OF_IT, caller=caller)
    with pytest.raises(error):
        service.export_ledger("E", ALL_OF_IT, caller=caller)
