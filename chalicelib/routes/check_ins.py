"""Routes of check-in at the gate, for an event's staff. Each check-in is one ticket and one person."""

from chalicelib import bootstrap
from chalicelib.api.conditional import parse_match
from chalicelib.api.endpoint import Routes
from chalicelib.api.requests import PRIVATE, Answer, Contract, Request
from chalicelib.api.responses import conditional, created
from chalicelib.core.kinds import View
from chalicelib.core.pagination import parse_page
from chalicelib.representations.json_text import encode

routes = Routes(__name__)
MANY = "/v1/events/{event}/check-ins"
PAGED = ("limit", "cursor")


@routes.post(
    MANY,
    Contract(
        "Let somebody in",
        auth="required",
        body="check_in.domain.check_in:CheckInForm",
        creates=True,
        result="check_in.domain.check_in:CheckIn",
        status=201,
        problems=(409,),
    ),
)
def check_in(request: Request, event: str) -> Answer:
    """Checks a ticket in and returns who came. 409 `already_checked_in` says when, and who let them in."""
    from chalicelib.check_in.domain.check_in import tag_of

    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    made = services.check_in.check_people_in.check_in(event_id, request.body, caller=request.caller)
    location = f"/api/v1/events/{event_id}/check-ins/{made.ticket}"
    return created(encode(made), tag_of(made), location)


@routes.get(
    MANY,
    Contract(
        "List who came in, newest first, with counts",
        auth="required",
        query=PAGED,
        result="check_in.domain.check_in:CheckInList",
    ),
)
def list_check_ins(request: Request, event: str) -> Answer:
    """Returns who was checked in, with the numbers of used and sold tickets."""
    from chalicelib.check_in.services.read_check_ins import check_ins_scope

    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    page = parse_page(request.query, scope=check_ins_scope(event_id), key=services.keys.cursor_key)
    return conditional(
        request, services.check_in.read_check_ins.list_check_ins(event_id, page, caller=request.caller), View.ALL
    )


@routes.get(
    f"{MANY}/offline",
    Contract(
        "The list that a scanner keeps", auth="required", query=PAGED, result="check_in.domain.check_in:OfflineList"
    ),
)
def list_offline(request: Request, event: str) -> Answer:
    """Returns tickets by the hash of their codes, for a scanner without a network; `limit` counts orders."""
    from chalicelib.check_in.services.read_check_ins import offline_scope

    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    page = parse_page(request.query, scope=offline_scope(event_id), key=services.keys.cursor_key)
    return conditional(
        request, services.check_in.read_check_ins.list_offline(event_id, page, caller=request.caller), View.ALL
    )


@routes.post(
    f"{MANY}/reconcile",
    Contract(
        "Bring in what a scanner did without a network",
        auth="required",
        body="check_in.domain.check_in:ReconcileForm",
        result="check_in.domain.check_in:Reconciled",
    ),
)
def reconcile_check_ins(request: Request, event: str) -> Answer:
    """Returns the result of each scan that was made offline; sending the scans again changes nothing."""
    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    done = services.check_in.check_people_in.reconcile_check_ins(event_id, request.body, caller=request.caller)
    return Answer(encode(done), headers={"Cache-Control": PRIVATE})


@routes.delete(f"{MANY}/{{ticket}}", Contract("Take a check-in back", auth="required", if_match=True, status=204))
def undo_check_in(request: Request, event: str, ticket: str) -> Answer:
    """Makes the ticket valid again; who undid the check-in, and when, stays recorded."""
    services = bootstrap.services()
    match = parse_match(request.header("if-match"))
    services.check_in.check_people_in.undo_check_in(
        services.representations.read.event_id(event), ticket, match=match, caller=request.caller
    )
    return Answer(status=204)
