"""Ticket types of an event. Reads carry how many are available, so their ETag changes with every sale."""

from chalicelib import bootstrap
from chalicelib.api.conditional import parse_match
from chalicelib.api.endpoint import Routes
from chalicelib.api.requests import PRIVATE, Answer, Contract, Request
from chalicelib.api.responses import changed, conditional, created
from chalicelib.core.pagination import parse_page
from chalicelib.representations.json_text import write_array

routes = Routes(__name__)
MANY, ONE = "/v1/events/{event}/ticket-types", "/v1/events/{event}/ticket-types/{id}"
READ, FIELDS = "api.schemas.sales:TicketTypeRead", "catalog.domain.ticket_type:TicketTypeFields"


@routes.get(
    MANY,
    Contract(
        "List the ticket types of an event", auth="optional", query=("view", "limit", "cursor"), result=READ, many=True
    ),
)
def list_ticket_types(request: Request, event: str) -> Answer:
    """All types, hidden ones only for staff."""
    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    view = services.accounts.authorise.choose_view(request.principal, event_id, request.query.get("view"))
    page = parse_page(request.query, scope=f"{event_id}/ticket-types/{view.value}", key=services.keys.cursor_key)
    return conditional(request, services.catalog.read_ticket_types.list_ticket_types(event_id, view, page), view)


@routes.get(ONE, Contract("Read a ticket type", auth="optional", query=("view",), result=READ))
def read_ticket_type(request: Request, event: str, id: str) -> Answer:
    """One type with how many are available."""
    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    view = services.accounts.authorise.choose_view(request.principal, event_id, request.query.get("view"))
    return conditional(request, services.catalog.read_ticket_types.read_ticket_type(event_id, id, view), view)


@routes.post(
    "/v1/events/{event}/access-codes/check",
    Contract(
        "See what an access code opens",
        auth="none",
        body="api.schemas.catalog:AccessCodeCheck",
        result="api.schemas.catalog:TicketTypesOpened",
        problems=(429,),
    ),
)
def redeem_access_code(request: Request, event: str) -> Answer:
    """The types an access code is for, hidden ones too. A POST, since codes are secrets and URLs are none."""
    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    found = services.catalog.redeem_code.redeem_access_code(
        event_id, request.body.code, source=request.visitor, pointer="/code"
    )
    opened = services.catalog.read_ticket_types.list_opened_types(event_id, found.code.ticket_type_ids)
    return Answer(write_array("ticket_types", opened), headers={"Cache-Control": PRIVATE})


@routes.post(MANY, Contract("Add a ticket type", auth="required", body=FIELDS, creates=True, result=READ, status=201))
def create_ticket_type(request: Request, event: str) -> Answer:
    """A new type with its stock."""
    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    made = services.catalog.edit_ticket_types.create(
        event_id, request.body, caller=request.caller, new_id=request.resource_id
    )
    return created(made.body, made.etag, f"/api/v1/events/{event_id}/ticket-types/{request.resource_id}")


@routes.patch(
    ONE,
    Contract(
        "Change a ticket type by merge patch", auth="required", body=FIELDS, patch=True, if_match=True, result=READ
    ),
)
def update_ticket_type(request: Request, event: str, id: str) -> Answer:
    """Change a type; its quantity never below what is sold or held."""
    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    match = parse_match(request.header("if-match"))
    made = services.catalog.edit_ticket_types.update(event_id, id, request.json, caller=request.caller, match=match)
    return changed(made.body, made.etag)


@routes.delete(ONE, Contract("Remove a ticket type", auth="required", if_match=True, status=204))
def delete_ticket_type(request: Request, event: str, id: str) -> Answer:
    """Remove a type that nobody holds or bought."""
    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    match = parse_match(request.header("if-match"))
    services.catalog.edit_ticket_types.delete(event_id, id, caller=request.caller, match=match)
    return Answer(status=204)
