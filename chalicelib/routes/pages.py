"""Routes of pages: HTML for people. The gateway and the CDN map `/e/x` to `/pages/e/x`; the pages' files are in
web/public.

Public pages are stored representations. The others are shells whose scripts call the API like any client.
"""

from collections.abc import Callable, Container
from urllib.parse import urlsplit

from chalicelib import bootstrap
from chalicelib.api.endpoint import Routes
from chalicelib.api.requests import PAGE, Answer, Contract, Request
from chalicelib.api.responses import conditional
from chalicelib.core.errors import NotFound
from chalicelib.core.kinds import View
from chalicelib.representations.read import Found

routes = Routes(__name__)
HTML = "text/html; charset=utf-8"
STEPS = ("pay", "complete")
DESKS = ("sales", "announce", "people", "review", "check-in")
OWN = ("sign-in", "sign-up", "verify", "reset", "proposals")
"""Names of pages that share a route."""


class AnyQuery(tuple[str, ...]):
    """The query parameters of a page: every name is accepted and none is read, because newsletters and search engines
    add parameters to links.
    """

    __slots__ = ()

    def __contains__(self, name: object, /) -> bool:
        """Accepts every name."""
        return isinstance(name, str)


def page(summary: str) -> Contract:
    """Returns the contract of a page."""
    return Contract(summary, query=AnyQuery(), content_type=HTML)


@routes.get("/pages", page("The home page"))
def serve_home(request: Request) -> Answer:
    """Serves the list of published events."""
    return _answer(request, bootstrap.services().website.render.home)


@routes.get("/pages/e/{event}", page("The page of an event"))
def serve_event(request: Request, event: str) -> Answer:
    """Serves an event with its tickets, by slug or id."""
    services = bootstrap.services()
    return _answer(request, lambda: services.website.render.event(services.representations.read.event_id(event)))


@routes.get("/pages/e/{event}/schedule", page("The schedule of an event"))
def serve_schedule(request: Request, event: str) -> Answer:
    """Serves the programme by day and time."""
    services = bootstrap.services()
    return _answer(request, lambda: services.website.render.schedule(services.representations.read.event_id(event)))


@routes.get("/pages/e/{event}/call", page("The call for papers of an event"))
def serve_call(request: Request, event: str) -> Answer:  # noqa: ARG001 - the script reads it from the path
    """Serves the topics and deadline of a call for papers, and the form for proposing a session."""
    return _shell(request, "call")


@routes.get("/pages/orders/{id}", page("The page of an order"))
def serve_order(request: Request, id: str) -> Answer:  # noqa: ARG001
    """Serves an order and its tickets."""
    return _shell(request, "order")


@routes.get("/pages/orders/{id}/{step}", page("A step of paying an order"))
def serve_step(request: Request, id: str, step: str) -> Answer:  # noqa: ARG001
    """Serves the page before payment or the one after it."""
    return _shell(request, step, among=STEPS)


@routes.get("/pages/events", page("The organiser's desk, by its old address"))
def serve_own_events(request: Request) -> Answer:
    """Serves the desk, whose script goes on to its address."""
    return _shell(request, "desk")


@routes.get("/pages/events/{event}/{desk}", page("A desk of an event's staff"))
def serve_desk(request: Request, event: str, desk: str) -> Answer:  # noqa: ARG001
    """Serves a staff page: sales, announcements, people, review, or check-in, which may also use the camera."""
    answer = _shell(request, desk, among=DESKS)
    if desk == "check-in":
        allowed = answer.headers["Permissions-Policy"].replace("camera=()", "camera=(self)")
        answer.headers["Permissions-Policy"] = allowed
    return answer


@routes.get("/pages/organise", page("The organiser's desk"))
def serve_organise(request: Request) -> Answer:
    """Serves the desk, whose script shows the events that the reader helps to run."""
    return _shell(request, "desk")


@routes.get("/pages/organise/{event}", page("The desk of an event"))
def serve_organise_event(request: Request, event: str) -> Answer:  # noqa: ARG001 - the script reads it from the path
    """Serves the desk at an event, or at the form of a new one."""
    return _shell(request, "desk")


@routes.get("/pages/organise/{event}/{screen}", page("A screen of an event's desk"))
def serve_organise_screen(request: Request, event: str, screen: str) -> Answer:  # noqa: ARG001
    """Serves the desk at a screen of an event. A screen that does not exist is told by the script."""
    return _shell(request, "desk")


@routes.get("/pages/invites/{token}", page("The page of an invitation"))
def serve_invite(request: Request, token: str) -> Answer:  # noqa: ARG001
    """Serves an invitation and the form for answering it."""
    return _shell(request, "invite")


@routes.get("/pages/admin/notifications", page("What people were told"))
def serve_told(request: Request) -> Answer:
    """Serves the notifications of all users, for administrators."""
    return _shell(request, "oversee")


@routes.get("/pages/notifications", page("The notifications page"))
def serve_notifications(request: Request) -> Answer:
    """Serves the reader's notifications."""
    return _shell(request, "notifications")


@routes.get("/pages/notifications/preferences", page("The page of what one is told"))
def serve_preferences(request: Request) -> Answer:
    """Serves the form for the reader's notification channels."""
    return _shell(request, "preferences")


@routes.get("/pages/{name}", page("A page of an account"))
def serve_own(request: Request, name: str) -> Answer:
    """Serves pages for signing in and up, verifying an address, setting a password, and the reader's proposals."""
    return _shell(request, name, among=OWN)


def _shell(request: Request, name: str, *, among: Container[str] | None = None) -> Answer:
    """Returns the shell with this name. Answers as a missing page when `among` does not contain it."""

    def find() -> Found:
        if among is not None and name not in among:
            raise NotFound
        return bootstrap.services().website.render.shell(name)

    return _answer(request, find)


def _answer(request: Request, find: Callable[[], Found]) -> Answer:
    """Returns a page with the headers that every page has. A missing page is answered with a page too."""
    try:
        answer = conditional(request, find(), View.PUBLIC, content_type=HTML)
        answer.headers["Cache-Control"] = PAGE
    except NotFound:
        body = bootstrap.services().website.render.missing()
        answer = Answer(body, 404, {"Content-Type": HTML, "Cache-Control": "no-store"})
    answer.headers |= safe_headers()
    return answer


def safe_headers() -> dict[str, str]:
    """Returns the headers that limit what a page may load, where it may send data and who may frame it."""
    place = urlsplit(bootstrap.services().config.websocket_url)
    socket = f" {place.scheme}://{place.netloc}" if place.netloc else ""
    policy = [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' https: data:",
        f"connect-src 'self'{socket}",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self' https://checkout.stripe.com",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "object-src 'none'",
    ]
    return {
        "Content-Security-Policy": "; ".join(policy),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
        "Referrer-Policy": "same-origin",
    }
