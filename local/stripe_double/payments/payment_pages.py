"""The undocumented calls behind Stripe's own pay page. Stripe's CLI pays checkout sessions with them.

Shapes: the fixtures of github.com/stripe/stripe-cli (checkout.session.completed). Called by the route table.
"""

from __future__ import annotations

from typing import Any

from local.stripe_double.api.errors import StripeError
from local.stripe_double.api.parameters import integer, list_of, shape, text
from local.stripe_double.api.store import Json
from local.stripe_double.api.work import Work
from local.stripe_double.payments.instruments import named_method
from local.stripe_double.payments.payments import pay_with
from local.stripe_double.payments.sessions import find_session

CONFIRM = shape(
    {"expand": list_of(text()), "expected_amount": integer(), "payment_method": text()},
    required=("payment_method", "expected_amount"),
)


def show_page(work: Work, _params: dict[str, Any], key: str) -> Json:
    """Returns what the page shows. Here that is the session itself."""
    return find_session(work, key)


def confirm_page(work: Work, params: dict[str, Any], key: str) -> Json:
    """Pays as the page would. Raises CardDeclined, or StripeError for another amount or a session that is not open."""
    session = find_session(work, key)
    if session["status"] != "open":
        raise StripeError("This Checkout Session is no longer active.", code="payment_page_inactive")
    if params["expected_amount"] != session["amount_total"]:
        raise StripeError("The amount of this Checkout Session has changed.", param="expected_amount")
    refused = pay_with(work, session, named_method(work, params["payment_method"]))
    if refused is not None:
        raise refused
    return find_session(work, key)
