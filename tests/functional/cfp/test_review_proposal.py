"""Staff decide on proposals, speakers are notified and confirm: through the routes and by editing the session."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.functional.builders import make, make_event
from tests.functional.content.test_notify_speakers import NINE, TEN, inbox, speakers_with_accounts
from tests.harness.client import Client, Reply
from tests.harness.transactions import sizes_of_transactions

STATES = ("draft", "submitted", "accepted", "confirmed", "rejected", "withdrawn", "cancelled")
NOWHERE = "01ARZ3NDEKTSV4RRFFQ69G5FAV"


class Proposal:
    """A proposed session of a speaker with an account, in the organiser's event."""

    def __init__(self, organiser: Client, speaker: Client, *, event: str = "published", **session: Any) -> None:
        self.host, self.speaker = organiser, speaker
        made = make_event(organiser, state=event).json
        self.event, self.slug = made["id"], made["slug"]
        person = make(organiser, self.event, "speakers", name="Ada", user_id=speaker.user_id).json["id"]
        fields = {"title": "Engines & <notes>", "state": "submitted", "speaker_ids": [person], **session}
        self.id = make(organiser, self.event, "sessions", **fields).json["id"]
        self.path = f"/v1/events/{self.event}/sessions/{self.id}"

    def review(self, decision: str, message: str | None = None, *, by: Client | None = None) -> Reply:
        form = {"decision": decision} | ({} if message is None else {"message": message})
        return (by or self.host).post(f"{self.path}/review", form)

    def confirm(self, *, by: Client | None = None) -> Reply:
        return (by or self.speaker).post(f"{self.path}/confirm")

    @property
    def state(self) -> str:
        return str(self.host.get(f"{self.path}?view=all").json["state"])


def mails(user: Client) -> list[dict[str, Any]]:
    from chalicelib.notifications.adapters.items import MailItem

    found = [item.attribute_values for item in MailItem.scan() if item.sk == "MAIL"]
    return [
        one for one in found if str(one.get("action", "")).startswith("session_") and one["user_id"] == user.user_id
    ]


def grant(user: Client, event_id: str, role: str) -> None:
    from chalicelib.accounts.adapters.items import RoleItem
    from chalicelib.aws import dynamo_keys as keys

    for key in (keys.role_of_user(user.user_id, event_id), keys.role_in_event(event_id, user.user_id)):
        RoleItem(*key, role=role, granted_at=1).save()


def test_accept_shows_the_session_and_tells_its_speaker_with_the_message(organiser: Client, stranger: Client) -> None:
    proposal = Proposal(organiser, stranger)
    reply = proposal.review(
        "accept", '<p>See you <b>there</b></p><script>alert(1)</script><img src=x onerror="alert(2)">'
    )
    assert (reply.status, reply.json["state"]) == (200, "accepted")
    assert organiser.get(f"{proposal.path}?view=all", if_none_match=reply.etag).status == 304
    assert inbox(stranger) == [
        (
            "session_accepted",
            "Accepted: Engines & <notes>",
            "<p>Your proposal <strong>Engines &amp; &lt;notes&gt;</strong> for Alpine Python Days was accepted.</p>"
            "<p>The organisers write:</p><blockquote><p>See you <b>there</b></p></blockquote>",
        )
    ]
    (told,) = stranger.get("/v1/notifications").json["items"]
    assert told["links"]["subject"] == f"/e/{proposal.slug}"
    (mail,) = mails(stranger)
    assert (mail["to"], mail["subject"]) == ("", "Accepted: Engines & <notes>")
    assert mail["text"] == (
        "Hello,\n\nYour proposal Engines & <notes> for Alpine Python Days was accepted.\nThe organisers write:\n"
        f"See you there\n\nSee more: http://127.0.0.1:8000/e/{proposal.slug}\n"
    )
    assert "script" not in mail["html"] + told["message"]
    assert [one["id"] for one in stranger.get(f"/v1/events/{proposal.event}/sessions").json["items"]] == [proposal.id]


def test_reject_in_the_speakers_language_for_a_draft_event_leads_to_the_inbox(
    organiser: Client, stranger: Client
) -> None:
    assert stranger.patch("/v1/me", {"language": "de"}, if_match="*").status == 200
    proposal = Proposal(organiser, stranger, event="draft")
    assert proposal.review("reject").json["state"] == "rejected"
    (told,) = stranger.get("/v1/notifications").json["items"]
    assert (told["title"], told["links"]["subject"]) == ("Nicht angenommen: Engines & <notes>", "/notifications")
    assert "Veranstalter schreiben" not in told["message"]


