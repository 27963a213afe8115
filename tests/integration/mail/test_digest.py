"""Due work: one digest per user despite killed processes, and mails that waited or were lost."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.mail.services import sweep_due as waking_service
from chalicelib.mail.services.sweep_due import GIVEN_UP_AFTER_SECONDS
from local.dynamodb.database_server import DatabaseEndpoint
from tests.integration.conftest import FakeClock, FakeMailer, Person, react
from tests.integration.mail_steps import (
    NEWS,
    choose,
    collect,
    due_items,
    mails,
    open_account,
    queue,
    stored,
    to_user,
)


@pytest.fixture
def due(clock: FakeClock) -> int:
    """A digest time one minute ago."""
    return int(clock.time) - 60


def run(services: bootstrap.Services) -> int:
    """Runs the timer."""
    return services.mail.sweep_due.run()


def test_digest_tells_what_is_unread_once(
    database: DatabaseEndpoint, services: bootstrap.Services, mailer: FakeMailer, ada: Person, due: int
) -> None:
    open_account(ada)
    first, read = collect(ada.id, digest_at=due, name="First"), collect(ada.id, digest_at=due, name="Read")
    collect(ada.id, digest_at=due, name="<b>Third</b>")
    ada.client.post(f"/v1/notifications/{read.id}/read")
    assert run(services) == 1
    assert [one for one in due_items() if "DIGEST" in one] == []
    assert run(services) == 0
    react(database)
    (mail,) = mailer.sent
    assert (mail.to, mail.subject) == ("ada@example.org", "2 things you have not seen yet")
    assert "* Paid: First\n  http://127.0.0.1:8000/orders/ORDER\n* Paid: <b>Third</b>\n" in mail.text
    assert "Paid: Read" not in mail.text
    assert "<b>" not in mail.html
    assert first.id in [item["id"] for item in ada.client.get("/v1/notifications?state=unread").json["items"]]
    assert due_items() == []


def test_digest_with_nothing_unread_is_no_mail(services: bootstrap.Services, ada: Person, due: int) -> None:
    one = collect(ada.id, digest_at=due)
    ada.client.post(f"/v1/notifications/{one.id}/read")
    assert (run(services), mails(), due_items()) == (0, [], [])


def test_digest_leaves_out_what_was_switched_off_since(services: bootstrap.Services, ada: Person, due: int) -> None:
    collect(ada.id, digest_at=due)
    # The tests' notifications are about paid orders, whose mails are mandatory. An optional topic replaces theirs.
    from chalicelib.notifications.adapters.items import NotificationItem

    (item,) = NotificationItem.query(f"USER#{ada.id}", NotificationItem.sk.startswith("NOTIFICATION#"))
    item.update([NotificationItem.action.set("announcement")])
    choose(ada, {"actions": {"announcement": {"mail": "off"}}})
    assert (run(services), mails()) == (0, [])


def test_digest_that_is_not_due_waits(services: bootstrap.Services, clock: FakeClock, ada: Person) -> None:
    later = int(clock.time) + 30
    collect(ada.id, digest_at=later)
    assert run(services) == 0
    clock.time = later
    assert run(services) == 1


def test_digests_of_one_user_hold_each_notification_once(
    database: DatabaseEndpoint, clock: FakeClock, mailer: FakeMailer, ada: Person
) -> None:
    open_account(ada)
    now = int(clock.time)
    for number in range(3):
        collect(ada.id, digest_at=now + number * 86_400, name=f"Day {number}")
    for number in range(3):
        clock.time = now + number * 86_400 + 5
        assert run(bootstrap.services()) == 1
        react(database)
    assert [re.findall("Day .", mail.text) for mail in mailer.sent] == [["Day 0"], ["Day 1"], ["Day 2"]]


def due_store() -> Any:
    """Returns the store's module. Imported late, because it reads the environment."""
    from chalicelib.mail.adapters import due as module

    return module


class Killed(BaseException):
    """Simulates the death of the process."""


STEPS = ["before the digest", "after the digest", "before the cursor", "after the cursor"]


