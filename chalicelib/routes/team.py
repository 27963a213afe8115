"""Routes of an event's staff, and of invitations to the staff or to sessions."""

from chalicelib import bootstrap
from chalicelib.api.endpoint import Routes
from chalicelib.api.requests import Answer, Contract, Request
from chalicelib.api.responses import conditional
from chalicelib.core.kinds import View
from chalicelib.representations.json_text import encode

routes = Routes(__name__)
INVITE, ACCEPTED = "team.domain.views:Invite", "team.domain.views:Accepted"
INVITES = "/v1/events/{event}/invites"


@routes.get(
    "/v1/events/{event}/roles",
    Contract("List the staff of an event", auth="required", result="team.domain.views:Member", many=True),
)
def list_members(request: Request, event: str) -> Answer:
    """Returns the members of the staff and their roles."""
    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    return conditional(request, services.team.members.list_members(event_id, caller=request.caller), View.ALL)


@routes.delete(
    "/v1/events/{event}/roles/{user}",
    Contract("Take a role away, or give up one's own", auth="required", status=204, problems=(403, 409)),
)
def remove_member(request: Request, event: str, user: str) -> Answer:
    """Removes a user from the staff."""
    services = bootstrap.services()
    services.team.members.remove_member(services.representations.read.event_id(event), user, caller=request.caller)
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
def invite_member(request: Request, event: str) -> Answer:
    """Invites an address. The answer is the same whether the address has an account or not."""
    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    made = services.team.invite_people.invite_member(
        event_id, request.body, caller=request.caller, new_id=request.resource_id
    )
    return Answer(encode(made), 201, {"Location": f"/api/v1/events/{event_id}/invites/{request.resource_id}"})


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
    """Invites an address; accepting makes the user a speaker of the session."""
    services = bootstrap.services()
    event_id, new_id = services.representations.read.event_id(event), request.resource_id
    made = services.team.invite_people.invite_speaker(event_id, id, request.body, caller=request.caller, new_id=new_id)
    return Answer(encode(made), 201, {"Location": f"/api/v1/events/{event_id}/invites/{new_id}"})


@routes.get(INVITES, Contract("List invitations, newest first", auth="required", result=INVITE, many=True))
def list_invites(request: Request, event: str) -> Answer:
    """Returns all invitations of an event with their states."""
    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    return conditional(request, services.team.invite_people.list_invites(event_id, caller=request.caller), View.ALL)


@routes.delete(
    f"{INVITES}/{{id}}", Contract("Take an invitation back", auth="required", status=204, problems=(403, 409))
)
def revoke_invite(request: Request, event: str, id: str) -> Answer:
    """Revokes an invitation: its link stops working."""
    services = bootstrap.services()
    services.team.invite_people.revoke_invite(services.representations.read.event_id(event), id, caller=request.caller)
    return Answer(status=204)


@routes.post(
    f"{INVITES}/{{id}}/resend",
    Contract("Send an invitation again", auth="required", result=INVITE, problems=(403, 409, 429)),
)
def resend_invite(request: Request, event: str, id: str) -> Answer:
    """Sends the invitation again with a new deadline and the same link."""
    services = bootstrap.services()
    event_id = services.representations.read.event_id(event)
    return Answer(encode(services.team.invite_people.resend_invite(event_id, id, caller=request.caller)))


@routes.get("/v1/invites/{token}", Contract("See what an invitation is", result="team.domain.views:Invitation"))
def read_invite(request: Request, token: str) -> Answer:  # noqa: ARG001
    """Returns an invitation to anybody who has its link."""
    return Answer(encode(bootstrap.services().team.answer_invitation.read_invite(token)))


@routes.post(
    "/v1/invites/{token}/accept",
    Contract("Accept an invitation", auth="required", result=ACCEPTED, problems=(403, 409)),
)
def accept_invite(request: Request, token: str) -> Answer:
    """Accepts an invitation with the account of the invited address. This also verifies the address."""
    return Answer(encode(bootstrap.services().team.answer_invitation.accept_invite(token, caller=request.caller)))


@routes.post(
    "/v1/invites/{token}/decline",
    Contract("Decline an invitation", auth="optional", status=204, problems=(403, 409)),
)
def decline_invite(request: Request, token: str) -> Answer:
    """Declines an invitation, with the link alone or with the account of the invited address."""
    bootstrap.services().team.answer_invitation.decline_invite(token, caller=request.principal)
    return Answer(status=204)
