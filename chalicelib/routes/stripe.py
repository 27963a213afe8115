"""The webhook that Stripe calls. Only keeps what comes; payments/services/record_payment.py works on it from the inbox
stream.
"""

from chalicelib import bootstrap
from chalicelib.api.endpoint import Routes
from chalicelib.api.requests import Answer, Contract, Request

routes = Routes(__name__)


@routes.post("/v1/stripe/webhook", Contract("Take an event from Stripe", raw=True))
def receive_stripe_event(request: Request) -> Answer:
    """200 once the event is kept."""
    bootstrap.services().payments.receive_webhook.receive(request.raw_body, request.header("stripe-signature"))
    return Answer('{"received":true}')
