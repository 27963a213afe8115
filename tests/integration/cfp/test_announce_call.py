"""An open call for papers is announced once per event, to its staff and to people who proposed to its owners before."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib import bootstrap, reactions
from chalicelib.core.changes import Change, ChangeKind
from chalicelib.core.ids import make_ulid
from chalicelib.core.permissions import Role
from chalicelib.triggers import streams
from local.dynamodb.database_server import DatabaseEndpoint
from tests.functional.builders import make_event
from tests.functional.cfp.test_review_proposal import grant
from tests.harness.client import Client
from tests.harness.environment import PREFIX
from tests.integration.conftest import FakeClock
from tests.integration.mail_steps import due_items

FORM = {"session": {"title": "Engines"}, "speaker": {"name": "Ada"}}


class Organisation:
    """An owner with a proposal from an earlier event, and their new event. All within the life of the access tokens."""

    def __init__(self, database: DatabaseEndpoint, owner: Client, proposer: Client, clock: FakeClock) -> None:
        self.database, self.owner, self.clock = database, owner, clock
        last_year = self._event("Days 2026")
        assert self.call(event=last_year).status == 201
        assert proposer.post(f"/v1/events/{last_year}/submissions", FORM).status == 201
        assert owner.delete(f"/v1/events/{last_year}/call-for-papers", if_match="*").status == 204
        clock.time += 10
        self.services.mail.sweep_due.run()  # clears what is due already
        self.event = self._event("Days <2027>")
        self.handled = 0

    @property
    def services(self) -> bootstrap.Services:
        return bootstrap.services()

    def _event(self, name: str, state: str = "published") -> str:
        return str(make_event(self.owner, name=name, state=state).json["id"])

    def call(self, opens: int = 0, closes: int = 86_400, *, event: str = "") -> Any:
        """Saves a call that opens and closes after these seconds."""
        times = [datetime.fromtimestamp(self.clock.time + one, UTC) for one in (opens, closes)]
        fields = dict(zip(("opens_at", "closes_at"), [f"{one:%Y-%m-%dT%H:%M:%SZ}" for one in times], strict=True))
        event = event or self.event
        place = f"/v1/events/{event}/call-for-papers"
        held = self.owner.get(f"{place}?view=all")
        match = {"if_match": held.etag} if held.status == 200 else {}
        return self.owner.put(place, {**fields, "timezone": "Europe/Zurich"}, **match)

    def begin_to_tell(self) -> None:
        """Runs the content stream's reaction to the call."""
        change = Change(ChangeKind.CHANGED, "CALL_FOR_PAPERS", f"EVENT#{self.event}", None, None)
        self.services.cfp.announce_call.on_changes([change])

    def publish(self, state: str = "published", event: str = "") -> None:
        assert self.owner.patch(f"/v1/events/{event or self.event}", {"state": state}, if_match="*").status == 200

    def overdue(self) -> list[str]:
        """Returns the calls in the due index whose time is over."""
        return [one for one in due_items() if "CALL" in one and int(one.split("#")[1]) <= self.clock.time]

    def stream(self) -> None:
        """Processes the streams of content and notifications until they are empty."""
        for table, reaction in (("content", reactions.CONTENT), ("notifications", reactions.NOTIFICATIONS)):
            found = self.database.database.streams.read(f"{PREFIX}{table}", 0, 10_000, 0)
            records = [json.loads(one.json) for one in found]
            wanted = [one for one in records if one["dynamodb"]["Keys"]["sk"]["S"].split("#")[0] in NOUNS]
            assert streams.react({"Records": wanted}, reaction) == {"batchItemFailures": []}


NOUNS = ("CALL_FOR_PAPERS", "EVENT", "CALL_OPEN")


@pytest.fixture
def organisation(clock: FakeClock, database: DatabaseEndpoint, organiser: Client, stranger: Client) -> Organisation:
    made = Organisation(database, organiser, stranger, clock)
    assert [told(organiser), told(stranger)] == [[], []]
    return made


def told(user: Client) -> list[tuple[str, str]]:
    items = user.get("/v1/notifications?order=oldest").json["items"]
    return [(one["title"], one["message"]) for one in items if one["action"] == "call_for_papers_open"]


def mails() -> list[str]:
    """Returns the users who get a mail about it."""
    from chalicelib.notifications.adapters.items import MailItem

    found = [item for item in MailItem.scan() if item.sk == "MAIL" and item.action == "call_for_papers_open"]
    return sorted(str(item.user_id) for item in found)


