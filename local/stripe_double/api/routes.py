"""All endpoints of the double with their verbs and parameters, grouped by who calls them.

Remove an endpoint and its verb when nothing calls it any more.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from local.stripe_double.connect import accounts, application_fees
from local.stripe_double.payments import (
    customers,
    disputes,
    instruments,
    intents,
    payment_pages,
    products,
    refunds,
    session_parameters,
    sessions,
)
from local.stripe_double.webhooks import endpoints, events

from . import reading
from .errors import route_missing
from .parameters import Reader
from .reading import finder, lister
from .store import Json


class Found(NamedTuple):
    """The verb of a call, the reader of its parameters, and the ids in its path."""

    verb: Callable[..., Json]
    reader: Reader
    captured: tuple[str, ...]


def endpoint_of(method: str, path: str) -> str:
    """Returns the endpoint that Stripe counts a call under: method and path without ids, or `unknown`."""
    return next((f"{verb} {named}" for (verb, named, *_), (_, pattern, *_) in zip(ENDPOINTS, _ROUTES, strict=True)
                 if verb == method and pattern.fullmatch(path)), "unknown")  # fmt: skip


def find_route(method: str, path: str) -> Found:
    """Returns the endpoint of a call. Raises StripeError (404) when there is none."""
    for wanted, pattern, verb, reader in _ROUTES:
        found = pattern.fullmatch(path)
        if found is not None and wanted == method:
            return Found(verb, reader, found.groups())
    raise route_missing(method, path)


Row = tuple[str, str, Callable[..., Json], Reader]

_PRODUCT: tuple[Row, ...] = (
    ("POST", "/v1/checkout/sessions", sessions.create_session, session_parameters.CREATE),
    ("GET", "/v1/checkout/sessions", sessions.list_sessions, session_parameters.LIST),
    ("GET", "/v1/checkout/sessions/*", finder("checkout.session", param="session"), session_parameters.ONE),
    ("POST", "/v1/checkout/sessions/*/expire", sessions.expire_session, session_parameters.ONE),
    ("GET", "/v1/payment_intents/*", finder("payment_intent", param="intent"), reading.ONE),
    ("GET", "/v1/charges", lister("charge", "/v1/charges", "customer", "payment_intent"),
     reading.listing_of("customer", "payment_intent")),
    ("GET", "/v1/charges/*", finder("charge"), reading.ONE),
    ("GET", "/v1/disputes", lister("dispute", "/v1/disputes", "charge", "payment_intent"), disputes.LIST),
    ("GET", "/v1/balance_transactions",
     lister("balance_transaction", "/v1/balance_transactions", "currency", "source", "type"),
     reading.listing_of("currency", "source", "type")),
    ("POST", "/v1/refunds", refunds.create_refund, refunds.CREATE),
    ("GET", "/v1/refunds", refunds.list_refunds, refunds.LIST),
    ("GET", "/v1/events", events.list_events, events.LIST),
    ("POST", "/v1/accounts", accounts.create_account, accounts.CREATE),
    ("GET", "/v1/accounts/*", accounts.find_account, reading.ONE),
    ("POST", "/v1/account_links", accounts.create_link, accounts.LINK),
)  # fmt: skip
"""Endpoints that chalicelib/payments calls."""

_DEPLOYMENT: tuple[Row, ...] = (
    ("POST", "/v1/webhook_endpoints", endpoints.create_endpoint, endpoints.CREATE),
    ("GET", "/v1/webhook_endpoints", endpoints.list_endpoints, endpoints.LIST),
    ("POST", "/v1/webhook_endpoints/*", endpoints.update_endpoint, endpoints.UPDATE),
    ("DELETE", "/v1/webhook_endpoints/*", endpoints.delete_endpoint, endpoints.NONE),
)
"""Endpoints that infra/deploy/stripe_endpoint.py calls."""

TRIGGERS: tuple[Row, ...] = (
    ("GET", "/v1/payment_pages/*", payment_pages.show_page, reading.ONE),
    ("POST", "/v1/payment_pages/*/confirm", payment_pages.confirm_page, payment_pages.CONFIRM),
    ("POST", "/v1/payment_intents", intents.create_intent, intents.CREATE),
    ("POST", "/v1/payment_intents/*/capture", intents.capture_intent, intents.CAPTURE),
    ("POST", "/v1/payment_intents/*/cancel", intents.cancel_intent, intents.CANCEL),
    ("POST", "/v1/payment_methods", instruments.create_method, instruments.CREATE),
    ("POST", "/v1/products", products.create_product, products.CREATE_PRODUCT),
    ("POST", "/v1/prices", products.create_price, products.CREATE_PRICE),
    ("POST", "/v1/disputes/*", disputes.update_dispute, disputes.UPDATE),
    ("POST", "/v1/disputes/*/close", disputes.close_dispute, reading.ONE),
    ("POST", "/v1/refunds/*", refunds.update_refund, refunds.UPDATE),
)
"""Endpoints that Stripe's CLI calls to trigger an event. Of this repository only tests call them."""

_TESTS: tuple[Row, ...] = (
    ("GET", "/v1/checkout/sessions/*/line_items", sessions.list_lines, session_parameters.LINES),
    ("GET", "/v1/payment_intents", lister("payment_intent", "/v1/payment_intents", "customer"),
     reading.listing_of("customer")),
    ("POST", "/v1/payment_intents/*/confirm", intents.confirm_intent, intents.CONFIRM),
    ("GET", "/v1/mandates/*", finder("mandate"), reading.ONE),
    ("GET", "/v1/disputes/*", finder("dispute", param="dispute"), reading.ONE),
    ("GET", "/v1/balance_transactions/*", finder("balance_transaction"), reading.ONE),
    ("POST", "/v1/customers", customers.create_customer, customers.WRITE),
    ("GET", "/v1/customers", customers.list_customers, customers.LIST),
    ("GET", "/v1/customers/*", finder("customer"), reading.ONE),
    ("POST", "/v1/customers/*", customers.update_customer, customers.WRITE),
    ("GET", "/v1/refunds/*", finder("refund"), reading.ONE),
    ("GET", "/v1/events/*", finder("event"), reading.ONE),
    ("GET", "/v1/accounts", accounts.list_accounts, accounts.LIST),
    ("GET", "/v1/application_fees", lister("application_fee", "/v1/application_fees", "charge"),
     reading.listing_of("charge")),
    ("GET", "/v1/application_fees/*", finder("application_fee"), reading.ONE),
    ("GET", "/v1/application_fees/*/refunds", application_fees.list_fee_refunds, reading.ONE),
)  # fmt: skip
"""Endpoints that only tests call, to create rare situations and to read the results."""

ENDPOINTS = (*_PRODUCT, *_DEPLOYMENT, *TRIGGERS, *_TESTS)
_ROUTES = tuple(
    (method, re.compile(re.escape(path).replace(r"\*", "([A-Za-z0-9_]+)")), verb, reader)
    for method, path, verb, reader in ENDPOINTS
)