def test_decision_said_again_changes_and_tells_nothing(organiser: Client, stranger: Client) -> None:
    proposal = Proposal(organiser, stranger)
    first, again = proposal.review("accept"), proposal.review("accept", "<p>once more</p>")
    assert (first.etag, first.json) == (again.etag, again.json)
    assert len(inbox(stranger)) == len(mails(stranger)) == 1


def test_decision_may_be_changed_and_is_told_anew(organiser: Client, stranger: Client) -> None:
    proposal = Proposal(organiser, stranger)
    for decision in ("reject", "accept", "reject"):
        assert proposal.review(decision).status == 200
    assert [action for action, *_ in inbox(stranger)] == ["session_rejected", "session_accepted", "session_rejected"]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("decision", ["accept", "reject"])
def test_review_in_each_state_is_allowed_or_refused_whole(
    organiser: Client, stranger: Client, state: str, decision: str
) -> None:
    proposal = Proposal(organiser, stranger, state=state)
    reply = proposal.review(decision)
    if state in ("submitted", "accepted", "rejected"):
        assert (reply.status, proposal.state) == (200, {"accept": "accepted", "reject": "rejected"}[decision])
    else:
        assert (reply.status, reply.json["code"]) == (409, "not_reviewable")
        assert (proposal.state, inbox(stranger)) == (state, [])


@pytest.mark.parametrize("state", STATES)
def test_confirm_in_each_state_is_allowed_or_refused_whole(organiser: Client, stranger: Client, state: str) -> None:
    proposal = Proposal(organiser, stranger, state=state)
    reply = proposal.confirm()
    if state in ("accepted", "confirmed"):
        assert (reply.status, proposal.state) == (200, "confirmed")
        assert proposal.confirm().etag == reply.etag
    else:
        assert (reply.status, reply.json["code"], proposal.state) == (409, "not_accepted", state)


ROLES = ("owner", "organizer", "coorganizer", "track_organizer", "moderator", "registrar", None)


@pytest.mark.parametrize("role", ROLES)
def test_review_is_for_those_who_review(
    organiser: Client, stranger: Client, anonymous: Client, role: str | None
) -> None:
    proposal = Proposal(organiser, organiser)
    if role:
        grant(stranger, proposal.event, role)
    expected = {None: 404, "registrar": 403}.get(role, 200)
    assert proposal.review("accept", by=stranger).status == expected
    assert proposal.state == ("accepted" if expected == 200 else "submitted")
    assert proposal.review("accept", by=anonymous).status == 401
    for event, session in ((NOWHERE, proposal.id), (proposal.event, NOWHERE), (proposal.event, "x")):
        missing = stranger.post(f"/v1/events/{event}/sessions/{session}/review", {"decision": "accept"})
        assert missing.status == (403 if role == "registrar" and event == proposal.event else 404)


@pytest.mark.parametrize("role", ROLES)
def test_confirm_is_for_speakers_alone(
    organiser: Client, stranger: Client, anonymous: Client, role: str | None
) -> None:
    proposal = Proposal(organiser, organiser, state="accepted")
    if role:
        grant(stranger, proposal.event, role)
    missing = stranger.post(f"/v1/events/{proposal.event}/sessions/{NOWHERE}/confirm")
    foreign = proposal.confirm(by=stranger)
    same = {name: value for name, value in foreign.json.items() if name != "request_id"}
    assert (foreign.status, same) == (404, {n: v for n, v in missing.json.items() if n != "request_id"})
    assert (proposal.confirm(by=anonymous).status, proposal.state) == (401, "accepted")


@pytest.mark.parametrize(
    ("form", "status", "pointer"),
    [
        ({}, 422, "/decision"),
        ({"decision": "maybe"}, 422, "/decision"),
        ({"decision": "accept", "message": 1}, 422, "/message"),
        ({"decision": "accept", "message": "x" * 20_001}, 422, "/message"),
        ({"decision": "accept", "message": "&" * 4_000}, 422, "/message"),
        ({"decision": "accept", "state": "confirmed"}, 400, "/state"),
        ([], 422, ""),
    ],
)
def test_review_that_is_not_one_is_refused_and_nothing_changes(
    organiser: Client, stranger: Client, form: Any, status: int, pointer: str
) -> None:
    proposal = Proposal(organiser, stranger)
    reply = organiser.post(f"{proposal.path}/review", form)
    assert (reply.status, [one["pointer"] for one in reply.json["errors"]]) == (status, [pointer])
    assert (proposal.state, inbox(stranger)) == ("submitted", [])


