"""Routes of notification preferences, push subscriptions, and the unsubscribe links in mails (RFC 8058)."""

import json

from chalicelib import bootstrap
from chalicelib.api.conditional import parse_match
from chalicelib.api.endpoint import Routes
from chalicelib.api.requests import Answer, Contract, Request
from chalicelib.api.responses import changed, conditional
from chalicelib.core.errors import FeatureOff, NotFound
from chalicelib.core.kinds import View
from chalicelib.routes.pages import HTML, page, safe_headers

routes = Routes(__name__)
BROWSERS = "/v1/me/push-subscriptions"
PREFERENCES = "api.schemas.preferences:PreferencesRead"
NEVER_KEPT = {"Content-Type": HTML, "Cache-Control": "no-store"}


@routes.get(
    "/v1/me/notification-preferences",
    Contract("Read how one wants to be told", auth="required", result=PREFERENCES),
)
def read_preferences(request: Request) -> Answer:
    """Returns the caller's preferences with defaults filled in, and whether mails reach their address."""
    return conditional(
        request, bootstrap.services().notifications.choose_channels.read_preferences(request.caller.user_id), View.ALL
    )


@routes.patch(
    "/v1/me/notification-preferences",
    Contract(
        "Change how one wants to be told, by merge patch",
        auth="required",
        body="notifications.domain.preference_form:PreferencesForm",
        patch=True,
        if_match=True,
        result=PREFERENCES,
    ),
)
def update_preferences(request: Request) -> Answer:
    """Changes the preferences; an action that is null gets its default again."""
    match = parse_match(request.header("if-match"))
    tag, body = bootstrap.services().notifications.edit_preferences.update_preferences(
        request.caller.user_id, request.json, match=match
    )
    return changed(body, tag)


@routes.post(
    "/v1/me/notification-preferences/address-proof",
    Contract(
        "Mail a link that proves one's address again, once mails to it came back",
        auth="required",
        status=204,
        problems=(409, 429),
    ),
)
def prove_address(request: Request) -> Answer:
    """Mails a link; following it allows mails to the address again."""
    bootstrap.services().mail.suppress_bounces.ask_for_proof(request.caller.user_id)
    return Answer(status=204)


@routes.get(
    BROWSERS,
    Contract(
        "List one's browsers that are told when Marquee is closed",
        auth="required",
        result="api.schemas.push:PushSubscriptionsRead",
        problems=(404,),
    ),
)
def list_push_subscriptions(request: Request) -> Answer:
    """Returns the caller's subscriptions, and the key for a new one."""
    services, public_key = bootstrap.services(), _public_key()
    return conditional(
        request, services.push.subscriptions.list_subscriptions(request.caller.user_id, public_key=public_key), View.ALL
    )


@routes.post(
    BROWSERS,
    Contract(
        "Tell this browser, too, when Marquee is closed",
        auth="required",
        creates=True,
        body="push.domain.form:PushSubscriptionForm",
        result="api.schemas.push:PushSubscriptionRead",
        status=201,
        problems=(404,),
    ),
)
def create_push_subscription(request: Request) -> Answer:
    """Stores what a browser's `PushSubscription.toJSON()` returns. The same endpoint again renews the subscription."""
    from chalicelib.push.domain.subscription import represent_one

    _public_key()
    made = bootstrap.services().push.subscriptions.subscribe(request.caller, request.body)
    return Answer(json.dumps(represent_one(made)), 201)


@routes.delete(
    f"{BROWSERS}/{{id}}", Contract("Tell a browser no more when Marquee is closed", auth="required", status=204)
)
def delete_push_subscription(request: Request, id: str) -> Answer:
    """Deletes a subscription. The browser itself ends it with PushSubscription.unsubscribe()."""
    bootstrap.services().push.subscriptions.unsubscribe(request.caller.user_id, id)
    return Answer(status=204)


@routes.get("/pages/unsubscribe/{token}", page("The page that a link in a mail leads to"))
def serve_unsubscribe(request: Request, token: str) -> Answer:  # noqa: ARG001
    """Serves a page that asks for confirmation. It changes nothing, since mail scanners follow links."""
    services = bootstrap.services()
    try:
        topic = services.mail.unsubscribe.read_topic(token)
    except NotFound:
        return _page(services.website.render.missing(), 404)
    return _page(services.website.render.unsubscribe(topic=topic, token=token, done=False))


@routes.post(
    "/v1/unsubscribes/{token}",
    Contract("Refuse mails by the link in one of them", raw=True, content_type=HTML),
)
def unsubscribe(request: Request, token: str) -> Answer:  # noqa: ARG001 - a mail program sends one fixed body
    """Switches off the mail's topic. Mail programs post here for their user, without credentials."""
    services = bootstrap.services()
    topic = services.mail.unsubscribe.unsubscribe(token)
    return _page(services.website.render.unsubscribe(topic=topic, token=token, done=True))


def _page(body: str, status: int = 200) -> Answer:
    return Answer(body, status, {**NEVER_KEPT, **safe_headers()})


def _public_key() -> str:
    key = bootstrap.services().config.vapid_public_key
    if not key:
        raise FeatureOff("Nobody is told here when Marquee is closed.", code="push_off")
    return key