def test_call_that_opens_is_told_to_staff_and_to_who_proposed_before(
    organisation: Organisation, organiser: Client, stranger: Client, anonymous: Client
) -> None:
    stranger.patch("/v1/me", {"language": "de"}, if_match="*")
    assert organisation.call().status == 201
    organisation.stream()
    (english,), (german,) = told(organiser), told(stranger)
    assert english[0] == "Call for papers: Days <2027>"
    assert english[1].startswith("<p><strong>Days &lt;2027&gt;</strong> takes proposals for sessions until ")
    assert german[0] == "Beiträge gesucht: Days <2027>"
    (item,) = stranger.get("/v1/notifications").json["items"]
    assert item["links"]["subject"] == f"/e/{organisation.event}/call"
    assert mails() == []  # by digest, unless the user chose another way
    assert any("DIGEST" in one for one in due_items())


def test_call_is_told_once_an_event_whatever_becomes_of_it(organisation: Organisation, stranger: Client) -> None:
    organisation.call()
    organisation.stream()
    organisation.call(closes=2 * 86_400)
    organisation.publish("draft")
    organisation.publish()
    place = f"/v1/events/{organisation.event}/call-for-papers"
    assert organisation.owner.delete(place, if_match="*").status == 204
    organisation.call()
    organisation.stream()
    organisation.clock.time += 60
    organisation.services.mail.sweep_due.run()
    organisation.stream()
    assert len(told(stranger)) == 1
    assert organisation.overdue() == []


def test_call_that_opens_later_is_told_then(organisation: Organisation, stranger: Client) -> None:
    organisation.call(opens=200)
    organisation.stream()
    organisation.clock.time += 100
    organisation.services.mail.sweep_due.run()
    organisation.stream()
    assert told(stranger) == []
    organisation.clock.time += 100
    assert organisation.services.mail.sweep_due.run() == 1
    organisation.stream()
    assert len(told(stranger)) == 1


def test_call_that_was_put_off_is_told_when_it_opens(organisation: Organisation, stranger: Client) -> None:
    organisation.call(opens=100)
    organisation.call(opens=300)
    organisation.clock.time += 150
    assert organisation.services.mail.sweep_due.run() == 0
    organisation.stream()
    assert told(stranger) == []
    organisation.clock.time += 150
    organisation.services.mail.sweep_due.run()
    organisation.stream()
    assert len(told(stranger)) == 1


@pytest.mark.parametrize("lost", [True, False])
def test_call_of_an_event_that_is_published_later_is_told_then(
    organisation: Organisation, stranger: Client, *, lost: bool
) -> None:
    organisation.publish("draft")
    organisation.call()
    organisation.stream()
    organisation.clock.time += 100
    organisation.services.mail.sweep_due.run()
    assert told(stranger) == []
    organisation.publish()
    if lost:  # the stream's record of it
        organisation.clock.time += 100
        organisation.services.mail.sweep_due.run()
    organisation.stream()
    assert len(told(stranger)) == 1


def test_call_whose_record_the_stream_lost_is_told_by_the_timer(organisation: Organisation, stranger: Client) -> None:
    organisation.call()
    organisation.clock.time += 100
    assert organisation.services.mail.sweep_due.run() == 1
    organisation.services.announcements.fan_out.fan_out(organisation.event, organisation.event)
    assert len(told(stranger)) == 1


def test_call_that_closed_meanwhile_is_told_nobody(organisation: Organisation, stranger: Client) -> None:
    organisation.call(closes=100)
    organisation.clock.time += 150
    organisation.stream()
    organisation.clock.time += 100
    organisation.services.mail.sweep_due.run()
    organisation.stream()
    assert told(stranger) == []


def test_call_that_goes_while_it_is_told_and_comes_back_is_told_then(
    organisation: Organisation, organiser: Client, stranger: Client
) -> None:
    organisation.call()
    organisation.begin_to_tell()
    assert organiser.delete(f"/v1/events/{organisation.event}/call-for-papers", if_match="*").status == 204
    organisation.services.announcements.fan_out.fan_out(organisation.event, organisation.event)
    assert [told(organiser), told(stranger)] == [[], []]
    organisation.call()
    organisation.stream()
    assert [len(told(organiser)), len(told(stranger))] == [1, 1]