def dying(monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    when, _, what = step.partition(" the ")
    name = {"digest": "put", "cursor": "advance"}[what]
    owner: Any = due_store().DynamoCollected if what == "digest" else due_store().DynamoDueIndex
    real: Callable[..., Any] = getattr(owner, name)

    def die(*arguments: Any) -> Any:
        if when == "after":
            real(*arguments)
        raise Killed

    monkeypatch.setattr(owner, name, die)


@pytest.mark.parametrize("step", STEPS)
def test_digest_killed_anywhere_and_run_again_is_sent_once(
    database: DatabaseEndpoint, mailer: FakeMailer, ada: Person, due: int, step: str
) -> None:
    services = bootstrap.services()
    open_account(ada)
    collect(ada.id, digest_at=due)
    with pytest.MonkeyPatch.context() as patch:
        dying(patch, step)
        with pytest.raises(Killed):
            run(services)
    run(services)
    run(services)
    react(database)
    react(database)
    assert (len(mails()), len(mailer.sent), due_items()) == (1, 1, [])


def test_digest_by_two_timers_at_once_is_one(services: bootstrap.Services, ada: Person, due: int) -> None:
    """The second timer finds the due item before the first has processed it."""
    collect(ada.id, digest_at=due)
    index = due_store().DynamoDueIndex()
    found = index.list_due(due, due + 60)
    digesting = services.mail.digest
    assert [digesting.queue_digest(one) for one in [*found, *found]] == [True, False]
    assert (len(mails()), [one for one in due_items() if "DIGEST" in one]) == (1, [])


def test_lost_mail_is_sent_after_a_quarter_of_an_hour(
    database: DatabaseEndpoint, services: bootstrap.Services, clock: FakeClock, mailer: FakeMailer
) -> None:
    mail_id = queue(NEWS)
    clock.time = time.time() + 890
    assert run(services) == 0
    clock.time += 20
    assert run(services) == 1
    react(database, lambda record: record["eventName"] == "MODIFY")
    assert ([mail.to for mail in mailer.sent], stored(mail_id).state) == (["guest@example.org"], "sent")
    assert due_items() == []


def test_mail_that_was_sent_is_due_no_more_and_never_woken(
    database: DatabaseEndpoint, services: bootstrap.Services, clock: FakeClock, mailer: FakeMailer
) -> None:
    queue(NEWS)
    react(database)
    assert due_items() == []
    clock.time = time.time() + 3600
    assert run(services) == 0
    react(database)
    assert len(mailer.sent) == 1


def test_mail_of_quiet_hours_is_sent_when_they_are_over(
    database: DatabaseEndpoint, services: bootstrap.Services, clock: FakeClock, mailer: FakeMailer, ada: Person
) -> None:
    open_account(ada)
    end = int(time.time()) + 3 * 3600
    queue(to_user(ada.id, not_before=end))
    for clock.time, woken in ((end - 1, 0), (end, 1)):
        assert run(services) == woken
        react(database)
        assert len(mailer.sent) == woken


def test_mail_that_cannot_be_sent_is_woken_ever_later_and_given_up(
    services: bootstrap.Services, clock: FakeClock, database: DatabaseEndpoint
) -> None:
    began = int(time.time())
    mail_id = queue(NEWS)
    woken = []
    for quarter in (1, 2, 3, 6, 7, 14, 15, 30, 31, 62, 63, 126, 127, 253, 254, 255):
        clock.time = began + quarter * 900 + 5
        if run(services):
            woken.append(quarter)
    assert woken == [1, 3, 7, 15, 31, 63, 127]
    assert (stored(mail_id).state, due_items()) == ("expired", [])
    assert woken[-1] * 900 < GIVEN_UP_AFTER_SECONDS


def test_one_thing_due_that_fails_keeps_no_other_from_its_turn(
    services: bootstrap.Services, clock: FakeClock, person: Callable[[], Person], due: int
) -> None:
    people = [person() for _ in range(3)]
    for one in people:
        collect(one.id, digest_at=due)
    real = due_store().DynamoCollected.list_unread

    def fail(self: Any, user_id: str, *, digest_at: int) -> Any:
        if user_id == people[1].id:
            raise ValueError("poison")
        return real(self, user_id, digest_at=digest_at)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(due_store().DynamoCollected, "list_unread", fail)
        run(services)
        clock.time += 7200
        run(services)
        assert len(mails()) == 2
    run(services)  # the cursor stays at what is left
    assert sorted(mail.user_id for mail in mails()) == sorted(one.id for one in people)


def test_timer_without_a_sender_leaves_everything(ada: Person, due: int, services: bootstrap.Services) -> None:
    from chalicelib.triggers import timers

    collect(ada.id, digest_at=due)
    services.config = services.config.replaced(mail_from="")
    assert (timers.do_what_is_due(), len(due_items())) == (0, 1)


def test_timer_looks_in_every_part_and_not_before_its_cursor(services: bootstrap.Services, clock: FakeClock) -> None:
    for number in range(40):
        queue(NEWS._replace(key=f"news {number}"))
    assert len({item.pk for item in mails()}) == 40
    clock.time = time.time() + 1000
    assert run(services) == 40
    index = due_store().DynamoDueIndex()
    assert index.begin(int(clock.time)) == int(clock.time) - waking_service.LATE_SECONDS
