"""Reads the sales totals of an event and its ledger, for its staff. Called by routes/reports.py.

reports/services/update_totals.py keeps the sums. The rows of the ledger are inside the stored charges. Numbers of stock
are read with them. ETags are hashes of the bytes (ADR 9).
"""

import json
from collections.abc import Callable, Iterator, Mapping

import msgspec

from chalicelib.accounts.services.authorise import Authorise
from chalicelib.catalog.domain.stock import Shard
from chalicelib.catalog.ports import CatalogView, StoredTicketType
from chalicelib.core.pagination import CursorKey, Page
from chalicelib.core.permissions import Action
from chalicelib.core.principal import Principal
from chalicelib.orders.domain.charge import Charge
from chalicelib.reports.domain.ledger import LedgerRow, LedgerSum, rows_of
from chalicelib.reports.domain.sales_totals import (
    DAY,
    LEDGER,
    PLATFORM,
    TYPE,
    CurrencyTotals,
    DayTotals,
    SalesTotals,
    Tally,
    TypeTotals,
)
from chalicelib.reports.ports import SalesLists
from chalicelib.representations import csv
from chalicelib.representations.json_text import as_found, encode
from chalicelib.representations.read import Found
from chalicelib.representations.rows import Row, Sheet, as_list, as_sheet, fill, scope

COLUMNS = ("created_at", "id", "kind", "order_id", "charge_id", "amount", "fee", "net", "currency", "account")
_STEP = 200
_Figures = Mapping[str, int]


class ReadTotals:
    """Reads sales totals and the ledger."""

    def __init__(self, *, lists: SalesLists, sales: CatalogView, authorise: Authorise, key: CursorKey) -> None:
        self._lists = lists
        self._sales = sales
        self._authorise = authorise
        self._key = key

    def read_totals(self, event_id: str, *, caller: Principal) -> Found:
        """Returns what was sold, by currency, ticket type and day. Raises NotFound, Forbidden."""
        self._authorise.require(caller, event_id, Action.READ_ORDERS)
        tally = self._lists.load_totals(event_id)
        types = self._sales.load_ticket_types(event_id, consistent=True)
        stock = self._lists.load_stock({one.id: one.shards for one in types})
        totals = SalesTotals(currencies=_currencies(tally, types), types=_types(tally, types, stock), days=_days(tally))
        return as_found(encode(totals))

    def read_ledger(self, event_id: str, page: Page, *, caller: Principal) -> Found:
        """Returns movements of money, those of the newest order first, and their sums. Raises NotFound, Forbidden."""
        self._authorise.require(caller, event_id, Action.READ_ORDERS)
        part = fill(self._rows(event_id, page, _json), limit=page.limit)
        sums = encode(_sums(self._lists.load_totals(event_id)))
        return as_list(part, scope=scope(event_id, "ledger"), key=self._key, more={"sums": sums})

    def export_ledger(self, event_id: str, page: Page, *, caller: Principal) -> Sheet:
        """Returns the movements as CSV. Raises NotFound, Forbidden."""
        self._authorise.require(caller, event_id, Action.READ_ORDERS)
        part = fill(self._rows(event_id, page, _line), limit=page.limit)
        return as_sheet(COLUMNS, part, scope=scope(event_id, "ledger"), key=self._key)

    def _rows(self, event_id: str, page: Page, text: Callable[[LedgerRow], str]) -> Iterator[Row]:
        """Yields movements after a position: the position of their charge, then their time and id."""
        began, _, moved = page.after.partition("~")
        for place, body in self._lists.load_charges(event_id, first=began, step=_STEP):
            for row in rows_of(msgspec.json.decode(body, type=Charge)):
                own = f"{row.created_at:%Y%m%dT%H%M%S}#{row.id}"
                if place != began or own < moved:
                    yield f"{place}~{own}", text(row)


def _currencies(tally: Tally, types: list[StoredTicketType]) -> list[CurrencyTotals]:
    """Returns totals for each currency in which something is for sale, was sold, or was settled."""
    taken: dict[str, dict[str, int]] = {_currency(one): {} for one in types}
    for name, figures in tally.items():
        kind, *_, currency = name.split("#")
        sums = taken.setdefault(currency, {})
        for key, number in figures.items() if kind in (DAY, LEDGER) else ():
            sums[key] = sums.get(key, 0) + number
    return [
        CurrencyTotals(currency=currency, **_sold(sums), fees=sums.get("fees", 0), net=sums.get("net", 0))
        for currency, sums in sorted(taken.items())
    ]


def _days(tally: Tally) -> list[DayTotals]:
    """Returns totals for each day on which something was sold, oldest first."""
    named = sorted((name.split("#"), figures) for name, figures in tally.items() if name.startswith(f"{DAY}#"))
    return [DayTotals(date=date, currency=currency, **_sold(figures)) for (_, date, currency), figures in named]


def _types(tally: Tally, types: list[StoredTicketType], stock: Mapping[str, Shard]) -> list[TypeTotals]:
    """Returns totals of ticket types by position, then of sales in former currencies of types and of deleted types."""
    left = {name: figures for name, figures in tally.items() if name.startswith(f"{TYPE}#")}
    found = []
    for one in sorted(types, key=_position):
        currency, shard = _currency(one), stock[one.id]
        own = left.pop(f"{TYPE}#{one.id}#{currency}", {})
        former = sum(_still(figures) for name, figures in left.items() if name.split("#")[1] == one.id)
        sold, name = shard.sold - former, str(json.loads(one.body)["name"])
        stands = {"sold": sold, "held": shard.held, "left": shard.left, "capacity": shard.capacity}
        found.append(TypeTotals(ticket_type_id=one.id, name=name, currency=currency, **stands, **_money(own)))
    names = {one.id: str(json.loads(one.body)["name"]) for one in types}
    for key, figures in sorted(left.items()):
        _, type_id, currency = key.split("#")
        stands = {"sold": _still(figures), "held": 0, "left": 0, "capacity": 0}
        found.append(
            TypeTotals(ticket_type_id=type_id, name=names.get(type_id), currency=currency, **stands, **_money(figures))
        )
    return found


def _sums(tally: Tally) -> list[LedgerSum]:
    """Returns the sums of every balance and currency."""
    named = sorted((name.split("#"), figures) for name, figures in tally.items() if name.startswith(f"{LEDGER}#"))
    keys = ("charges", "refunds", "disputes", "fees", "net")
    return [
        LedgerSum(
            account=None if account == PLATFORM else account,
            currency=currency,
            **{key: figures.get(key, 0) for key in keys},
        )
        for (_, account, currency), figures in named
    ]


def _sold(figures: _Figures) -> dict[str, int]:
    return {"orders": figures.get("orders", 0), "sold": _still(figures), **_money(figures)}


def _money(figures: _Figures) -> dict[str, int]:
    return {key: figures.get(key, 0) for key in ("voided", "gross", "refunded", "charged_back")}


def _still(figures: _Figures) -> int:
    return figures.get("tickets", 0) - figures.get("voided", 0)


def _currency(stored: StoredTicketType) -> str:
    return str(json.loads(stored.body)["price"]["currency"])


def _position(stored: StoredTicketType) -> tuple[int, str]:
    return int(json.loads(stored.body)["position"]), stored.id


def _json(row: LedgerRow) -> str:
    return encode(row)


def _line(row: LedgerRow) -> str:
    named = msgspec.to_builtins(row)
    named |= {name: csv.units(named[name], row.currency) for name in ("amount", "fee", "net")}
    return csv.line(named[name] for name in COLUMNS)
