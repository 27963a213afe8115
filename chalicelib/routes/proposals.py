"""Calls for papers, what people propose, what staff decide about it, and speakers who confirm."""

from chalicelib import bootstrap
from chalicelib.api.conditional import parse_match
from chalicelib.api.endpoint import Routes
from chalicelib.api.requests import Answer, Contract, Request
from chalicelib.api.responses import changed, conditional, created
from chalicelib.core.errors import MalformedRequest
from chalicelib.core.kinds import View
from chalicelib.representations.read import Found

routes = Routes(__name__)
CALL, FIELDS = "cfp.domain.call_for_papers:CallForPapers", "cfp.domain.call_for_papers:CallFields"
SUBMISSION, FORM = "cfp.domain.submission:SubmissionShown", "cfp.domain.submission:SubmissionForm"
SESSION = "content.domain.programme:Session"
PLACE = "/v1/events/{event}/call-for-papers"


@routes.get(
    PLACE,
    Contract("Read an event's call for papers; public while it is open", auth="optional", query=("view",), result=CALL),
)
def read_call(request: Request, event: str) -> Answer:
    """For everybody while it is open, for staff always."""
    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    view = services.accounts.authorise.choose_view(request.principal, event_id, request.query.get("view"))
    found = services.representations.read.call_for_papers(event_id, view, now=services.clock.now())
    return conditional(request, found, view)


@routes.put(
    PLACE,
    Contract("Call for papers, or replace the call", auth="required", body=FIELDS, if_match=True, result=CALL),
)
def put_call(request: Request, event: str) -> Answer:
    """The first needs no If-Match."""
    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    only_new = request.header("if-none-match")
    match = parse_match(request.header("if-match"))
    if only_new is None:
        made, is_new = services.cfp.edit_call.put_call(event_id, request.body, caller=request.caller, match=match)
    elif only_new.strip() == "*" and match is None:
        made, is_new = services.cfp.edit_call.create_call(event_id, request.body, caller=request.caller), True
    else:
        raise MalformedRequest("If-None-Match of a PUT is *, without If-Match.", code="malformed_if_none_match")
    if is_new:
        return created(made.body, made.etag, f"/api/v1/events/{event_id}/call-for-papers")
    return changed(made.body, made.etag)


@routes.delete(PLACE, Contract("End and remove a call for papers", auth="required", if_match=True, status=204))
def delete_call(request: Request, event: str) -> Answer:
    """What was proposed stays."""
    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    services.cfp.edit_call.delete_call(event_id, caller=request.caller, match=parse_match(request.header("if-match")))
    return Answer(status=204)


@routes.post(
    "/v1/events/{event}/submissions",
    Contract(
        "Propose a session", auth="required", body=FORM, creates=True, result=SUBMISSION, status=201, problems=(409,)
    ),
)
def submit_proposal(request: Request, event: str) -> Answer:
    """A session and who would give it; staff who review are told."""
    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    made = services.cfp.submit_proposal.submit_proposal(
        event_id, request.body, caller=request.caller, new_id=request.resource_id
    )
    return created(made.body, made.etag, f"/api/v1/me/submissions/{request.resource_id}")


@routes.get("/v1/me/submissions", Contract("List what one proposed", auth="required", result=SUBMISSION, many=True))
def list_proposals(request: Request) -> Answer:
    """One's submissions, oldest first."""
    made = bootstrap.services().cfp.submit_proposal.list_proposals(request.caller)
    return conditional(request, Found.made(made.etag, made.body), View.ALL)


@routes.get("/v1/me/submissions/{id}", Contract("Read what one proposed", auth="required", result=SUBMISSION))
def read_proposal(request: Request, id: str) -> Answer:
    """One of one's submissions; its id is the session's."""
    made = bootstrap.services().cfp.submit_proposal.read_proposal(id, caller=request.caller)
    return conditional(request, Found.made(made.etag, made.body), View.ALL)


@routes.patch(
    "/v1/me/submissions/{id}",
    Contract(
        "Change what one proposed by merge patch, while the call is open",
        auth="required",
        body=FORM,
        patch=True,
        if_match=True,
        result=SUBMISSION,
        problems=(409,),
    ),
)
def update_proposal(request: Request, id: str) -> Answer:
    """Until something is decided or the call closes."""
    match = parse_match(request.header("if-match"))
    made = bootstrap.services().cfp.submit_proposal.update_proposal(
        id, request.json, caller=request.caller, match=match
    )
    return changed(made.body, made.etag)


@routes.post(
    "/v1/me/submissions/{id}/withdraw",
    Contract("Withdraw what one proposed", auth="required", result=SUBMISSION, problems=(409,)),
)
def withdraw_proposal(request: Request, id: str) -> Answer:
    """At any time; said again it changes nothing."""
    made = bootstrap.services().cfp.submit_proposal.withdraw_proposal(id, caller=request.caller)
    return changed(made.body, made.etag)


@routes.post(
    "/v1/events/{event}/sessions/{id}/review",
    Contract("Accept or reject a proposal", auth="required", body="cfp.domain.review:ReviewForm", result=SESSION),
)
def review_proposal(request: Request, event: str, id: str) -> Answer:
    """Decide about a proposal, or decide otherwise; its speakers are told. Said again it changes nothing."""
    services = bootstrap.services()
    made = services.cfp.review_proposal.review_proposal(
        services.representations.read.event_id(event), id, request.body, caller=request.caller
    )
    return changed(made.body, made.etag)


@routes.post(
    "/v1/events/{event}/sessions/{id}/confirm",
    Contract("Confirm that one speaks in an accepted session", auth="required", result=SESSION),
)
def confirm_session(request: Request, event: str, id: str) -> Answer:
    """A speaker of the session says that they come."""
    services = bootstrap.services()
    made = services.cfp.review_proposal.confirm_session(
        services.representations.read.event_id(event), id, caller=request.caller
    )
    return changed(made.body, made.etag)
