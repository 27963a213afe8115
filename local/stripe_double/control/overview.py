"""What the control shows: faults, deliveries that wait, and the newest objects of every account. Reads only."""

from __future__ import annotations

from collections.abc import Iterator

from local.stripe_double.api.store import Json
from local.stripe_double.api.work import Work
from local.stripe_double.double import StripeDouble

_NEWEST = 15
_SESSION = ("id", "status", "payment_status", "amount_total", "currency", "url", "payment_intent")
_CHARGE = ("id", "status", "amount", "amount_refunded", "currency", "disputed", "captured", "payment_intent")
_REFUND = ("id", "status", "amount", "currency", "charge")
_DISPUTE = ("id", "status", "amount", "currency", "charge")
_ACCOUNT = ("id", "charges_enabled", "country")
_EVENT = ("id", "type", "created", "pending_webhooks")


def overview(double: StripeDouble) -> Json:
    """Returns everything as plain data, newest first."""
    with double.work() as work:
        sessions = [_with_intent(home, row) for home, row in _newest(work, "checkout.session")]
        return {
            "faults": double.faults.active(),
            "traffic": double.traffic.summary(),
            "waiting": [dict(row) for row in work.tx.rows("sending")],
            "sessions": sessions,
            "charges": _rows(work, "charge", _CHARGE),
            "refunds": _rows(work, "refund", _REFUND),
            "disputes": _rows(work, "dispute", _DISPUTE),
            "accounts": [_with_access(work, row) for row in reversed(work.tx.rows("account"))],
            "events": _rows(work, "event", _EVENT),
        }


def _newest(work: Work, table: str) -> Iterator[tuple[Work, Json]]:
    found = [(home, row) for home in work.everywhere() for row in home.tx.rows(table)[-_NEWEST:]]
    ordered = sorted(enumerate(found), key=lambda each: (each[1][1]["created"], each[0]), reverse=True)
    return iter([pair for _, pair in ordered[:_NEWEST]])


def _rows(work: Work, table: str, names: tuple[str, ...]) -> list[Json]:
    return [{**{name: row[name] for name in names}, "account": home.account} for home, row in _newest(work, table)]


def _with_intent(home: Work, session: Json) -> Json:
    intent = home.tx.get("payment_intent", session["payment_intent"]) if session["payment_intent"] else None
    shown = {name: session[name] for name in _SESSION}
    return {**shown, "account": home.account, "intent_status": intent["status"] if intent else None}


def _with_access(work: Work, account: Json) -> Json:
    connected = work.tx.get("account_access", account["id"]) is None
    return {**{name: account[name] for name in _ACCOUNT}, "connected": connected}
