"""The people of an event: its staff, and invitations to it or to its sessions."""

from chalicelib import bootstrap
from chalicelib.api.endpoint import Routes
from chalicelib.api.requests import Answer, Contract, Request
from chalicelib.api.responses import conditional
from chalicelib.core.kinds import View
from chalicelib.representations.read import Found

routes = Routes(__name__)
INVITE, ACCEPTED = "api.schemas.people:Invite", "api.schemas.people:Accepted"
INVITES = "/v1/events/{event}/invites"


@routes.get(
    "/v1/events/{event}/roles",
    Contract("List the staff of an event", auth="required", result="api.schemas.people:Member", many=True),
)
def list_staff(request: Request, event: str) -> Answer:
    """Who holds which role."""
    services = bootstrap.services()
    found = services.team.members.listed(services.representations.read.event_id(event), caller=request.caller)
    return conditional(request, Found(found[0], lambda: found), View.ALL)


@routes.delete(
    "/v1/events/{event}/roles/{user}",
    Contract("Take a role away, or give up one's own", auth="required", status=204, problems=(403, 409)),
)
def remove_staff(request: Request, event: str, user: str) -> Answer:
    """Somebody is staff no more."""
    services = bootstrap.services()
    services.team.members.remove(services.representations.read.event_id(event), user, caller=request.caller)
    return Answer(status=204)


@routes.post(
    INVITES,
    Contract(
        "Invite somebody to the staff of an event",
        auth="required",
        body="team.domain.invitation:InviteForm",
        creates=True,
        result=INVITE,
        status=201,
        problems=(403, 409, 429),
    ),
)
def invite(request: Request, event: str) -> Answer:
    """An address is invited; whether it has an account is nobody's business."""
    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    made = services.team.invite_people.invite(event_id, request.body, caller=request.caller, new_id=request.resource_id)
    return Answer(made, 201, {"Location": f"/api/v1/events/{event_id}/invites/{request.resource_id}"})


@routes.post(
    "/v1/events/{event}/sessions/{id}/speaker-invites",
    Contract(
        "Invite somebody to speak in a session",
        auth="required",
        body="team.domain.invitation:SpeakerInviteForm",
        creates=True,
        result=INVITE,
        status=201,
        problems=(403, 409, 429),
    ),
)
def invite_speaker(request: Request, event: str, id: str) -> Answer:
    """An address is invited; accepting puts them into the session."""
    services = bootstrap.services()
    event_id, new_id = services.representations.read.event_id(event), request.resource_id
    made = services.team.invite_people.invite_speaker(event_id, id, request.body, caller=request.caller, new_id=new_id)
    return Answer(made, 201, {"Location": f"/api/v1/events/{event_id}/invites/{new_id}"})


@routes.get(INVITES, Contract("List invitations, newest first", auth="required", result=INVITE, many=True))
def list_invites(request: Request, event: str) -> Answer:
    """All invitations of an event with what became of them."""
    services = bootstrap.services()
    found = services.team.invite_people.listed(services.representations.read.event_id(event), caller=request.caller)
    return conditional(request, Found(found[0], lambda: found), View.ALL)


@routes.delete(
    f"{INVITES}/{{id}}", Contract("Take an invitation back", auth="required", status=204, problems=(403, 409))
)
def revoke_invite(request: Request, event: str, id: str) -> Answer:
    """Its link is good for nothing any more."""
    services = bootstrap.services()
    services.team.invite_people.revoke(services.representations.read.event_id(event), id, caller=request.caller)
    return Answer(status=204)


@routes.post(
    f"{INVITES}/{{id}}/resend",
    Contract("Send an invitation again", auth="required", result=INVITE, problems=(403, 409, 429)),
)
def resend_invite(request: Request, event: str, id: str) -> Answer:
    """Its life begins anew; the link stays the same."""
    services = bootstrap.services()
    return Answer(
        services.team.invite_people.resend(services.representations.read.event_id(event), id, caller=request.caller)
    )


@routes.get("/v1/invites/{token}", Contract("See what an invitation is", result="api.schemas.people:Invitation"))
def read_invite(request: Request, token: str) -> Answer:  # noqa: ARG001
    """For whoever has the link."""
    return Answer(bootstrap.services().team.answer_invitation.shown(token))


@routes.post(
    "/v1/invites/{token}/accept",
    Contract("Accept an invitation", auth="required", result=ACCEPTED, problems=(403, 409)),
)
def accept_invite(request: Request, token: str) -> Answer:
    """By the account of the invited address; its address is proven by this too."""
    return Answer(bootstrap.services().team.answer_invitation.accept(token, caller=request.caller))


@routes.post(
    "/v1/invites/{token}/decline",
    Contract("Decline an invitation", auth="optional", status=204, problems=(403, 409)),
)
def decline_invite(request: Request, token: str) -> Answer:
    """With the link alone, or by the account of the invited address."""
    bootstrap.services().team.answer_invitation.decline(token, caller=request.principal)
    return Answer(status=204)
