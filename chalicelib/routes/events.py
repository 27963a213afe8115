"""Events: the public list, one's own list, and each event with the counters of its lists."""

from chalicelib import bootstrap
from chalicelib.api.conditional import parse_match
from chalicelib.api.endpoint import Routes
from chalicelib.api.requests import Answer, Contract, Request
from chalicelib.api.responses import changed, conditional, created
from chalicelib.core.errors import MalformedRequest, Unauthenticated
from chalicelib.core.kinds import Kind, View
from chalicelib.core.pagination import Page, parse_page
from chalicelib.representations.filters import parse_filters

routes = Routes(__name__)
EVENT, FIELDS = "content.domain.event:Event", "content.domain.event:EventFields"


@routes.get(
    "/v1/events",
    Contract(
        "List published events (view=all: those in which the caller has a role)",
        auth="optional",
        query=("view", "limit", "cursor", "q", "from", "to", "country"),
        result=EVENT,
        many=True,
    ),
)
def list_events(request: Request) -> Answer:
    """The public list with its filters, or the caller's own events."""
    services = bootstrap.services()
    view = request.query.get("view", View.PUBLIC)
    page = parse_page(request.query, scope="events", key=services.keys.cursor_key)
    filters = parse_filters(request.query)
    if view == View.ALL:
        if filters or page != Page():
            raise MalformedRequest("view=all lists all of one's own events; it takes no filter or page.")
        if request.principal is None:
            raise Unauthenticated("Sign in to see your own events.")
        return conditional(request, services.content.edit_events.list_own(request.principal), View.ALL)
    if view != View.PUBLIC:
        raise MalformedRequest("view is public or all.", code="invalid_view")
    return conditional(request, services.representations.read.directory(page, filters), View.PUBLIC)


@routes.post(
    "/v1/events",
    Contract("Create an event", auth="required", body=FIELDS, creates=True, result=EVENT, status=201),
)
def create_event(request: Request) -> Answer:
    """A new event; its creator owns it."""
    made = bootstrap.services().content.edit_events.create_event(
        request.body, caller=request.caller, new_id=request.resource_id
    )
    return created(made.body, made.etag, f"/api/v1/events/{request.resource_id}")


@routes.get("/v1/events/{event}", Contract("Read an event", auth="optional", query=("view",), result=EVENT))
def read_event(request: Request, event: str) -> Answer:
    """One event by id or slug."""
    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    view = services.accounts.authorise.choose_view(request.principal, event_id, request.query.get("view"))
    return conditional(request, services.representations.read.resource(event_id, Kind.EVENTS, event_id, view), view)


@routes.patch(
    "/v1/events/{event}",
    Contract("Change an event by merge patch", auth="required", body=FIELDS, patch=True, if_match=True, result=EVENT),
)
def update_event(request: Request, event: str) -> Answer:
    """Change, publish or archive an event."""
    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    match = parse_match(request.header("if-match"))
    made = services.content.edit_events.update_event(event_id, request.json, caller=request.caller, match=match)
    return changed(made.body, made.etag)


@routes.delete("/v1/events/{event}", Contract("Remove an event", auth="required", if_match=True, status=204))
def delete_event(request: Request, event: str) -> Answer:
    """Remove an event with all its parts."""
    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    services.content.edit_events.delete_event(
        event_id, caller=request.caller, match=parse_match(request.header("if-match"))
    )
    return Answer(status=204)


@routes.get(
    "/v1/events/{event}/versions",
    Contract(
        "Read the counters of an event's lists", auth="optional", query=("view",), result="api.schemas.events:Versions"
    ),
)
def read_versions(request: Request, event: str) -> Answer:
    """Counters that rise by one with every change of a list."""
    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    view = services.accounts.authorise.choose_view(request.principal, event_id, request.query.get("view"))
    return conditional(request, services.representations.read.versions(event_id, view), view)
