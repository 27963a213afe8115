"""Routes of the waiting list: anybody joins for a sold-out ticket type and leaves again; staff read the list.

Without an account, the `access` token in the query identifies the person who joined; query strings are never logged.
"""

from chalicelib import bootstrap
from chalicelib.api.endpoint import Routes
from chalicelib.api.requests import Answer, Contract, Request
from chalicelib.api.responses import conditional, created
from chalicelib.core.kinds import View
from chalicelib.representations.json_text import add_members

routes = Routes(__name__)
MANY = "/v1/events/{event}/waiting-list"


@routes.get(MANY, Contract("List who waits", auth="required", result="waiting_list.domain.entry:Entry", many=True))
def list_entries(request: Request, event: str) -> Answer:
    """Returns every entry, ended ones too, in the order in which people joined."""
    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    return conditional(
        request, services.waiting_list.join_waiting_list.list_entries(event_id, caller=request.caller), View.ALL
    )


@routes.post(
    MANY,
    Contract(
        "Wait for tickets that are sold out",
        auth="optional",
        body="waiting_list.domain.entry:WaitingForm",
        creates=True,
        secret=True,
        result="api.schemas.catalog:WaitingJoined",
        status=201,
        problems=(409,),
    ),
)
def join_waiting_list(request: Request, event: str) -> Answer:
    """Adds an entry at the end of the list; an offer comes by mail."""
    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    new_id = request.resource_id
    made, access = services.waiting_list.join_waiting_list.join_waiting_list(
        event_id, request.body, caller=request.principal, new_id=new_id
    )
    body = made.body if access is None else add_members(made.body, {"access": access})
    return created(body, made.etag, f"/api/v1/events/{event_id}/waiting-list/{new_id}")


@routes.delete(
    f"{MANY}/{{id}}",
    Contract("Wait no longer", auth="optional", query=("access",), status=204, problems=(409,)),
)
def leave_waiting_list(request: Request, event: str, id: str) -> Answer:
    """Leaves the waiting list. A person who has an offer cancels that order instead."""
    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    access = request.query.get("access")
    services.waiting_list.join_waiting_list.leave_waiting_list(event_id, id, caller=request.principal, access=access)
    return Answer(status=204)
