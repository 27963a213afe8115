"""What the caller is told and how; and the links in mails by which anybody refuses more of them (RFC 8058)."""

from chalicelib import bootstrap
from chalicelib.api.answering import changed, conditional
from chalicelib.api.conditional import parse_match
from chalicelib.api.endpoint import Routes
from chalicelib.api.requests import Answer, Contract, Request
from chalicelib.domain.errors import NotFound
from chalicelib.domain.kinds import View
from chalicelib.routes.pages import HTML, page, safe_headers

routes = Routes(__name__)
PREFERENCES = "api.schemas.preferences:PreferencesRead"
NEVER_KEPT = {"Content-Type": HTML, "Cache-Control": "no-store"}


@routes.get(
    "/v1/me/notification-preferences",
    Contract("Read how one wants to be told", auth="required", result=PREFERENCES),
)
def read_preferences(request: Request) -> Answer:
    """The caller's preferences, defaults filled in, and whether mails reach their address."""
    return conditional(request, bootstrap.services().preferring.found(request.caller.user_id), View.ALL)


@routes.patch(
    "/v1/me/notification-preferences",
    Contract(
        "Change how one wants to be told, by merge patch",
        auth="required",
        body="domain.preference_form:PreferencesForm",
        patch=True,
        if_match=True,
        result=PREFERENCES,
    ),
)
def change_preferences(request: Request) -> Answer:
    """An action that is null goes back to its default."""
    match = parse_match(request.header("if-match"))
    tag, body = bootstrap.services().choosing.change(request.caller.user_id, request.json, match=match)
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
    """Following the link lets mails go there again."""
    bootstrap.services().suppressing.ask_for_proof(request.caller.user_id)
    return Answer(status=204)


@routes.get("/pages/unsubscribe/{token}", page("The page that a link in a mail leads to"))
def show_unsubscribe(request: Request, token: str) -> Answer:  # noqa: ARG001
    """Asks; changes nothing, since mail scanners follow links."""
    services = bootstrap.services()
    try:
        topic = services.unsubscribing.topic(token)
    except NotFound:
        return _page(services.rendering.missing(), 404)
    return _page(services.rendering.unsubscribe(topic=topic, token=token, done=False))


@routes.post(
    "/v1/unsubscribes/{token}",
    Contract("Refuse mails by the link in one of them", raw=True, content_type=HTML),
)
def unsubscribe(request: Request, token: str) -> Answer:  # noqa: ARG001 - a mail program sends one fixed body
    """Switches off what the mail was about. Mail programs post here for their user, without any credentials."""
    services = bootstrap.services()
    topic = services.unsubscribing.stop(token)
    return _page(services.rendering.unsubscribe(topic=topic, token=token, done=True))


def _page(body: str, status: int = 200) -> Answer:
    return Answer(body, status, {**NEVER_KEPT, **safe_headers()})
