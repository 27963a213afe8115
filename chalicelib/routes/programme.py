"""The parts of an event: tracks, sessions, speakers, sponsors, microlocations. They share their verbs, so each list
is one call of `routes_for`; what differs is in content/domain/programme.py.
"""

from chalicelib import bootstrap
from chalicelib.api.conditional import parse_match
from chalicelib.api.endpoint import Routes
from chalicelib.api.requests import Answer, Contract, Request
from chalicelib.api.responses import changed, conditional, created
from chalicelib.core.kinds import Kind
from chalicelib.core.pagination import parse_page

_STRUCT = {
    Kind.MICROLOCATIONS: "Microlocation",
    Kind.SESSIONS: "Session",
    Kind.SPEAKERS: "Speaker",
    Kind.SPONSORS: "Sponsor",
    Kind.TRACKS: "Track",
}


def routes_for(kind: Kind) -> Routes:
    """The blueprint of one list."""
    routes = Routes(f"{__name__}.{kind.value}")
    stored, fields = f"content.domain.programme:{_STRUCT[kind]}", f"content.domain.programme:{_STRUCT[kind]}Fields"
    noun = _STRUCT[kind].lower()
    many, one = f"/v1/events/{{event}}/{kind.value}", f"/v1/events/{{event}}/{kind.value}/{{id}}"

    @routes.get(
        many,
        Contract(
            f"List the {kind.value} of an event",
            auth="optional",
            query=("view", "limit", "cursor"),
            result=stored,
            many=True,
        ),
    )
    def list_(request: Request, event: str) -> Answer:
        services = bootstrap.services()
        event_id = services.representations.read.event_id(event)
        view = services.accounts.authorise.choose_view(request.principal, event_id, request.query.get("view"))
        scope = f"{event_id}/{kind.value}/{view.value}"
        page = parse_page(request.query, scope=scope, key=services.keys.cursor_key)
        return conditional(request, services.representations.read.list_page(event_id, kind, view, page), view)

    @routes.get(one, Contract(f"Read a {noun}", auth="optional", query=("view",), result=stored))
    def read(request: Request, event: str, id: str) -> Answer:
        services = bootstrap.services()
        event_id = services.representations.read.event_id(event)
        view = services.accounts.authorise.choose_view(request.principal, event_id, request.query.get("view"))
        return conditional(request, services.representations.read.resource(event_id, kind, id, view), view)

    @routes.post(many, Contract(f"Add a {noun}", auth="required", body=fields, creates=True, result=stored, status=201))
    def create(request: Request, event: str) -> Answer:
        services = bootstrap.services()
        event_id = services.representations.read.event_id(event)
        made = services.content.edit_programme.create(
            kind, event_id, request.body, caller=request.caller, new_id=request.resource_id
        )
        return created(made.body, made.etag, f"/api/v1/events/{event_id}/{kind.value}/{request.resource_id}")

    @routes.patch(
        one,
        Contract(
            f"Change a {noun} by merge patch", auth="required", body=fields, patch=True, if_match=True, result=stored
        ),
    )
    def update(request: Request, event: str, id: str) -> Answer:
        services = bootstrap.services()
        event_id = services.representations.read.event_id(event)
        made = services.content.edit_programme.update(
            kind, event_id, id, request.json, caller=request.caller, match=parse_match(request.header("if-match"))
        )
        return changed(made.body, made.etag)

    @routes.delete(one, Contract(f"Remove a {noun}", auth="required", if_match=True, status=204))
    def delete(request: Request, event: str, id: str) -> Answer:
        services = bootstrap.services()
        event_id = services.representations.read.event_id(event)
        services.content.edit_programme.delete(
            kind, event_id, id, caller=request.caller, match=parse_match(request.header("if-match"))
        )
        return Answer(status=204)

    return routes
