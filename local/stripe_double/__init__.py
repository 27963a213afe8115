"""A test double of Stripe, for the local product and the tests only.

The real stripe library is its only API client. Its webhooks are signed as Stripe signs them, and every object that it
returns fits Stripe's OpenAPI. It moves no money and says TEST DOUBLE everywhere.

    double = create_double(data_dir, "http://127.0.0.1:8000/_local/stripe", webhook_url, webhook_secret)
    server = DoubleServer(double)
    status, headers, body = server.handle("POST", "/v1/checkout/sessions", "", headers, body)
    double.pay(session_id, "4000000000000259")        # any number of cards.py, or an IBAN of banks.py
    double.faults.on_webhooks(WebhookFault("race", times=5))

Imports point one way: server.py (HTTP) imports api/, pages/ and control/. pages/ and control/ import double.py (what
can be done). All of them import the verbs in payments/, connect/ and webhooks/.

Where to look: routes.py lists the API. attempts.py pays an intent, payments/payments.py a session. timing.py runs what
is due. webhooks/faults.py defines the faults. control.py lists the orders that POST /control takes; GET / has forms for
all of them.
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
