"""Reviews: staff decide about proposals, speakers confirm."""

from chalicelib import bootstrap
from chalicelib.api.endpoint import Routes
from chalicelib.api.requests import Answer, Contract, Request
from chalicelib.api.responses import changed

routes = Routes(__name__)
SESSION = "content.domain.programme:Session"


@routes.post(
    "/v1/events/{event}/sessions/{id}/review",
    Contract("Accept or reject a proposal", auth="required", body="cfp.domain.review:ReviewForm", result=SESSION),
)
def review_session(request: Request, event: str, id: str) -> Answer:
    """Decide about a proposal, or decide otherwise; its speakers are told. Said again it changes nothing."""
    services = bootstrap.services()
    made = services.cfp.review_proposal.review(
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
    made = services.cfp.review_proposal.confirm(
        services.representations.read.event_id(event), id, caller=request.caller
    )
    return changed(made.body, made.etag)