@pytest.mark.parametrize(("before", "after"), list(itertools.permutations(STATES, 2)))
def test_state_that_is_edited_by_hand_tells_as_a_review_does(
    organiser: Client, stranger: Client, before: str, after: str
) -> None:
    proposal = Proposal(organiser, stranger, state=before)
    assert organiser.patch(proposal.path, {"state": after}, if_match="*").status == 200
    told = {
        ("submitted", "accepted"): ["session_accepted"],
        ("rejected", "accepted"): ["session_accepted"],
        ("submitted", "rejected"): ["session_rejected"],
        ("accepted", "rejected"): ["session_rejected"],
        ("confirmed", "rejected"): ["session_rejected"],
        ("accepted", "cancelled"): ["session_schedule_changed"],
        ("confirmed", "cancelled"): ["session_schedule_changed"],
    }
    assert [action for action, *_ in inbox(stranger)] == told.get((before, after), [])


def test_accept_and_schedule_in_one_edit_is_told_as_accepted(organiser: Client, stranger: Client) -> None:
    proposal = Proposal(organiser, stranger)
    slot = {"state": "accepted", "starts_at": NINE, "ends_at": TEN}
    assert organiser.patch(proposal.path, slot, if_match="*").status == 200
    assert [action for action, *_ in inbox(stranger)] == ["session_accepted"]


def test_reviewers_at_once_tell_what_they_decide_once(organiser: Client, stranger: Client) -> None:
    proposal = Proposal(organiser, stranger)
    with ThreadPoolExecutor(8) as threads:
        replies = list(threads.map(lambda _: proposal.review("accept"), range(8)))
    assert ({reply.status for reply in replies}, len({reply.etag for reply in replies})) == ({200}, 1)
    assert (len(inbox(stranger)), len(mails(stranger))) == (1, 1)


def test_decision_by_the_speaker_is_told_to_the_others_alone(organiser: Client, stranger: Client) -> None:
    proposal = Proposal(organiser, stranger)
    own = make(organiser, proposal.event, "speakers", name="Host", user_id=organiser.user_id).json["id"]
    session = organiser.get(f"{proposal.path}?view=all").json
    organiser.patch(proposal.path, {"speaker_ids": [own, *session["speaker_ids"]]}, if_match="*")
    proposal.review("accept")
    assert ([action for action, *_ in inbox(stranger)], inbox(organiser)) == (["session_accepted"], [])


def test_decision_goes_where_the_speaker_wants_it(organiser: Client, stranger: Client) -> None:
    choice = {"session_rejected": {"in_app": False, "mail": "off", "push": False}}
    assert stranger.patch("/v1/me/notification-preferences", {"actions": choice}, if_match="*").status == 200
    assert Proposal(organiser, stranger).review("reject").status == 200
    assert (inbox(stranger), mails(stranger)) == ([], [])


def test_decision_leads_whoever_proposed_to_their_proposal(organiser: Client, stranger: Client) -> None:
    event = make_event(organiser, state="published").json["id"]
    call = {"opens_at": "2020-01-01T00:00:00Z", "closes_at": "2400-01-01T00:00:00Z"}
    organiser.put(f"/v1/events/{event}/call-for-papers", call)
    form = {"session": {"title": "Engines"}, "speaker": {"name": "Ada"}}
    session = stranger.post(f"/v1/events/{event}/submissions", form).json["id"]
    organiser.post(f"/v1/events/{event}/sessions/{session}/review", {"decision": "accept"})
    (told,) = stranger.get("/v1/notifications").json["items"]
    assert told["links"]["subject"] == f"/proposals#{session}"
    (mail,) = mails(stranger)
    assert f"/proposals#{session}" in mail["text"]


@pytest.mark.parametrize(("unmailed", "mailed"), [(4, 13), (1, 14)])
def test_accept_tells_as_many_speakers_as_its_transaction_holds(
    organiser: Client, stranger: Client, unmailed: int, mailed: int
) -> None:
    """The 100 items of a transaction: the session, two lists' tags, 20 speakers who become public, and 77 items of
    messages. 4 * 3 + 13 * 5 fits, 1 * 3 + 15 * 5 does not.
    """
    proposal = Proposal(organiser, stranger)
    people = speakers_with_accounts(organiser, proposal.event, 20, unmailed=unmailed, topic="session_accepted")
    organiser.patch(proposal.path, {"speaker_ids": people}, if_match="*")
    with sizes_of_transactions() as sizes:
        assert proposal.review("accept").status == 200
    assert sizes == [3 + 20 + unmailed * 3 + mailed * 5]
