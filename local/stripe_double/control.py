"""POST /control: trouble and shortcuts on command, as JSON for tests or a form for the control page.

    {"action": "webhook_fault", "kind": "duplicate", "times": 20, "types": ["charge.succeeded"]}
    {"action": "api_fault", "kind": "429", "count": 2, "path": "/v1/refunds"}
    {"action": "clear"}
    {"action": "pay", "session": "cs_test_…", "card": "4242424242424242", "email": "a@example.com"}
    {"action": "refund", "payment_intent": "pi_…", "amount": 500}
    {"action": "expire", "session": "cs_test_…"}
    {"action": "resend", "event": "evt_…"}    {"action": "reissue", "event": "evt_…"}

GET /control tells which faults are set and which deliveries wait.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from .errors import StripeError
from .faults import ApiFault, WebhookFault
from .forms import decode
from .store import Json

if TYPE_CHECKING:
    from .double import StripeDouble

_JSON = {"content-type": "application/json", "cache-control": "no-store"}


class _OrderRefusedError(Exception):
    """An order that makes no sense."""


def answer(
    double: StripeDouble, method: str, headers: dict[str, str], body: bytes
) -> tuple[int, dict[str, str], bytes]:
    """Carry out one order; JSON gets JSON, a form gets a redirect to the control page."""
    if method == "GET":
        return 200, _JSON, json.dumps(state(double), indent=2).encode()
    if method != "POST":
        return 405, {**_JSON, "allow": "GET, POST"}, b"{}"
    is_form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    try:
        order = _from_form(body) if is_form else _from_json(body)
        done = _ORDERS[_named(order, "action")](double, order)
    except (_OrderRefusedError, StripeError, KeyError, msgspec.ValidationError) as refused:
        told = {"ok": False, "error": str(refused) or "unknown action"}
        return 422, _JSON, json.dumps(told).encode()
    if is_form:
        return 303, {"location": urlsplit(double.settings.public_url).path + "/"}, b""
    return 200, _JSON, json.dumps({"ok": True, **done}).encode()


def state(double: StripeDouble) -> Json:
    """Faults that are set, deliveries that wait, and the newest sessions and events."""
    with double.work() as work:
        waiting = [dict(row) for row in work.tx.rows("delivery")]
        newest = work.tx.rows("checkout.session")[-10:][::-1]
        happened = work.tx.rows("event")[-15:][::-1]
    return {
        "faults": double.faults.active(),
        "waiting": waiting,
        "sessions": [
            {name: row[name] for name in ("id", "status", "amount_total", "currency", "url", "payment_intent")}
            for row in newest
        ],
        "events": [{name: row[name] for name in ("id", "type", "created", "pending_webhooks")} for row in happened],
    }


def _from_json(body: bytes) -> Json:
    try:
        order = json.loads(body)
    except ValueError as broken:
        raise _OrderRefusedError("not JSON") from broken
    if not isinstance(order, dict):
        raise _OrderRefusedError("not an object")
    return order


def _from_form(body: bytes) -> Json:
    order: Json = {}
    for name, value in decode(body.decode("utf-8", "replace")).items():
        if value == "":
            continue
        order[name] = [value] if name == "types" else value
    return order


def _named(order: Json, name: str) -> str:
    value = order.get(name)
    if not isinstance(value, str):
        raise _OrderRefusedError(f"{name} is missing")
    return value


def _webhook_fault(double: StripeDouble, order: Json) -> Json:
    double.faults.on_webhooks(msgspec.convert(_without_action(order), WebhookFault, strict=False))
    return {"faults": double.faults.active()}


def _api_fault(double: StripeDouble, order: Json) -> Json:
    double.faults.on_api(msgspec.convert(_without_action(order), ApiFault, strict=False))
    return {"faults": double.faults.active()}


def _without_action(order: Json) -> Json:
    return {name: value for name, value in order.items() if name != "action"}


def _clear(double: StripeDouble, _order: Json) -> Json:
    double.faults.clear()
    return {"faults": double.faults.active()}


def _pay(double: StripeDouble, order: Json) -> Json:
    options = {name: order[name] for name in ("card", "email", "name") if name in order}
    outcome = double.pay(_named(order, "session"), **options)
    declined = None if outcome.declined is None else outcome.declined.as_object()
    return {"paid": outcome.paid, "location": outcome.location, "declined": declined}


def _refund(double: StripeDouble, order: Json) -> Json:
    try:
        amount = int(order["amount"]) if "amount" in order else None
    except (TypeError, ValueError) as broken:
        raise _OrderRefusedError("amount is no integer") from broken
    if amount is not None and amount < 1:
        raise _OrderRefusedError("amount is below 1")
    return {"refund": double.refund(_named(order, "payment_intent"), amount)}


_ORDERS: dict[str, Callable[[StripeDouble, Json], Json]] = {
    "webhook_fault": _webhook_fault,
    "api_fault": _api_fault,
    "clear": _clear,
    "pay": _pay,
    "refund": _refund,
    "expire": lambda double, order: {"session": double.expire(_named(order, "session"))},
    "resend": lambda double, order: {"event": double.resend(_named(order, "event"))["id"]},
    "reissue": lambda double, order: {"event": double.reissue(_named(order, "event"))["id"]},
}
