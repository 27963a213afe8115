"""Staff invite people to speak in a session; a person who accepts becomes one of its speakers."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib import bootstrap
from tests.conftest import sign_up, verified
from tests.functional.builders import make, make_event, versions
from tests.functional.cfp.test_review_proposal import NOWHERE, ROLES, grant
from tests.functional.team.test_invite_team import GUEST, Team, account
from tests.harness.client import Client, Reply


class Talk(Team):
    """An event with a session that a speaker is invited to."""

    def __init__(self, owner: Client, **session: Any) -> None:
        self.owner = verified(owner)
        self.event = make_event(owner, state="published").json["id"]
        self.place = f"/v1/events/{self.event}"
        fields = {"title": "Engines & <notes>", "state": "accepted", **session}
        self.id = make(owner, self.event, "sessions", **fields).json["id"]

    def ask(self, email: str = GUEST, *, by: Client | None = None, session: str = "", **how: Any) -> Reply:
        place = f"{self.place}/sessions/{session or self.id}/speaker-invites"
        return (by or self.owner).post(place, {"email": email}, **how)

    def patch(self, **fields: Any) -> None:
        assert self.owner.patch(f"{self.place}/sessions/{self.id}", fields, if_match="*").status == 200

    def speakers(self) -> list[str]:
        """Returns the ids of the session's speakers."""
        found: list[str] = self.owner.get(f"{self.place}/sessions/{self.id}?view=all").json["speaker_ids"]
        return found

    def all_speakers(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.owner.get(f"{self.place}/speakers?view=all").json["items"]
        return items


@pytest.fixture
def talk(organiser: Client) -> Talk:
    return Talk(organiser)


def mails() -> list[dict[str, Any]]:
    from chalicelib.notifications.adapters.items import MailItem

    found = [item.attribute_values for item in MailItem.scan() if item.sk == "MAIL"]
    return [one for one in found if one.get("action") == "session_invite"]


def link() -> str:
    """Returns the token in the mail of the newest invitation."""
    tokens = [re.findall(r"/invites/(\S+)", mail["text"])[0] for mail in mails()]
    return max(tokens, key=lambda token: token[26:52])


def test_invited_address_opens_an_account_and_speaks(talk: Talk, anonymous: Client) -> None:
    made = talk.ask()
    shown = (made.json["email"], made.json["role"], made.json["session_id"], made.json["state"])
    assert (made.status, shown) == (201, (GUEST, None, talk.id, "pending"))
    (mail,) = mails()
    assert (mail["subject"], mail["to"]) == ("Invitation to speak: Alpine Python Days", GUEST)
    assert "invites you to speak at Alpine Python Days: Engines & <notes>." in mail["text"]
    assert "Engines &amp; &lt;notes&gt;" in mail["html"]
    seen = anonymous.get(f"/v1/invites/{link()}").json
    assert (seen["role"], seen["session"]) == (None, {"id": talk.id, "title": "Engines & <notes>"})
    before = versions(talk.owner, talk.event, "public")
    guest = account(anonymous, GUEST, proven=False)
    accepted = guest.post(f"/v1/invites/{link()}/accept")
    (speaker,) = talk.speakers()
    assert accepted.json == {"event_id": talk.event, "session_id": talk.id, "speaker_id": speaker}
    assert guest.get("/v1/me").json["verified"] is True
    (public,) = anonymous.get(f"{talk.place}/speakers").json["items"]
    assert (public["id"], public["name"]) == (speaker, guest.get("/v1/me").json["name"])
    assert not {"email", "user_id"} & set(public)
    after = versions(talk.owner, talk.event, "public")
    assert [after[name] - before[name] for name in ("session_ver", "speakers_ver")] == [1, 1]
    assert guest.get("/v1/me/roles").json["items"] == []
    assert guest.post(f"{talk.place}/sessions/{talk.id}/confirm").status == 200
    again = guest.post(f"/v1/invites/{link()}/accept")
    assert (again.json, talk.speakers(), len(talk.all_speakers())) == (accepted.json, [speaker], 1)


def test_invited_account_hears_it_in_its_language(talk: Talk, anonymous: Client) -> None:
    guest = account(anonymous, GUEST)
    guest.patch("/v1/me", {"language": "de"}, if_match="*")
    talk.ask()
    (told,) = guest.get("/v1/notifications").json["items"]
    assert (told["action"], told["title"]) == ("session_invite", "Einladung zu einem Beitrag: Alpine Python Days")
    assert "<strong>Alpine Python Days</strong> zu sprechen: Engines &amp; &lt;notes&gt;." in told["message"]
    assert guest.post(f"/v1{told['links']['subject']}/accept").status == 200


def test_speaker_of_a_session_that_is_not_public_is_not_either(organiser: Client, anonymous: Client) -> None:
    talk = Talk(organiser, state="draft")
    before = versions(talk.owner, talk.event, "public")
    talk.ask()
    account(anonymous, GUEST).post(f"/v1/invites/{link()}/accept")
    assert [one["listed"] for one in talk.all_speakers()] == [False]
    assert anonymous.get(f"{talk.place}/speakers").json["items"] == []
    assert versions(talk.owner, talk.event, "public") == before
    talk.patch(state="accepted")
    assert len(anonymous.get(f"{talk.place}/speakers").json["items"]) == 1


@pytest.mark.parametrize("on_stage", [True, False])
def test_speaker_whom_staff_made_with_the_address_becomes_the_account(
    talk: Talk, anonymous: Client, *, on_stage: bool
) -> None:
    made = make(talk.owner, talk.event, "speakers", name="Ada", email="Guest@Example.org").json["id"]
    if on_stage:
        talk.patch(speaker_ids=[made])
    guest = account(anonymous, GUEST)
    talk.ask()
    token = guest.get("/v1/notifications").json["items"][0]["links"]["subject"]
    assert guest.post(f"/v1{token}/accept").json["speaker_id"] == made
    (speaker,) = talk.all_speakers()
    assert (speaker["user_id"], speaker["name"], talk.speakers()) == (guest.user_id, "Ada", [made])
    assert talk.ask().json["code"] == "already_speaking"


def test_speaker_of_somebody_else_with_the_address_stays_theirs(
    talk: Talk, anonymous: Client, stranger: Client
) -> None:
    theirs = make(talk.owner, talk.event, "speakers", name="Ada", email=GUEST, user_id=stranger.user_id).json["id"]
    talk.ask()
    guest = account(anonymous, GUEST)
    accepted = guest.post(f"/v1/invites/{link()}/accept").json["speaker_id"]
    owners = {one["id"]: one["user_id"] for one in talk.all_speakers()}
    assert owners == {theirs: stranger.user_id, accepted: guest.user_id}


def test_proposer_who_is_invited_stays_one_speaker(talk: Talk, anonymous: Client) -> None:
    call = {"opens_at": "2020-01-01T00:00:00Z", "closes_at": "2400-01-01T00:00:00Z"}
    talk.owner.put(f"{talk.place}/call-for-papers", call)
    guest = account(anonymous, GUEST)
    form = {"session": {"title": "Own"}, "speaker": {"name": "Guest"}}
    other = make(talk.owner, talk.event, "sessions", title="Other").json["id"]
    for step in (
        talk.ask,
        lambda: guest.post(f"{talk.place}/submissions", form),
        lambda: talk.ask(session=other),
    ):
        assert step().status == 201
    for told in guest.get("/v1/notifications").json["items"]:
        assert guest.post(f"/v1{told['links']['subject']}/accept").status == 200
    (speaker,) = talk.all_speakers()
    assert (talk.speakers(), speaker["user_id"], speaker["listed"]) == ([speaker["id"]], guest.user_id, True)
    assert guest.post(f"{talk.place}/submissions", form).status == 201
    assert len(talk.all_speakers()) == 1


@pytest.mark.parametrize("given_away", [False, True])
def test_invitations_accepted_at_once_make_one_speaker(
    talk: Talk, anonymous: Client, stranger: Client, *, given_away: bool
) -> None:
    guest = account(anonymous, GUEST)
    if given_away:  # the speaker record of their proposals belongs to somebody else now
        call = {"opens_at": "2020-01-01T00:00:00Z", "closes_at": "2400-01-01T00:00:00Z"}
        talk.owner.put(f"{talk.place}/call-for-papers", call)
        form = {"session": {"title": "Own"}, "speaker": {"name": "Guest"}}
        assert guest.post(f"{talk.place}/submissions", form).status == 201
        old = f"{talk.place}/speakers/{talk.all_speakers()[0]['id']}"
        assert talk.owner.patch(old, {"user_id": stranger.user_id}, if_match="*").status == 200
    others = [make(talk.owner, talk.event, "sessions", title=f"Talk {n}").json["id"] for n in range(4)]
    for session in [talk.id, *others]:
        assert talk.ask(session=session).status == 201
    paths = [one["links"]["subject"] for one in guest.get("/v1/notifications").json["items"]]
    with ThreadPoolExecutor(10) as threads:
        statuses = set(threads.map(lambda path: guest.post(f"/v1{path}/accept").status, paths * 2))
    mine = [one["id"] for one in talk.all_speakers() if one["user_id"] == guest.user_id]
    sessions = talk.owner.get(f"{talk.place}/sessions?view=all").json["items"]
    held = [one["speaker_ids"] for one in sessions if one["title"] != "Own"]
    assert (statuses, len(mine), held) == ({200}, 1, [mine] * 5)


@pytest.mark.parametrize("state", ["rejected", "withdrawn", "cancelled"])
def test_session_that_is_over_invites_nobody(talk: Talk, anonymous: Client, state: str) -> None:
    talk.ask()
    guest = account(anonymous, GUEST)
    talk.patch(state=state)
    assert guest.post(f"/v1/invites/{link()}/accept").json["code"] == "session_over"
    assert talk.ask("other@example.org").json["code"] == "session_over"
    assert talk.speakers() == []


def test_session_that_is_gone_or_full_takes_nobody(talk: Talk, anonymous: Client) -> None:
    talk.ask()
    guest, token = account(anonymous, GUEST), link()
    many = [make(talk.owner, talk.event, "speakers", name=f"Speaker {n}").json["id"] for n in range(50)]
    talk.patch(speaker_ids=many)
    assert guest.post(f"/v1/invites/{token}/accept").json["code"] == "too_many_speakers"
    assert len(talk.all_speakers()) == 50
    assert talk.owner.delete(f"{talk.place}/sessions/{talk.id}", if_match="*").status == 204
    replies = [guest.get(f"/v1/invites/{token}"), guest.post(f"/v1/invites/{token}/accept"), talk.ask("o@example.org")]
    assert [reply.status for reply in replies] == [404, 404, 404]


def test_address_has_one_open_invitation_a_session_and_one_to_the_staff(talk: Talk) -> None:
    other = make(talk.owner, talk.event, "sessions", title="Other").json["id"]
    statuses = [talk.ask().status, talk.ask().status, talk.ask(session=other).status, talk.invite().status]
    assert statuses == [201, 409, 201, 201]
    assert len({one["id"] for one in talk.invites()}) == 3


def test_invite_to_speak_is_declined_taken_back_and_sent_again(talk: Talk, anonymous: Client) -> None:
    id = talk.ask().json["id"]
    token = link()
    assert talk.owner.post(f"{talk.place}/invites/{id}/resend").status == 200
    assert (len(mails()), link()) == (2, token)
    assert talk.owner.delete(f"{talk.place}/invites/{id}").status == 204
    assert account(anonymous, GUEST).post(f"/v1/invites/{token}/accept").json["code"] == "invite_revoked"
    talk.ask("other@example.org")
    assert anonymous.post(f"/v1/invites/{link()}/decline").status == 204
    assert (sorted(one["state"] for one in talk.invites()), talk.speakers()) == (["declined", "revoked"], [])


@pytest.mark.parametrize("role", ROLES)
def test_who_edits_the_programme_invites_to_speak_and_sees_those_alone(
    talk: Talk, stranger: Client, role: str | None
) -> None:
    if role:
        grant(stranger, talk.event, role)
    verified(stranger)
    staff, speaker = talk.invite().json["id"], talk.ask().json["id"]
    edits = role in ("owner", "organizer", "coorganizer", "track_organizer")
    manages = role in ("owner", "organizer")
    refused = 404 if role is None else 403
    asked = [
        talk.ask("other@example.org", by=stranger).status,
        stranger.post(f"{talk.place}/invites/{speaker}/resend").status,
        stranger.delete(f"{talk.place}/invites/{speaker}").status,
        stranger.get(f"{talk.place}/invites").status,
    ]
    assert asked == ([201, 200, 204, 200] if edits else [refused] * 4)
    assert stranger.delete(f"{talk.place}/invites/{staff}").status == (204 if manages else refused)
    if edits:
        kinds = {one["role"] for one in stranger.get(f"{talk.place}/invites").json["items"]}
        assert kinds == ({None, "moderator"} if manages else {None})


def test_invite_to_no_session_or_by_an_unproven_account_is_refused(talk: Talk, anonymous: Client) -> None:
    assert [talk.ask(session=one).status for one in (NOWHERE, "x", "%23", "é")] == [404] * 4
    assert talk.ask(by=anonymous).status == 401
    unproven = sign_up(anonymous)
    grant(unproven, talk.event, "coorganizer")
    assert talk.ask(by=unproven).json["code"] == "unverified"
    for email in ("x", "a@example.org\r\nBcc: b@example.org", None, ["a@example.org"]):
        assert talk.ask(email).status in (400, 422)  # type: ignore[arg-type]
    assert (talk.invites(), mails()) == ([], [])


def test_names_in_the_mail_make_no_links(organiser: Client) -> None:
    talk = Talk(organiser, title="Locked: https://evil.example/login or http:http:////192.0.2.1/login")
    assert talk.owner.patch(talk.place, {"name": "URGENT evil.example 3.11"}, if_match="*").status == 200
    talk.ask()
    (mail,) = mails()
    for text in (mail["subject"], mail["text"], mail["html"]):
        assert "evil.example" not in text
        assert "192.0.2.1" not in text
    said = "URGENT evil. example 3.11: Locked: https: evil. example/login or http:http: 192. 0. 2. 1/login."
    assert said in mail["text"]
    assert "//" not in mail["subject"]


def test_session_that_changes_while_its_own_speaker_accepts_is_looked_at_again(
    talk: Talk, anonymous: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make(talk.owner, talk.event, "speakers", name="Ada", email=GUEST).json["id"]
    talk.patch(speaker_ids=[made])
    talk.ask()
    guest, token = account(anonymous, GUEST), link()
    invites = bootstrap.services().team.invitations
    answer = invites.answer

    def late(*given: Any, **how: Any) -> None:
        monkeypatch.undo()
        talk.patch(state="rejected", speaker_ids=[])
        answer(*given, **how)

    monkeypatch.setattr(invites, "answer", late)
    assert guest.post(f"/v1/invites/{token}/accept").json["code"] == "session_over"
    assert [one["user_id"] for one in talk.all_speakers()] == [None]


def test_speaker_whom_staff_hid_stays_hidden_when_they_accept(talk: Talk, anonymous: Client) -> None:
    made = make(talk.owner, talk.event, "speakers", name="Ada", email=GUEST).json["id"]
    talk.patch(speaker_ids=[made])
    assert talk.owner.patch(f"{talk.place}/speakers/{made}", {"listed": False}, if_match="*").status == 200
    talk.ask()
    account(anonymous, GUEST).post(f"/v1/invites/{link()}/accept")
    assert [one["listed"] for one in talk.all_speakers()] == [False]
