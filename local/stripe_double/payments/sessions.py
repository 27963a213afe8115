"""Checkout sessions: create, retrieve, list, expire, line items (https://docs.stripe.com/api/checkout/sessions).

Called through the route table and by timing.py. payments.py pays a session.
"""

from __future__ import annotations

from typing import Any

from local.stripe_double.api.errors import StripeError, parameter_invalid
from local.stripe_double.api.listing import page, page_of
from local.stripe_double.api.store import Json
from local.stripe_double.api.work import Work
from local.stripe_double.connect.accounts import check_charges
from local.stripe_double.connect.application_fees import check_fee
from local.stripe_double.objects.objects import session_of

from .currencies import check_total
from .session_lines import lines_of
from .session_parameters import ECHOED

_SHORTEST_LIFE = 30 * 60
_LONGEST_LIFE = 24 * 3600
"""Seconds: Stripe's limits for `expires_at` (https://docs.stripe.com/api/checkout/sessions/create)."""


def create_session(work: Work, params: dict[str, Any]) -> Json:
    """Creates an open session with a pay page. Raises ParameterError as Stripe would."""
    expires_at = _checked_expiry(work.now, params.get("expires_at"))
    customer = _checked_customer(work, params)
    lines = lines_of(work, params)
    currency = lines[0]["currency"]
    total = sum(line["amount_total"] for line in lines)
    check_total(total, currency)
    check_fee(work, params.get("payment_intent_data", {}).get("application_fee_amount"), total, currency)
    check_charges(work)
    key = work.new_id("cs_test_")
    session = session_of(key, now=work.now, currency=currency, total=total, kinds=_kinds(params, currency))
    session.update({name: params.get(name) for name in ECHOED})
    excluded = params.get("excluded_payment_method_types")
    session.update(
        cancel_url=params.get("cancel_url"),
        customer=customer,
        customer_creation=None if customer else params.get("customer_creation", "if_required"),
        customer_email=params.get("customer_email"),
        customer_details=_first_details(work, customer, params.get("customer_email")),
        **({"excluded_payment_method_types": excluded} if excluded else {}),
        expires_at=expires_at,
        metadata=params.get("metadata", {}),
        success_url=params["success_url"],
        url=f"{work.settings.public_url}/pay/{key}",
    )
    work.put(session)
    work.tx.put("lines", key, {"items": lines, "intent": params.get("payment_intent_data", {})})
    work.schedule("expire", key, expires_at)
    return session


def list_sessions(work: Work, params: dict[str, Any]) -> Json:
    """Returns sessions, newest first, filtered by status, customer, e-mail, payment intent or time."""
    wanted = {name: params[name] for name in ("customer", "payment_intent", "status") if name in params}
    address = params.get("customer_details", {}).get("email")

    def keep(row: Json) -> bool:
        details = row["customer_details"] or {}
        same_address = address is None or details.get("email") == address
        return same_address and all(row[name] == value for name, value in wanted.items())

    return page(work, "checkout.session", params, "/v1/checkout/sessions", keep=keep)


def list_lines(work: Work, params: dict[str, Any], key: str) -> Json:
    """Returns the line items of one session, in the order they were given."""
    find_session(work, key)
    kept = work.tx.get("lines", key) or {"items": []}
    return page_of(kept["items"], params, f"/v1/checkout/sessions/{key}/line_items")


def find_session(work: Work, key: str) -> Json:
    """Returns the session, or raises Stripe's 404."""
    return work.get("checkout.session", key, param="session")


def expire_session(work: Work, _params: dict[str, Any], key: str) -> Json:
    """Expires an open session on request. Raises StripeError for others: a complete one tells that it is paid."""
    session = find_session(work, key)
    if session["status"] != "open":
        raise StripeError(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has '
            f"a status of `{session['status']}`."
        )
    return _close(work, session, by_itself=False)


def expire_when_due(work: Work, key: str) -> None:
    """Expires a session when its time is over, as Stripe does by itself."""
    session = work.tx.get("checkout.session", key)
    if session is not None and session["status"] == "open":
        _close(work, session, by_itself=True)


def _close(work: Work, session: Json, *, by_itself: bool) -> Json:
    session.update(status="expired", url=None)
    work.put(session)
    work.unschedule("expire", session["id"])
    work.emit("checkout.session.expired", session, by_itself=by_itself)
    return session


def _checked_expiry(now: int, asked: int | None) -> int:
    if asked is None:
        return now + _LONGEST_LIFE
    if asked < now + _SHORTEST_LIFE:
        edge = "at least 30 minutes"
    elif asked > now + _LONGEST_LIFE:
        edge = "less than 24 hours"
    else:
        return asked
    raise parameter_invalid("expires_at", f"The `expires_at` timestamp must be {edge} from Checkout Session creation.")


def _checked_customer(work: Work, params: dict[str, Any]) -> str | None:
    for rival in ("customer_email", "customer_creation"):
        if "customer" in params and rival in params:
            message = f"You may only specify one of these parameters: customer, {rival}."
            raise parameter_invalid("customer", message)
    if "customer" not in params:
        return None
    customer = work.tx.get("customer", params["customer"])
    if customer is None:
        message = f"No such customer: '{params['customer']}'"
        raise StripeError(message, code="resource_missing", param="customer")
    return str(customer["id"])


def _kinds(params: dict[str, Any], currency: str) -> list[str]:
    """Returns the types of payment methods: those requested, or those for the currency without the excluded ones."""
    excluded = params.get("excluded_payment_method_types", [])
    if excluded and "payment_method_types" in params:
        raise parameter_invalid(
            "excluded_payment_method_types",
            "You may only specify one of these parameters: payment_method_types, excluded_payment_method_types.",
        )
    offered = [kind for kind in ("card", *(["sepa_debit"] if currency == "eur" else [])) if kind not in excluded]
    if not offered:
        raise StripeError("No valid payment method types for this Checkout Session.")
    asked: list[str] = params.get("payment_method_types", offered)
    if "sepa_debit" in asked and currency != "eur":
        raise parameter_invalid(
            "payment_method_types",
            "The payment method `sepa_debit` is invalid for this Checkout Session: it supports the currency eur only.",
        )
    return asked


def _first_details(work: Work, customer: str | None, address: str | None) -> Json | None:
    name = None
    if customer:
        known = work.get("customer", customer)
        address, name = known["email"], known["name"]
    return details_of(name, address) if customer or address else None


def details_of(name: str | None, address: str | None) -> Json:
    """Returns the `customer_details` of a session."""
    return {
        "address": None,
        "business_name": None,
        "email": address,
        "individual_name": None,
        "name": name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": None,
    }
