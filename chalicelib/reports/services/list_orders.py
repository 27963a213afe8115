"""Lists the orders and charges of an event for its staff, as JSON and as CSV. Called by routes/reports.py.

reports/services/update_totals.py keeps their rows in a partition of the event. Answers are made when read: few people
read them, and a stored answer would be one more copy of names and addresses. ETags are hashes of the bytes (ADR 9).
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from chalicelib.accounts.services.authorise import Authorise
from chalicelib.core.pagination import CursorKey, Page
from chalicelib.core.permissions import Action
from chalicelib.core.principal import Principal
from chalicelib.orders.domain.charge import RETURNED
from chalicelib.orders.domain.order_state import OrderState
from chalicelib.reports.ports import ListedRow, SalesLists
from chalicelib.representations import csv
from chalicelib.representations.read import Found
from chalicelib.representations.rows import Filters, Row, Sheet, as_list, as_sheet, fill, scope, told

SHEET_ROWS = 2_000
"""Rows of one CSV file. 2,000 attendees took 1.6 s beside the local database; Lambda has a share of a core and 29 s."""
_STEP = 500
_WHO = ("id", "state", "created_at", "paid_at", "buyer_name", "buyer_email")
ORDER_COLUMNS = (*_WHO, "tickets", "lines", "total", "refunded", "currency", "reason", "review_reason")
_MONEY = ("amount", "currency", "refunded", "fee", "net", "fee_currency")
_HOW = ("method", "last4", "dispute", "account", "livemode", "receipt_url")
CHARGE_COLUMNS = ("id", "order_id", "created_at", "status", *_MONEY, *_HOW)


class ListOrders:
    """Lists the orders and charges of an event."""

    def __init__(self, view: SalesLists, authorise: Authorise, key: CursorKey) -> None:
        self._view = view
        self._authorise = authorise
        self._key = key

    def list_orders(self, event_id: str, page: Page, filters: Filters, *, caller: Principal) -> Found:
        """Returns orders as staff read them, newest first. Raises NotFound, Forbidden."""
        self._authorise.require(caller, event_id, Action.READ_ORDERS)
        part = fill(self._orders(event_id, page, filters, str), limit=page.limit)
        return as_list(part, scope=scope(event_id, "orders"), key=self._key)

    def export_orders(self, event_id: str, page: Page, filters: Filters, *, caller: Principal) -> Sheet:
        """Returns orders as CSV. Raises NotFound, Forbidden."""
        self._authorise.require(caller, event_id, Action.READ_ORDERS)
        part = fill(self._orders(event_id, page, filters, _order_line), limit=page.limit)
        return as_sheet(ORDER_COLUMNS, part, scope=scope(event_id, "orders"), key=self._key)

    def list_charges(self, event_id: str, page: Page, filters: Filters, *, caller: Principal) -> Found:
        """Returns charge records, those of the newest order first. Raises NotFound, Forbidden."""
        self._authorise.require(caller, event_id, Action.READ_ORDERS)
        part = fill(self._charges(event_id, page, filters, str), limit=page.limit)
        return as_list(part, scope=scope(event_id, "charges"), key=self._key)

    def export_charges(self, event_id: str, page: Page, filters: Filters, *, caller: Principal) -> Sheet:
        """Returns charge records as CSV. Raises NotFound, Forbidden."""
        self._authorise.require(caller, event_id, Action.READ_ORDERS)
        part = fill(self._charges(event_id, page, filters, _charge_line), limit=page.limit)
        return as_sheet(CHARGE_COLUMNS, part, scope=scope(event_id, "charges"), key=self._key)

    def _orders(self, event_id: str, page: Page, filters: Filters, text: Callable[[str], str]) -> Iterator[Row]:
        rows = self._view.load_orders(event_id, first=page.after, step=_step(page, filters))
        return _texts(rows, page, lambda body: _order_fits(body, filters), text)

    def _charges(self, event_id: str, page: Page, filters: Filters, text: Callable[[str], str]) -> Iterator[Row]:
        rows = self._view.load_charges(event_id, first=page.after, step=_step(page, filters))
        return _texts(rows, page, lambda body: _charge_fits(body, filters), text)


ORDER_STATES = frozenset(state.value for state in OrderState)


def _step(page: Page, filters: Filters) -> int:
    """Returns how many rows to read at once: without filters those of the page, the one before and the one after."""
    return _STEP if filters != Filters() else min(_STEP, page.limit + 2)


def _texts(
    rows: Iterator[ListedRow], page: Page, fits: Callable[[str], bool], text: Callable[[str], str]
) -> Iterator[Row]:
    for place, body in rows:
        if place != page.after:
            yield place, text(body) if fits(body) else None


def _order_fits(body: str, filters: Filters) -> bool:
    if filters == Filters():
        return True
    order = json.loads(body)
    buyer = order["buyer"]
    named = told(filters.q, names=(buyer["name"], buyer["email"]), ids=(order["id"],))
    return named and filters.state in ("", order["state"])


def _charge_fits(body: str, filters: Filters) -> bool:
    if filters == Filters():
        return True
    charge = json.loads(body)
    return told(filters.q, names=(), ids=(charge["id"], charge["order_id"]))


def _order_line(body: str) -> str:
    order: dict[str, Any] = json.loads(body)
    total, lines = order["total"], order["lines"]
    named = {
        **order,
        "buyer_name": order["buyer"]["name"],
        "buyer_email": order["buyer"]["email"],
        "tickets": sum(line["quantity"] for line in lines),
        "lines": "; ".join(f"{line['quantity']} × {line['name']}" for line in lines),
        "total": csv.units(total["amount"], total["currency"]),
        "refunded": csv.units((order["refunded"] or {"amount": 0})["amount"], total["currency"]),
        "currency": total["currency"],
    }
    return csv.line(named[name] for name in ORDER_COLUMNS)


def _charge_line(body: str) -> str:
    charge: dict[str, Any] = json.loads(body)
    currency, settled = charge["currency"], charge["fee_currency"]
    back = sum(refund["amount"] for refund in charge["refunds"] if refund["status"] in RETURNED)
    named = {
        **charge,
        "amount": csv.units(charge["amount"], currency),
        "refunded": csv.units(back, currency),
        "fee": csv.units(charge["fee"], settled),
        "net": csv.units(charge["net"], settled),
        "method": charge["method"]["brand"],
        "last4": charge["method"]["last4"],
        "dispute": charge["dispute"] and charge["dispute"]["status"],
        "livemode": "yes" if charge["livemode"] else "no",
    }
    return csv.line(named[name] for name in CHARGE_COLUMNS)
