"""Calls for papers and proposals: what is public, the author's own, changes, withdrawal."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib.bootstrap import services
from tests.functional.builders import make, make_event, versions
from tests.functional.cfp.test_review_proposal import ROLES, grant
from tests.functional.content.test_notify_speakers import inbox
from tests.harness.client import Client, Reply
from tests.harness.transactions import sizes_of_transactions

OPEN = {"announcement": "<p>Come</p><script>x</script>", "opens_at": "2020-01-01T00:00:00Z"}
OPEN |= {"closes_at": "2400-01-01T00:00:00Z", "timezone": "Europe/Zurich"}
OVER = {**OPEN, "closes_at": "2020-02-01T00:00:00Z"}
FORM = {
    "session": {"title": "Secret & <talk>", "long_abstract": "<p>Secretabstract</p><script>x</script>"},
    "speaker": {"name": "Secretname", "short_biography": "<p>Secretbio</p>"},
}
NOWHERE = "01ARZ3NDEKTSV4RRFFQ69G5FAV"


def called(organiser: Client, call: dict[str, str] = OPEN, **event: Any) -> str:
    """Creates an event with a call. Returns its id."""
    event_id = str(make_event(organiser, **{"state": "published", **event}).json["id"])
    assert organiser.put(f"/v1/events/{event_id}/call-for-papers", call).status == 201
    return event_id


def submit(client: Client, event: str, form: Any = FORM) -> Any:
    reply = client.post(f"/v1/events/{event}/submissions", form)
    assert reply.status == 201, reply
    return reply


def test_call_is_written_with_preconditions_and_sanitised(organiser: Client, anonymous: Client) -> None:
    event = called(organiser)
    place = f"/v1/events/{event}/call-for-papers"
    shown = anonymous.get(place)
    assert (shown.status, shown.json["announcement"]) == (200, "<p>Come</p>")
    assert anonymous.get(place, if_none_match=shown.etag).status == 304
    assert organiser.put(place, OPEN).status == 428
    changed = organiser.put(place, {**OPEN, "announcement": "New"}, if_match=shown.etag)
    assert (changed.status, organiser.get(place).etag) == (200, changed.etag)
    stale = organiser.put(place, OPEN, if_match=shown.etag)
    assert (stale.status, stale.json["current"]["representation"]["announcement"]) == (412, "New")
    assert organiser.delete(place, if_match=changed.etag).status == 204
    assert [client.get(place).status for client in (organiser, anonymous)] == [404, 404]
    assert organiser.put(place, OPEN, if_match="*").status == 412


@pytest.mark.parametrize(("call", "state"), [(OVER, "published"), (OPEN, "draft"), (OPEN, "archived")])
def test_call_that_is_not_open_is_for_staff_alone_and_takes_nothing(
    organiser: Client, stranger: Client, anonymous: Client, call: dict[str, str], state: str
) -> None:
    event = called(organiser, call, state=state)
    place = f"/v1/events/{event}/call-for-papers"
    assert [one.get(place).status for one in (organiser, stranger, anonymous)] == [200, 404, 404]
    refused = stranger.post(f"/v1/events/{event}/submissions", FORM)
    assert refused.status == (409 if state == "published" else 404)
    assert stranger.get("/v1/me/submissions").json["items"] == []


@pytest.mark.parametrize("role", ROLES)
def test_call_is_written_by_who_edits_the_event(
    organiser: Client, stranger: Client, anonymous: Client, role: str | None
) -> None:
    event = called(organiser)
    if role:
        grant(stranger, event, role)
    expected = 404 if role is None else 200 if role in ("owner", "organizer", "coorganizer") else 403
    place = f"/v1/events/{event}/call-for-papers"
    assert stranger.put(place, OPEN, if_match="*").status == expected
    assert stranger.delete(place, if_match="*").status == (204 if expected == 200 else expected)
    assert anonymous.put(place, OPEN).status == anonymous.delete(place).status == 401
    assert stranger.put(f"/v1/events/{NOWHERE}/call-for-papers", OPEN).status == 404


def test_submission_is_public_nowhere_and_told_to_reviewers(
    organiser: Client, stranger: Client, anonymous: Client
) -> None:
    event = called(organiser)
    lists = [f"/v1/events/{event}/{kind}?view=public" for kind in ("sessions", "speakers")]
    before = versions(anonymous, event, "public"), [anonymous.get(one).body for one in lists]
    made = submit(stranger, event)
    assert (versions(anonymous, event, "public"), [anonymous.get(one).body for one in lists]) == before
    session = organiser.get(f"/v1/events/{event}/sessions/{made.json['id']}").json
    assert (session["state"], session["long_abstract"]) == ("submitted", "<p>Secretabstract</p>")
    speaker = organiser.get(f"/v1/events/{event}/speakers/{session['speaker_ids'][0]}").json
    assert (speaker["user_id"], speaker["listed"]) == (stranger.user_id, False)
    assert speaker["email"] == stranger.get("/v1/me").json["email"]
    for place in (f"sessions/{made.json['id']}", f"speakers/{speaker['id']}"):
        assert anonymous.get(f"/v1/events/{event}/{place}").status == 404
    text = "<p>Secretname proposes <strong>Secret &amp; &lt;talk&gt;</strong> for Alpine Python Days.</p>"
    assert inbox(organiser) == [("submission_received", "Proposed: Secret & <talk>", text)]
    (told,) = organiser.get("/v1/notifications").json["items"]
    assert told["links"]["subject"] == f"/events/{event}/review#{made.json['id']}"
    assert inbox(stranger) == []


def test_submission_that_is_accepted_lists_its_speaker_and_tells_them(
    organiser: Client, stranger: Client, anonymous: Client
) -> None:
    event = called(organiser)
    made = submit(stranger, event).json
    place = f"/v1/events/{event}/sessions/{made['id']}"
    assert organiser.post(f"{place}/review", {"decision": "accept"}).status == 200
    assert [one["name"] for one in anonymous.get(f"/v1/events/{event}/speakers").json["items"]] == ["Secretname"]
    assert [action for action, *_ in inbox(stranger)] == ["session_accepted"]
    assert stranger.post(f"{place}/confirm").status == 200
    read = stranger.get(f"/v1/me/submissions/{made['id']}")
    assert (read.json["state"], read.json["can_be_changed"]) == ("confirmed", False)
    refused = stranger.patch(f"/v1/me/submissions/{made['id']}", {"session": {"title": "x"}}, if_match=read.etag)
    assert (refused.status, refused.code) == (409, "submission_closed")
    for _ in range(2):
        assert stranger.post(f"/v1/me/submissions/{made['id']}/withdraw").json["state"] == "withdrawn"
    assert anonymous.get(place).status == 404


def test_second_submission_updates_the_same_speaker(organiser: Client, stranger: Client) -> None:
    event = called(organiser)
    submit(stranger, event)
    submit(stranger, event, {"session": {"title": "B"}, "speaker": {"name": "Renamed"}})
    (speaker,) = organiser.get(f"/v1/events/{event}/speakers").json["items"]
    assert (speaker["name"], len(organiser.get(f"/v1/events/{event}/sessions").json["items"])) == ("Renamed", 2)
    assert [one["speaker"]["name"] for one in stranger.get("/v1/me/submissions").json["items"]] == ["Renamed"] * 2


def test_submissions_of_one_person_at_once_make_one_speaker_and_twenty_at_most(
    organiser: Client, stranger: Client
) -> None:
    event = called(organiser)

    def propose(_: int) -> Reply:
        while (reply := stranger.post(f"/v1/events/{event}/submissions", FORM)).status == 503:
            pass  # a request that loses the race twenty times is told to retry
        return reply

    with ThreadPoolExecutor(4) as threads:
        replies = list(threads.map(propose, range(22)))
    assert sorted(reply.status for reply in replies) == [201] * 20 + [409] * 2
    assert len(organiser.get(f"/v1/events/{event}/speakers").json["items"]) == 1
    assert len(organiser.get(f"/v1/events/{event}/sessions").json["items"]) == 20


def test_submission_is_changed_once_by_two_editors_while_the_call_is_open(organiser: Client, stranger: Client) -> None:
    event = called(organiser)
    made = submit(stranger, event)
    place = f"/v1/me/submissions/{made.json['id']}"
    read = stranger.get(place)
    assert read.etag == made.etag
    assert stranger.patch(place, {"session": {"title": "B"}}).status == 428
    patch = {"session": {"title": "B"}, "speaker": {"country": "CH"}}
    changed = stranger.patch(place, patch, if_match=read.etag)
    assert (changed.status, changed.json["session"]["title"], changed.json["speaker"]["country"]) == (200, "B", "CH")
    assert stranger.patch(place, patch, if_match=read.etag).status == 412
    unknown = stranger.patch(place, {"session": {"state": "accepted"}}, if_match=changed.etag)
    assert (unknown.status, unknown.json["errors"][0]["pointer"]) == (400, "/session/state")
    missing = stranger.patch(place, {"session": {"track_id": NOWHERE}}, if_match=changed.etag)
    assert (missing.status, missing.json["errors"][0]["pointer"]) == (422, "/session/track_id")
    call = f"/v1/events/{event}/call-for-papers"
    assert organiser.put(call, OVER, if_match="*").status == 200
    closed = stranger.patch(place, patch, if_match="*")
    assert (closed.status, closed.code, stranger.get(place).json["session"]["title"]) == (409, "submission_closed", "B")


@pytest.mark.parametrize(("method", "more"), [("get", ""), ("patch", ""), ("post", "/withdraw")])
def test_submission_of_somebody_else_is_missing(
    organiser: Client, stranger: Client, anonymous: Client, method: str, more: str
) -> None:
    made = submit(stranger, called(organiser)).json["id"]
    arguments: Any = ({"session": {"title": "x"}},) if method == "patch" else ()
    answers = []
    for target in (made, NOWHERE, "x"):
        reply = getattr(organiser, method)(f"/v1/me/submissions/{target}{more}", *arguments)
        answers.append((reply.status, reply.code))
        assert getattr(anonymous, method)(f"/v1/me/submissions/{target}{more}", *arguments).status == 401
    assert answers == [(404, answers[0][1])] * 3
    assert stranger.get(f"/v1/me/submissions/{made}").json["state"] == "submitted"


def test_submission_shows_nothing_that_staff_add(organiser: Client, stranger: Client) -> None:
    event = called(organiser)
    made = submit(stranger, event).json["id"]
    room = make(organiser, event, "microlocations", name="Secretroom").json["id"]
    place = f"/v1/events/{event}/sessions/{made}"
    assert organiser.patch(place, {"microlocation_id": room}, if_match="*").status == 200
    assert room not in stranger.get(f"/v1/me/submissions/{made}").body.decode()


def test_deleted_event_takes_its_submissions_along(organiser: Client, stranger: Client) -> None:
    from chalicelib.cfp.adapters.calls import CallItem
    from chalicelib.cfp.adapters.submissions import DynamoSubmissions
    from chalicelib.content.adapters.parts import DynamoParts

    event, kept = called(organiser), called(organiser)
    submit(stranger, event)
    other = submit(stranger, kept).json["id"]
    assert organiser.delete(f"/v1/events/{event}", if_match="*").status == 204
    assert [one["id"] for one in stranger.get("/v1/me/submissions").json["items"]] == [other]
    DynamoParts().delete_all(event)
    DynamoSubmissions().delete_all(event)
    assert [one.session_id for one in DynamoSubmissions().list_submissions(stranger.user_id)] == [other]
    assert DynamoSubmissions().load_proposer(event, stranger.user_id) is None
    assert CallItem.count(f"EVENT#{event}") == 0


def test_second_submission_leaves_what_it_does_not_say_of_the_speaker(organiser: Client, stranger: Client) -> None:
    event = called(organiser)
    full = {
        "name": "Ada",
        "photo_url": "https://example.org/ada.png",
        "links": ["https://example.org"],
        "country": "GB",
    }
    submit(stranger, event, {"session": {"title": "First"}, "speaker": {**full, "short_biography": "Writes."}})
    submit(stranger, event, {"session": {"title": "Second"}, "speaker": {"name": "Ada L.", "short_biography": ""}})
    (speaker,) = organiser.get(f"/v1/events/{event}/speakers?view=all").json["items"]
    assert {name: speaker[name] for name in full} == {**full, "name": "Ada L."}
    assert speaker["short_biography"] == "Writes."


def test_call_that_opens_and_closes_in_one_second_is_none(organiser: Client) -> None:
    event = make_event(organiser, state="published").json["id"]
    times = {"opens_at": "2030-01-01T12:00:00.2Z", "closes_at": "2030-01-01T12:00:00.7Z"}
    refused = organiser.put(f"/v1/events/{event}/call-for-papers", times)
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/closes_at")


@pytest.mark.parametrize(("unmailed", "collected"), [(3, 21), (2, 21)])
def test_submission_is_told_to_as_many_reviewers_as_its_transaction_holds(
    organiser: Client, stranger: Client, unmailed: int, collected: int
) -> None:
    """The 100 items of a transaction: seven of the submission, and 93 of messages. 3 * 3 + 21 * 4 fits, 2 * 3 + 22 * 4
    does not.
    """
    event = called(organiser)
    reviewers = [f"staff-{number:02}" for number in range(40)]
    for user_id in reviewers:
        grant(organiser.as_user(None, user_id), event, "organizer")
    for user_id in reviewers[:unmailed]:
        choice = {"actions": {"submission_received": {"mail": "off"}}}
        services().notifications.edit_preferences.update_preferences(user_id, choice, match=frozenset({"*"}))
    with sizes_of_transactions() as sizes:
        submit(stranger, event)
    assert sizes == [7 + unmailed * 3 + collected * 4]
