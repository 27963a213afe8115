"""POST /control: sets faults and takes shortcuts, as JSON from tests or as a form of the control page.

    {"action": "webhook_fault", "kind": "duplicate", "times": 20, "types": ["charge.succeeded"]}
    {"action": "api_fault", "kind": "429", "count": 2, "path": "/v1/refunds"}
    {"action": "api_fault", "kind": "slow", "seconds": 0.3, "count": null}    (until cleared)
    {"action": "clear"}
    {"action": "pay", "session": "cs_test_…", "card": "4242424242424242", "email": "a@example.com"}
    {"action": "authenticate", "payment_intent": "pi_…", "outcome": "succeeded"}    (or "failed")
    {"action": "settle_async", "payment_intent": "pi_…", "outcome": "failed"}    (no outcome: as its IBAN says)
    {"action": "refund", "payment_intent": "pi_…", "amount": 500}
    {"action": "settle_refund", "refund": "re_…", "outcome": "failed"}
    {"action": "dispute", "charge": "ch_…", "kind": "chargeback"}    (or "inquiry")
    {"action": "dispute", "charge": "ch_…", "kind": "chargeback", "amount": 500, "currency": "usd"}
    {"action": "end_dispute", "dispute": "du_…", "outcome": "won"}    (or "lost")
    {"action": "escalate", "dispute": "du_…"}
    {"action": "onboard", "account": "acct_…"}    {"action": "disconnect", "account": "acct_…"}
    {"action": "expire", "session": "cs_test_…"}
    {"action": "resend", "event": "evt_…"}    {"action": "reissue", "event": "evt_…"}

GET /control returns the faults that are set, the deliveries that wait, and the newest objects.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec

from local.stripe_double.api.errors import StripeError
from local.stripe_double.api.forms import decode
from local.stripe_double.api.store import Json
from local.stripe_double.double import PayOutcome, StripeDouble
from local.stripe_double.payments.banks import DebitOutcome
from local.stripe_double.payments.cards import CARDS, DisputeKind
from local.stripe_double.payments.disputes import Verdict
from local.stripe_double.payments.refunds import RefundEnd
from local.stripe_double.webhooks.faults import ApiFault, WebhookFault

from .overview import overview

Choice = TypeVar("Choice", bound=str)

Answer = tuple[int, dict[str, str], bytes]
_JSON = {"content-type": "application/json", "cache-control": "no-store"}


class _OrderRefusedError(Exception):
    """The order is malformed."""


def answer(
    double: StripeDouble, method: str, headers: dict[str, str], body: bytes, *, refuse: Callable[[str], Answer]
) -> Answer:
    """Carries out one order. JSON gets JSON. A form gets a redirect to the control page, or the page of `refuse`."""
    if method == "GET":
        return 200, _JSON, json.dumps(overview(double), indent=2).encode()
    if method != "POST":
        return 405, {**_JSON, "allow": "GET, POST"}, b"{}"
    is_form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    try:
        order = _from_form(body) if is_form else _from_json(body)
        done = _ORDERS[_named(order, "action")](double, order)
    except (_OrderRefusedError, StripeError, KeyError, msgspec.ValidationError) as refused:
        why = f"{refused}" or "unknown action"
        return refuse(why) if is_form else (422, _JSON, json.dumps({"ok": False, "error": why}).encode())
    if is_form:
        return 303, {"location": urlsplit(double.settings.public_url).path + "/"}, b""
    return 200, _JSON, json.dumps({"ok": True, **done}).encode()


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
    given = {"card": CARDS[0].number, "email": "buyer@example.com", "name": "Test Buyer", **order}
    card, email, name = (_named(given, each) for each in ("card", "email", "name"))
    return _shown(double.pay(_named(order, "session"), card, email=email, name=name))


def _authenticate(double: StripeDouble, order: Json) -> Json:
    passed = _one_of(order, "outcome", "succeeded", "failed") == "succeeded"
    return _shown(double.authenticate(_named(order, "payment_intent"), passed=passed))


def _shown(outcome: PayOutcome) -> Json:
    declined = None if outcome.declined is None else outcome.declined.as_object()
    return {"paid": outcome.paid, "location": outcome.location, "declined": declined}


def _one_of(order: Json, name: str, *allowed: Choice) -> Choice:
    value = _named(order, name)
    for each in allowed:
        if each == value:
            return each
    raise _OrderRefusedError(f"{name} is none of {', '.join(allowed)}")


def _settle_async(double: StripeDouble, order: Json) -> Json:
    outcomes: tuple[DebitOutcome, ...] = ("succeeded", "failed")
    outcome = _one_of(order, "outcome", *outcomes) if "outcome" in order else None
    double.settle_debit(_named(order, "payment_intent"), outcome)
    return {}


def _settle_refund(double: StripeDouble, order: Json) -> Json:
    outcomes: tuple[RefundEnd, ...] = ("succeeded", "failed")
    return {"refund": double.settle_refund(_named(order, "refund"), _one_of(order, "outcome", *outcomes))}


def _dispute(double: StripeDouble, order: Json) -> Json:
    kinds: tuple[DisputeKind, ...] = ("chargeback", "inquiry")
    currency = _named(order, "currency") if "currency" in order else None
    kind, amount = _one_of(order, "kind", *kinds), _amount(order)
    return {"dispute": double.dispute(_named(order, "charge"), kind, amount=amount, currency=currency)}


def _end_dispute(double: StripeDouble, order: Json) -> Json:
    verdicts: tuple[Verdict, ...] = ("won", "lost")
    return {"dispute": double.end_dispute(_named(order, "dispute"), _one_of(order, "outcome", *verdicts))}


def _refund(double: StripeDouble, order: Json) -> Json:
    return {"refund": double.refund(_named(order, "payment_intent"), _amount(order))}


def _amount(order: Json) -> int | None:
    try:
        amount = int(order["amount"]) if "amount" in order else None
    except (TypeError, ValueError) as broken:
        raise _OrderRefusedError("amount is no integer") from broken
    if amount is not None and amount < 1:
        raise _OrderRefusedError("amount is below 1")
    return amount


_ORDERS: dict[str, Callable[[StripeDouble, Json], Json]] = {
    "webhook_fault": _webhook_fault,
    "api_fault": _api_fault,
    "clear": _clear,
    "pay": _pay,
    "authenticate": _authenticate,
    "settle_async": _settle_async,
    "refund": _refund,
    "settle_refund": _settle_refund,
    "dispute": _dispute,
    "end_dispute": _end_dispute,
    "escalate": lambda double, order: {"dispute": double.escalate(_named(order, "dispute"))},
    "onboard": lambda double, order: {"account": double.onboard(_named(order, "account"))},
    "disconnect": lambda double, order: {"account": double.disconnect(_named(order, "account"))["id"]},
    "expire": lambda double, order: {"session": double.expire(_named(order, "session"))},
    "resend": lambda double, order: {"event": double.resend(_named(order, "event"))["id"]},
    "reissue": lambda double, order: {"event": double.reissue(_named(order, "event"))["id"]},
}
