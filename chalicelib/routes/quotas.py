"""Routes of quotas: numbers of tickets that several types of an event share. For staff who may edit tickets."""

from chalicelib import bootstrap
from chalicelib.api.conditional import parse_match
from chalicelib.api.endpoint import Routes
from chalicelib.api.requests import Answer, Contract, Request
from chalicelib.api.responses import changed, conditional, created
from chalicelib.core.kinds import View

routes = Routes(__name__)
MANY, ONE = "/v1/events/{event}/quotas", "/v1/events/{event}/quotas/{id}"
READ, FIELDS = "api.schemas.catalog:QuotaRead", "catalog.domain.quota:QuotaFields"


@routes.get(MANY, Contract("List the quotas of an event", auth="required", result=READ, many=True))
def list_quotas(request: Request, event: str) -> Answer:
    """Returns all quotas with how many tickets are left."""
    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    return conditional(request, services.catalog.edit_quotas.list_all(event_id, caller=request.caller), View.ALL)


@routes.get(ONE, Contract("Read a quota", auth="required", result=READ))
def read_quota(request: Request, event: str, id: str) -> Answer:
    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    return conditional(request, services.catalog.edit_quotas.read(event_id, id, caller=request.caller), View.ALL)


@routes.post(
    MANY,
    Contract("Add a quota", auth="required", body=FIELDS, creates=True, result=READ, status=201, problems=(409,)),
)
def create_quota(request: Request, event: str) -> Answer:
    """Creates a quota for types whose sale has not begun."""
    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    made = services.catalog.edit_quotas.create(
        event_id, request.body, caller=request.caller, new_id=request.resource_id
    )
    return created(made.body, made.etag, f"/api/v1/events/{event_id}/quotas/{request.resource_id}")


@routes.patch(
    ONE,
    Contract(
        "Change a quota by merge patch",
        auth="required",
        body=FIELDS,
        patch=True,
        if_match=True,
        result=READ,
        problems=(409,),
    ),
)
def update_quota(request: Request, event: str, id: str) -> Answer:
    """Changes a quota; its quantity cannot go below what is sold or held."""
    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    match = parse_match(request.header("if-match"))
    made = services.catalog.edit_quotas.update(event_id, id, request.json, caller=request.caller, match=match)
    return changed(made.body, made.etag)


@routes.delete(ONE, Contract("Remove a quota", auth="required", if_match=True, status=204, problems=(409,)))
def delete_quota(request: Request, event: str, id: str) -> Answer:
    """Deletes a quota of which nothing is held or sold."""
    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    match = parse_match(request.header("if-match"))
    services.catalog.edit_quotas.delete(event_id, id, caller=request.caller, match=match)
    return Answer(status=204)
