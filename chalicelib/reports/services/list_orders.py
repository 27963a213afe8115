"""Listing: the orders and charges of an event for its staff, as JSON and as CSV. Called by routes/reports.py.

Rows stand ready in the event's own partition (reports/services/update_totals.py). Answers are put together when read:
few people read them, and keeping them would keep names and addresses once more. ETags are hashes of the bytes (ADR 9).
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from chalicelib.accounts.services.authorise import Authorising
from chalicelib.core.cursors import CursorKey, make_cursor
from chalicelib.core.errors import MalformedRequest
from chalicelib.core.pagination import Page
from chalicelib.core.permissions import Action
from chalicelib.core.principal import Principal
from chalicelib.orders.domain.charge import RETURNED
from chalicelib.orders.domain.order_state import OrderState
from chalicelib.reports.ports import ListedRow, SalesLists
from chalicelib.representations import csv
from chalicelib.representations.read import Found
from chalicelib.representations.rows import Part, Row, fill

SHEET_ROWS = 2_000
"""Rows of one CSV file: 2,000 attendees took 1.6 s beside the local database, Lambda has a share of a core and 29 s."""
MAX_Q = 100
_STEP = 500
_WHO = ("id", "state", "created_at", "paid_at", "buyer_name", "buyer_email")
ORDER_COLUMNS = (*_WHO, "tickets", "lines", "total", "refunded", "currency", "reason", "review_reason")
_MONEY = ("amount", "currency", "refunded", "fee", "net", "fee_currency")
_HOW = ("method", "last4", "dispute", "account", "livemode", "receipt_url")
CHARGE_COLUMNS = ("id", "order_id", "created_at", "status", *_MONEY, *_HOW)


class Sheet(NamedTuple):
    """A CSV file, or as much of it as fits; `next_cursor` continues it."""

    found: Found
    next_cursor: str | None


class Filters(NamedTuple):
    """Which rows are wanted: a state, and the beginning of an id or part of a name or an address, case-folded."""

    state: str = ""
    q: str = ""


class Listing:
    """Lists an event's sales."""

    def __init__(self, view: SalesLists, authorising: Authorising, key: CursorKey) -> None:
        self._view = view
        self._authorising = authorising
        self._key = key

    def orders(self, event_id: str, page: Page, filters: Filters, *, caller: Principal) -> Found:
        """Orders as staff read each, newest first. Raises NotFound, Forbidden."""
        self._authorising.require(caller, event_id, Action.READ_ORDERS)
        part = fill(self._orders(event_id, page, filters, str), limit=page.limit)
        return as_list(part, scope=scope(event_id, "orders"), key=self._key)

    def orders_sheet(self, event_id: str, page: Page, filters: Filters, *, caller: Principal) -> Sheet:
        """The same as CSV."""
        self._authorising.require(caller, event_id, Action.READ_ORDERS)
        part = fill(self._orders(event_id, page, filters, _order_line), limit=page.limit)
        return as_sheet(ORDER_COLUMNS, part, scope=scope(event_id, "orders"), key=self._key)

    def charges(self, event_id: str, page: Page, filters: Filters, *, caller: Principal) -> Found:
        """Charge records, those of the newest order first. Raises NotFound, Forbidden."""
        self._authorising.require(caller, event_id, Action.READ_ORDERS)
        part = fill(self._charges(event_id, page, filters, str), limit=page.limit)
        return as_list(part, scope=scope(event_id, "charges"), key=self._key)

    def charges_sheet(self, event_id: str, page: Page, filters: Filters, *, caller: Principal) -> Sheet:
        """The same as CSV."""
        self._authorising.require(caller, event_id, Action.READ_ORDERS)
        part = fill(self._charges(event_id, page, filters, _charge_line), limit=page.limit)
        return as_sheet(CHARGE_COLUMNS, part, scope=scope(event_id, "charges"), key=self._key)

    def _orders(self, event_id: str, page: Page, filters: Filters, text: Callable[[str], str]) -> Iterator[Row]:
        rows = self._view.orders(event_id, first=page.after, step=_step(page, filters))
        return _texts(rows, page, lambda body: _order_fits(body, filters), text)

    def _charges(self, event_id: str, page: Page, filters: Filters, text: Callable[[str], str]) -> Iterator[Row]:
        rows = self._view.charges(event_id, first=page.after, step=_step(page, filters))
        return _texts(rows, page, lambda body: _charge_fits(body, filters), text)


def parse_filters(query: dict[str, str], states: frozenset[str]) -> Filters:
    """The filters of a query: a state out of `states`, and q of at most 100 characters. Raises MalformedRequest."""
    state, q = query.get("state", ""), query.get("q", "")
    if state and state not in states:
        raise MalformedRequest(f"state is one of {', '.join(sorted(states))}.", code="invalid_filter")
    if len(q) > MAX_Q:
        raise MalformedRequest(f"q may have at most {MAX_Q} characters.", code="invalid_filter")
    return Filters(state, " ".join(q.casefold().split()))


ORDER_STATES = frozenset(state.value for state in OrderState)


def scope(event_id: str, name: str) -> str:
    """What cursors of a list and its CSV are made for."""
    return f"{event_id}/{name}"


def as_list(part: Part, *, scope: str, key: CursorKey, more: str = "") -> Found:
    """The JSON of a page. `more` are further members, each with a comma in front."""
    cursor = json.dumps(_cursor(part, scope, key))
    return tagged(f'{{"items":[{",".join(part.texts)}],"next_cursor":{cursor}{more}}}')


def as_sheet(head: tuple[str, ...], part: Part, *, scope: str, key: CursorKey) -> Sheet:
    """The CSV of a page. Its tag names what comes next too, since that is told in a header."""
    cursor = _cursor(part, scope, key)
    text = csv.sheet(head, part.texts)
    tag = f"{_hash(text)}{'-more' if cursor else ''}"
    return Sheet(Found(tag, lambda: (tag, text)), cursor)


def tagged(body: str) -> Found:
    """An answer made when read, under the hash of its bytes."""
    tag = _hash(body)
    return Found(tag, lambda: (tag, body))


def told(q: str, *, names: tuple[str, ...], ids: tuple[str, ...]) -> bool:
    """Whether the words are part of one of the names or begin one of the ids; no words are part of everything."""
    return any(q in name.casefold() for name in names) or any(id.casefold().startswith(q) for id in ids)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _cursor(part: Part, scope: str, key: CursorKey) -> str | None:
    return make_cursor(part.last, scope=scope, key=key) if part.last else None


def _step(page: Page, filters: Filters) -> int:
    """Rows to fetch at once: for a page as it comes, what it shows, the one it begins behind and the one after."""
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
