"""What Stripe calls, and the organiser's own Stripe account, which an event's buyers pay directly (Stripe Connect).

The webhook only keeps what comes; payments/services/dispatch_stripe_events.py works on it from the inbox stream.
"""

import json

from chalicelib import bootstrap
from chalicelib.api.conditional import parse_match
from chalicelib.api.endpoint import Routes
from chalicelib.api.requests import PRIVATE, Answer, Contract, Request
from chalicelib.api.responses import conditional
from chalicelib.core.kinds import View

routes = Routes(__name__)
PLACE = "/v1/events/{event}/stripe-account"


@routes.post("/v1/stripe/webhook", Contract("Take an event from Stripe", raw=True))
def receive_stripe_event(request: Request) -> Answer:
    """200 once the event is kept."""
    bootstrap.services().payments.receive_webhook.receive_stripe_event(
        request.raw_body, request.header("stripe-signature")
    )
    return Answer('{"received":true}')


@routes.get(
    PLACE,
    Contract(
        "Read which Stripe account is paid", auth="required", result="payments.domain.stripe_account:StripeAccount"
    ),
)
def read_stripe_account(request: Request, event: str) -> Answer:
    """The event's account; 404 while the platform is paid."""
    from chalicelib.representations.read import Found
    from chalicelib.representations.represent import represent

    services = bootstrap.services()
    account = services.payments.connect_account.read_stripe_account(
        services.representations.read.event_id(event), caller=request.caller
    )
    made = represent(account)
    return conditional(request, Found.made(made.etag, made.body), View.ALL)


@routes.post(
    PLACE,
    Contract(
        "Connect a Stripe account, or go on with it",
        auth="required",
        creates=True,
        secret=True,
        result="api.schemas.sales:OnboardingStarted",
        status=201,
        problems=(502,),
    ),
)
def connect_stripe_account(request: Request, event: str) -> Answer:
    """Where the organiser tells Stripe what Stripe must know."""
    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    account, url = services.payments.connect_account.connect_stripe_account(event_id, caller=request.caller)
    return Answer(json.dumps({"account_id": account.id, "onboarding_url": url}), 201, {"Cache-Control": PRIVATE})


@routes.delete(PLACE, Contract("Disconnect the Stripe account", auth="required", if_match=True, status=204))
def disconnect_stripe_account(request: Request, event: str) -> Answer:
    """The platform is paid again; orders under way keep their account."""
    services = bootstrap.services()
    match = parse_match(request.header("if-match"))
    services.payments.connect_account.disconnect_stripe_account(
        services.representations.read.event_id(event), caller=request.caller, match=match
    )
    return Answer(status=204)
