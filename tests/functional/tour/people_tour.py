"""The part of the grand tour about the people of an event: proposals and invitations."""

from __future__ import annotations

from tests.harness.functions import Functions, Traveller


def run(on: Functions, host: Traveller, event: str) -> None:
    """The host's own proposal is decided and confirmed, and its other speaker is notified."""
    place = f"/v1/events/{event}"
    me = host.get("/v1/me").json["id"]
    speaker = host.post(f"{place}/speakers", {"name": "Robin", "user_id": me}).json["id"]
    talk = {"title": "Proposed", "state": "submitted", "speaker_ids": [speaker]}
    session = f"{place}/sessions/{host.post(f'{place}/sessions', talk).json['id']}"
    host.post(f"{session}/review", {"decision": "accept", "message": "<p>Welcome</p>"})
    host.post(f"{session}/confirm")
    host.refused(409).post(f"{session}/review", {"decision": "reject"})
    propose(on, host, place)
    invite(on, host, place)
    on.drain()


def propose(on: Functions, host: Traveller, place: str) -> None:
    """Opens a call for papers, which is announced, and submits, changes and withdraws a proposal."""
    call = {"opens_at": "2020-01-01T00:00:00Z", "closes_at": "2400-01-01T00:00:00Z"}
    host.put(f"{place}/call-for-papers", call)
    host.get(f"{place}/call-for-papers")
    on.drain()
    on.tick("do_what_is_due")
    on.drain()
    form = {"session": {"title": "Proposed"}, "speaker": {"name": "Robin"}}
    mine = f"/v1/me/submissions/{host.post(f'{place}/submissions', form).json['id']}"
    host.get("/v1/me/submissions")
    host.get(mine)
    host.patch(mine, {"session": {"level": "all"}}, if_match="*")
    host.post(f"{mine}/withdraw")
    host.delete(f"{place}/call-for-papers", if_match="*")


def invite(on: Functions, host: Traveller, place: str) -> None:
    """Accepts, declines, resends and revokes invitations; a member leaves; a speaker is invited."""
    host.get(f"{place}/roles")
    guest = sign_up(on, "guest@example.org")
    for role in ("moderator", "registrar"):
        host.post(f"{place}/invites", {"email": "guest@example.org", "role": role})
        (token,) = {one["links"]["subject"] for one in guest.get("/v1/notifications").json["items"][:1]}
        on.web.get(f"/v1{token}")
        guest.post(f"/v1{token}/{'accept' if role == 'moderator' else 'decline'}")
    me = guest.get("/v1/me").json["id"]
    guest.delete(f"{place}/roles/{me}")
    other = host.post(f"{place}/invites", {"email": "other@example.org", "role": "owner"}).json["id"]
    host.post(f"{place}/invites/{other}/resend")
    host.delete(f"{place}/invites/{other}")
    host.get(f"{place}/invites")
    talk = host.post(f"{place}/sessions", {"title": "Invited"}).json["id"]
    host.post(f"{place}/sessions/{talk}/speaker-invites", {"email": "guest@example.org"})
    told = guest.get("/v1/notifications").json["items"][0]
    guest.post(f"/v1{told['links']['subject']}/accept")


def sign_up(on: Functions, address: str) -> Traveller:
    """Creates an account with a verified address."""
    form = {"email": address, "name": "Guest Example", "password": "correct horse battery"}
    made = on.web.post("/v1/auth/sign-up", form).json
    on.web.post("/v1/auth/verify", {"token": on.mailed_token(address)})
    return on.web.signed_in(made["access_token"])
