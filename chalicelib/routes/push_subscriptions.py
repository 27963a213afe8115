"""The caller's browsers that are told when Marquee is closed (Web Push)."""

import json

from chalicelib import bootstrap
from chalicelib.api.answering import conditional
from chalicelib.api.endpoint import Routes
from chalicelib.api.requests import Answer, Contract, Request
from chalicelib.domain.errors import FeatureOff
from chalicelib.domain.kinds import View

routes = Routes(__name__)
MANY = "/v1/me/push-subscriptions"


@routes.get(
    MANY,
    Contract(
        "List one's browsers that are told when Marquee is closed",
        auth="required",
        result="api.schemas.push:PushSubscriptionsRead",
        problems=(404,),
    ),
)
def list_push_subscriptions(request: Request) -> Answer:
    """All of the caller's, and the key for another."""
    services, public_key = bootstrap.services(), _public_key()
    return conditional(request, services.subscribing.found(request.caller.user_id, public_key=public_key), View.ALL)


@routes.post(
    MANY,
    Contract(
        "Tell this browser, too, when Marquee is closed",
        auth="required",
        body="domain.push_form:PushSubscriptionForm",
        result="api.schemas.push:PushSubscriptionRead",
        status=201,
        problems=(404,),
    ),
)
def create_push_subscription(request: Request) -> Answer:
    """What a browser's `PushSubscription.toJSON()` gives. The same endpoint again renews it."""
    from chalicelib.domain.push_subscription import represent_one

    _public_key()
    made = bootstrap.services().subscribing.subscribe(request.caller, request.body)
    return Answer(json.dumps(represent_one(made)), 201)


@routes.delete(f"{MANY}/{{id}}", Contract("Tell a browser no more when Marquee is closed", auth="required", status=204))
def delete_push_subscription(request: Request, id: str) -> Answer:
    """The browser itself forgets its subscription by PushSubscription.unsubscribe()."""
    bootstrap.services().subscribing.unsubscribe(request.caller.user_id, id)
    return Answer(status=204)


def _public_key() -> str:
    key = bootstrap.services().config.vapid_public_key
    if not key:
        raise FeatureOff("Nobody is told here when Marquee is closed.", code="push_off")
    return key
