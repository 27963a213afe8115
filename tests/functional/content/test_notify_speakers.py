"""Speakers are notified when their public session moves or is cancelled, in their language; nobody else is notified."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.bootstrap import services
from chalicelib.core.ids import make_ulid
from tests.functional.builders import make, make_event
from tests.harness.client import Client, Reply
from tests.harness.transactions import sizes_of_transactions

NINE, TEN = "2027-06-11T07:00:00Z", "2027-06-11T08:00:00Z"


class Stage:
    """An event with a room and a session of one speaker."""

    def __init__(self, organiser: Client, speaker: Client, *, event: str = "published", **session: Any) -> None:
        self.client = organiser
        made = make_event(organiser, state=event).json
        self.event, self.slug = made["id"], made["slug"]
        self.room = make(organiser, self.event, "microlocations", name="Hall <1>").json["id"]
        person = make(organiser, self.event, "speakers", name="Ada", user_id=speaker.user_id).json["id"]
        twice = make(organiser, self.event, "speakers", name="Ada L.", user_id=speaker.user_id).json["id"]
        unknown = make(organiser, self.event, "speakers", name="Grace").json["id"]
        fields = {"title": "Engines & notes", "state": "confirmed", "speaker_ids": [person, twice, unknown], **session}
        self.session = make(organiser, self.event, "sessions", **fields)

    def patch(self, **fields: Any) -> Reply:
        path = f"/v1/events/{self.event}/sessions/{self.session.json['id']}"
        reply = self.client.patch(path, fields, if_match="*")
        assert reply.status == 200, reply
        return reply


def inbox(client: Client) -> list[tuple[str, str, str]]:
    items = client.get("/v1/notifications?order=oldest").json["items"]
    return [(one["action"], one["title"], one["message"]) for one in items]


def mails(user: Client) -> list[dict[str, Any]]:
    from chalicelib.notifications.adapters.items import MailItem

    found = [item.attribute_values for item in MailItem.scan() if item.sk == "MAIL"]
    return [
        mail for mail in found if mail.get("action") == "session_schedule_changed" and mail["user_id"] == user.user_id
    ]


def test_move_session_tells_its_speaker_when_and_where(organiser: Client, stranger: Client) -> None:
    stage = Stage(organiser, stranger)
    stage.patch(starts_at=NINE, ends_at=TEN, microlocation_id=stage.room)
    assert inbox(stranger) == [
        (
            "session_schedule_changed",
            "New time: Engines & notes",
            "<p>Your session <strong>Engines &amp; notes</strong> at Alpine Python Days is now on "
            "11 June 2027, 09:00 CEST, Hall &lt;1&gt;.</p>",
        )
    ]
    (mail,) = mails(stranger)
    assert (mail["to"], mail["subject"]) == ("", "New time: Engines & notes")
    assert (
        "Your session Engines & notes at Alpine Python Days is now on 11 June 2027, 09:00 CEST, Hall <1>."
        in mail["text"]
    )
    assert f"/e/{stage.slug}/schedule" in mail["text"]
    assert inbox(organiser) == []


def test_move_session_speaks_the_speakers_language(organiser: Client, stranger: Client) -> None:
    assert stranger.patch("/v1/me", {"language": "de"}, if_match="*").json["language"] == "de"
    stage = Stage(organiser, stranger)
    stage.patch(starts_at=NINE, ends_at=TEN)
    assert inbox(stranger)[0][1:] == (
        "Neue Zeit: Engines & notes",
        "<p>Ihr Beitrag <strong>Engines &amp; notes</strong> bei Alpine Python Days ist jetzt am "
        "11. Juni 2027, 09:00 CEST.</p>",
    )


def test_cancel_and_unschedule_session_are_told(organiser: Client, stranger: Client) -> None:
    stage = Stage(organiser, stranger, starts_at=NINE, ends_at=TEN)
    stage.patch(starts_at=None, ends_at=None)
    stage.patch(state="cancelled")
    assert [title for _, title, _ in inbox(stranger)] == ["No time yet: Engines & notes", "Cancelled: Engines & notes"]


@pytest.mark.parametrize(
    ("event", "session", "change"),
    [
        ("draft", {}, {"starts_at": NINE, "ends_at": TEN}),
        ("published", {"state": "submitted"}, {"starts_at": NINE, "ends_at": TEN}),
        ("published", {"state": "submitted"}, {"state": "cancelled"}),
        ("published", {}, {"title": "Another"}),
        ("published", {"starts_at": NINE, "ends_at": TEN}, {"starts_at": NINE}),
        ("published", {}, {"speaker_ids": [], "starts_at": NINE, "ends_at": TEN}),
    ],
)
def test_change_of_session_that_nobody_relied_on_is_not_told(
    organiser: Client, stranger: Client, event: str, session: dict[str, Any], change: dict[str, Any]
) -> None:
    Stage(organiser, stranger, event=event, **session).patch(**change)
    assert (inbox(stranger), mails(stranger)) == ([], [])


def test_move_session_by_its_own_speaker_is_not_told_to_them(organiser: Client) -> None:
    Stage(organiser, organiser).patch(starts_at=NINE, ends_at=TEN)
    assert inbox(organiser) == []


def test_move_session_refused_tells_nothing(organiser: Client, stranger: Client) -> None:
    stage = Stage(organiser, stranger)
    path = f"/v1/events/{stage.event}/sessions/{stage.session.json['id']}"
    assert organiser.patch(path, {"starts_at": NINE, "ends_at": TEN}, if_match='"stale"').status == 412
    assert inbox(stranger) == []


def test_move_many_sessions_is_one_group(organiser: Client, stranger: Client) -> None:
    stage = Stage(organiser, stranger)
    stage.patch(starts_at=NINE, ends_at=TEN)
    stage.patch(starts_at=None, ends_at=None)
    groups = [one["group"] for one in stranger.get("/v1/notifications").json["items"]]
    assert groups[0] == groups[1]
    assert groups[0]["title"] == "Changes of your sessions at Alpine Python Days"
    assert groups[0]["key"].startswith(f"session_schedule_changed.{stage.event}.")


def test_move_session_goes_where_the_speaker_wants_it(organiser: Client, stranger: Client) -> None:
    choice = {"session_schedule_changed": {"in_app": False, "mail": "each", "push": True}}
    assert stranger.patch("/v1/me/notification-preferences", {"actions": choice}, if_match="*").status == 200
    Stage(organiser, stranger).patch(starts_at=NINE, ends_at=TEN)
    assert (inbox(stranger), len(mails(stranger))) == ([], 1)


def speakers_with_accounts(organiser: Client, event: str, number: int, *, unmailed: int, topic: str) -> list[str]:
    """Creates `number` speakers with accounts, of whom the first `unmailed` want no mail of the topic. Returns their
    ids.
    """
    accounts = [make_ulid(5, n.to_bytes(10, "big")) for n in range(number)]
    for user_id in accounts[:unmailed]:
        choice = {"actions": {topic: {"mail": "off"}}}
        services().notifications.edit_preferences.update_preferences(user_id, choice, match=frozenset({"*"}))
    made = (make(organiser, event, "speakers", name="Ada", user_id=one, listed=False) for one in accounts)
    return [one.json["id"] for one in made]


@pytest.mark.parametrize(("unmailed", "mailed"), [(2, 18), (4, 16)])
def test_move_session_tells_as_many_speakers_as_its_transaction_holds(
    organiser: Client, stranger: Client, unmailed: int, mailed: int
) -> None:
    """The 100 items of a transaction: the session, two lists' tags, the room, and 96 items of messages. 2 * 3 + 18 * 5
    fits, 4 * 3 + 17 * 5 does not.
    """
    stage = Stage(organiser, stranger)
    topic = "session_schedule_changed"
    people = speakers_with_accounts(organiser, stage.event, 30, unmailed=unmailed, topic=topic)
    stage.patch(speaker_ids=people)
    with sizes_of_transactions() as sizes:
        stage.patch(starts_at=NINE, ends_at=TEN, microlocation_id=stage.room)
    assert sizes == [3 + 1 + unmailed * 3 + mailed * 5]