def test_event_that_goes_out_of_sight_while_people_are_told_is_told_to_the_others_later(
    organisation: Organisation, organiser: Client, stranger: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.announcements.services import fan_out

    monkeypatch.setattr(fan_out, "TOGETHER", 1)
    monkeypatch.setattr(fan_out, "SECONDS", 0.0)
    organisation.call()
    organisation.begin_to_tell()
    organisation.services.announcements.fan_out.fan_out(organisation.event, organisation.event)  # one person
    organisation.publish("draft")
    organisation.services.announcements.fan_out.fan_out(organisation.event, organisation.event)
    assert len(told(organiser)) + len(told(stranger)) == 1
    organisation.publish()
    monkeypatch.undo()
    organisation.stream()
    assert [len(told(organiser)), len(told(stranger))] == [1, 1]


def test_call_is_told_once_by_ten_at_once(
    organisation: Organisation, stranger: Client, organiser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation.call()
    store, begun = organisation.services.announcements.store, []
    begin = store.begin
    monkeypatch.setattr(store, "begin", lambda dispatch: begun.append(begin(dispatch)))
    with ThreadPoolExecutor(10) as threads:
        list(threads.map(lambda _: organisation.begin_to_tell(), range(10)))
        event = organisation.event
        list(threads.map(lambda _: organisation.services.announcements.fan_out.fan_out(event, event), range(10)))
    assert sorted(begun) == [False] * 9 + [True]
    assert (len(told(stranger)), len(told(organiser))) == (1, 1)


def test_call_is_mailed_to_who_wants_that_and_not_shown_to_who_does_not(
    organisation: Organisation, organiser: Client, stranger: Client
) -> None:
    wants = {"call_for_papers_open": {"in_app": False, "mail": "each", "push": False}}
    stranger.patch("/v1/me/notification-preferences", {"actions": wants}, if_match="*")
    organisation.call()
    organisation.stream()
    assert (told(stranger), len(told(organiser)), mails()) == ([], 1, [stranger.user_id])


def test_call_is_no_news_to_people_of_other_organisers(
    organisation: Organisation, stranger: Client, anonymous: Client
) -> None:
    """Neither people who proposed to other organisers, nor people who proposed to an event where the owner
    only helps.
    """
    from chalicelib.aws import dynamo_keys as keys
    from chalicelib.cfp.adapters.submissions import ProposerItem

    helped, other = make_ulid(1, b"helped" + bytes(4)), make_ulid(1, b"other" + bytes(5))
    grant(organisation.owner, helped, Role.MODERATOR)
    for event, user in ((helped, "01ARZ3NDEKTSV4RRFFQ69G5FA1"), (other, "01ARZ3NDEKTSV4RRFFQ69G5FA2")):
        ProposerItem(*keys.proposer(event, user), speaker_id="s", submissions=1).save()
    organisation.call()
    organisation.stream()
    found = organisation.services.announcements.store.load(organisation.event, organisation.event)
    assert found is not None
    assert found.counts.recipients == 2


def test_call_that_is_told_is_no_announcement_of_the_staff(organisation: Organisation, organiser: Client) -> None:
    organisation.call()
    organisation.stream()
    place = f"/v1/events/{organisation.event}/announcements"
    assert organiser.get(place).json["items"] == []
    assert organiser.get(f"{place}/{organisation.event}").status == 404


def test_page_of_the_event_tells_of_the_call_while_it_is_open(organisation: Organisation, anonymous: Client) -> None:
    place = f"/pages/e/{organisation.event}"

    def tells() -> bool:
        page = anonymous.get(place)
        assert anonymous.get(place, if_none_match=page.etag).status == 304
        return b"Propose a session" in page.body

    def wait(seconds: int) -> bool:
        organisation.clock.time += seconds
        organisation.services.mail.sweep_due.run()
        return tells()

    assert tells() is False
    organisation.call(opens=100, closes=300)
    assert [tells(), wait(50), wait(60), wait(200)] == [False, False, True, False]
    organisation.call(closes=300)
    assert tells() is True
    assert organisation.owner.delete(f"/v1/events/{organisation.event}/call-for-papers", if_match="*").status == 204
    assert tells() is False


def test_call_of_an_event_that_is_gone_is_no_trouble_when_it_is_due(organisation: Organisation) -> None:
    organisation.call(opens=100)
    assert organisation.owner.delete(f"/v1/events/{organisation.event}", if_match="*").status == 204
    organisation.clock.time += 150
    assert organisation.services.mail.sweep_due.run() == 0
    assert organisation.overdue() == []


def test_call_that_closes_this_very_second_is_kept(organisation: Organisation) -> None:
    assert organisation.call(opens=-100, closes=0).status == 201
