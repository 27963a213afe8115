"""An honest stand-in for Stripe, for the local product and the tests only.

The real stripe library is its only API client, the webhooks it sends are signed as Stripe signs them,
and every object it returns fits Stripe's OpenAPI. It moves no money and says TEST DOUBLE everywhere.

    double = create_double(data_dir, "http://127.0.0.1:8000/_local/stripe", webhook_url, webhook_secret)
    status, headers, body = double.handle("POST", "/v1/checkout/sessions", "", headers, body)
"""

from __future__ import annotations

from .cards import CARDS, Card
from .double import PayOutcome, StripeDouble, create_double
from .faults import ApiFault, Faults, WebhookFault
from .work import Settings

__all__ = [
    "CARDS",
    "ApiFault",
    "Card",
    "Faults",
    "PayOutcome",
    "Settings",
    "StripeDouble",
    "WebhookFault",
    "create_double",
]
