"""An honest stand-in for Stripe, for the local product and the tests only.

The real stripe library is its only API client, the webhooks it sends are signed as Stripe signs them,
and every object it returns fits Stripe's OpenAPI. It moves no money and says TEST DOUBLE everywhere.

    double = create_double(data_dir, "http://127.0.0.1:8000/_local/stripe", webhook_url, webhook_secret)
    server = DoubleServer(double)
    status, headers, body = server.handle("POST", "/v1/checkout/sessions", "", headers, body)
    double.pay(session_id, "4000000000000259")        # any number of cards.py, or an IBAN of banks.py
    double.faults.on_webhooks(WebhookFault("race", times=5))

Imports point one way: server.py (HTTP) stands on api/, pages/ and control/; pages/ and control/ on double.py (what can
be done); all of them on the verbs in payments/, connect/ and webhooks/.

Where to look: routes.py is the API; attempts.py pays an intent, payments/payments.py a session; timing.py is what
happens by itself; webhooks/faults.py is trouble on command; control.py lists the orders that POST /control takes, GET /
has forms for all.
"""

from __future__ import annotations

from .api.work import Settings
from .double import PayOutcome, StripeDouble, create_double
from .payments.banks import BANKS, BankAccount
from .payments.cards import CARDS, Card
from .server import DoubleServer
from .webhooks.faults import ApiFault, Faults, WebhookFault

__all__ = [
    "BANKS",
    "CARDS",
    "ApiFault",
    "BankAccount",
    "Card",
    "DoubleServer",
    "Faults",
    "PayOutcome",
    "Settings",
    "StripeDouble",
    "WebhookFault",
    "create_double",
]
