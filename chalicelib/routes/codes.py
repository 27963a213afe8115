"""Routes of an event's discounts and access codes: the same for both kinds, for staff who may edit tickets.

Buyers send codes with their order. Which ticket types an access code makes available: routes/ticket_types.py.
"""

from chalicelib import bootstrap
from chalicelib.api.conditional import parse_match
from chalicelib.api.endpoint import Routes
from chalicelib.api.requests import Answer, Contract, Request
from chalicelib.api.responses import changed, conditional, created
from chalicelib.core.kinds import CodeKind, View

_NOUN = {CodeKind.ACCESS: "access code", CodeKind.DISCOUNT: "discount"}
_STRUCT = {CodeKind.ACCESS: "AccessCode", CodeKind.DISCOUNT: "Discount"}


def routes_for(kind: CodeKind) -> Routes:
    """Returns the blueprint of one kind."""
    routes = Routes(f"{__name__}.{_STRUCT[kind]}")
    read, fields = f"api.schemas.catalog:{_STRUCT[kind]}Read", f"catalog.domain.code:{_STRUCT[kind]}Fields"
    noun = _NOUN[kind]
    many, one = f"/v1/events/{{event}}/{kind.value}", f"/v1/events/{{event}}/{kind.value}/{{id}}"

    @routes.get(many, Contract(f"List the {noun}s of an event", auth="required", result=read, many=True))
    def list_codes(request: Request, event: str) -> Answer:
        services = bootstrap.services()
        event_id = services.representations.read.event_id(event)
        return conditional(
            request, services.catalog.edit_codes[kind].list_all(event_id, caller=request.caller), View.ALL
        )

    @routes.get(one, Contract(f"Read a {noun}", auth="required", result=read))
    def read_code(request: Request, event: str, id: str) -> Answer:
        services = bootstrap.services()
        event_id = services.representations.read.event_id(event)
        return conditional(
            request, services.catalog.edit_codes[kind].read(event_id, id, caller=request.caller), View.ALL
        )

    @routes.post(
        many,
        Contract(f"Add a {noun}", auth="required", body=fields, creates=True, result=read, status=201, problems=(409,)),
    )
    def create_code(request: Request, event: str) -> Answer:
        services = bootstrap.services()
        event_id = services.representations.read.event_id(event)
        new_id = request.resource_id
        made = services.catalog.edit_codes[kind].create(event_id, request.body, caller=request.caller, new_id=new_id)
        return created(made.body, made.etag, f"/api/v1/events/{event_id}/{kind.value}/{new_id}")

    @routes.patch(
        one,
        Contract(
            f"Change a {noun} by merge patch",
            auth="required",
            body=fields,
            patch=True,
            if_match=True,
            result=read,
            problems=(409,),
        ),
    )
    def update_code(request: Request, event: str, id: str) -> Answer:
        services = bootstrap.services()
        event_id = services.representations.read.event_id(event)
        match = parse_match(request.header("if-match"))
        made = services.catalog.edit_codes[kind].update(event_id, id, request.json, caller=request.caller, match=match)
        return changed(made.body, made.etag)

    @routes.delete(one, Contract(f"Remove a {noun}", auth="required", if_match=True, status=204, problems=(409,)))
    def delete_code(request: Request, event: str, id: str) -> Answer:
        services = bootstrap.services()
        event_id = services.representations.read.event_id(event)
        match = parse_match(request.header("if-match"))
        services.catalog.edit_codes[kind].delete(event_id, id, caller=request.caller, match=match)
        return Answer(status=204)

    return routes
