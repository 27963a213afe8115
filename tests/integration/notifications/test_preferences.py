"""Preferences over HTTP, and their effect on notifications and mails."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.notifications.domain.notification import NotificationAction
from chalicelib.notifications.domain.preferences import Channels, MailChoice
from local.dynamodb.database_server import DatabaseEndpoint
from tests.integration.conftest import FakeClock, FakeMailer, Person, react, records
from tests.integration.mail_steps import PLACE, choose, due_items, open_account, queue, stored, to_user


def test_read_for_the_first_time_gives_defaults_and_304_for_their_tag(ada: Person) -> None:
    first = ada.client.get(PLACE)
    assert (first.status, first.json["digest_hour"], first.json["address"]["state"]) == (200, 8, "works")
    again = ada.client.get(PLACE, if_none_match=first.etag)
    assert (again.status, again.body) == (304, b"")


def test_change_is_read_back_with_the_tag_of_the_answer(ada: Person) -> None:
    before = ada.client.get(PLACE)
    changed = ada.client.patch(PLACE, {"actions": {"announcement": {"mail": "off"}}}, if_match=before.etag)
    assert changed.json["actions"]["announcement"] == {"in_app": True, "mail": "off", "push": True, "fixed": []}
    assert ada.client.get(PLACE, if_none_match=changed.etag).status == 304
    assert ada.client.get(PLACE, if_none_match=before.etag).json == changed.json


def test_change_without_the_current_tag_changes_nothing(ada: Person) -> None:
    before = ada.client.get(PLACE)
    now = ada.client.patch(PLACE, {"digest_hour": 9}, if_match=before.etag)
    assert ada.client.patch(PLACE, {"digest_hour": 10}).status == 428
    stale = ada.client.patch(PLACE, {"digest_hour": 10}, if_match=before.etag)
    assert (stale.status, stale.json["current"]) == (412, {"etag": now.etag, "representation": now.json})
    assert ada.client.get(PLACE).json["digest_hour"] == 9


def test_change_of_what_is_fixed_is_422_with_pointer_and_reason(ada: Person) -> None:
    refused = ada.client.patch(PLACE, {"actions": {"order_paid": {"mail": "off"}}}, if_match="*")
    assert refused.status == 422
    ((pointer, detail),) = [(one["pointer"], one["detail"]) for one in refused.json["errors"]]
    assert pointer == "/actions/order_paid/mail"
    assert detail.startswith("cannot be changed: ")
    assert records_of_preferences(ada) == 0


def records_of_preferences(person: Person) -> int:
    from chalicelib.notifications.adapters.items import PreferencesItem

    return sum(1 for _ in PreferencesItem.query(f"USER#{person.id}", PreferencesItem.sk == "PREFERENCES"))


def test_preferences_of_nobody_need_sign_in(ada: Person) -> None:
    assert (ada.client.as_user("", "").get(PLACE).status, ada.client.as_user("", "").patch(PLACE, {}).status) == (
        401,
        401,
    )


def test_change_by_20_at_once_with_one_tag_is_won_by_one(ada: Person) -> None:
    tag = ada.client.get(PLACE).etag
    statuses: list[int] = []
    barrier = threading.Barrier(20)

    def write(hour: int) -> None:
        barrier.wait()
        statuses.append(ada.client.patch(PLACE, {"digest_hour": hour}, if_match=tag).status)

    others = [hour for hour in range(24) if hour != 8]  # 8 is the stored hour: writing it again changes no tag
    threads = [threading.Thread(target=write, args=(hour,)) for hour in others[:20]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, *[412] * 19]


def test_read_of_another_release_is_made_anew_and_can_be_changed(ada: Person, services: bootstrap.Services) -> None:
    from chalicelib.notifications.adapters import keys as notification_keys
    from chalicelib.notifications.adapters.items import PreferencesItem

    choose(ada, {"digest_hour": 9})
    item = PreferencesItem(*notification_keys.preferences(ada.id))
    old = [PreferencesItem.rev.set("old"), PreferencesItem.etag.set("old"), PreferencesItem.body.set("{}")]
    item.update(actions=old)  # type: ignore[arg-type]
    read = ada.client.get(PLACE)
    assert (read.json["digest_hour"], ada.client.get(PLACE, if_none_match=read.etag).status) == (9, 304)
    assert ada.client.patch(PLACE, {"digest_hour": 10}, if_match=read.etag).json["digest_hour"] == 10


def channels(services: bootstrap.Services, *people: Person, action: str = "announcement") -> list[Channels]:
    chosen = services.notifications.choose_channels.choose_channels(
        [one.id for one in people], NotificationAction(action)
    )
    return [chosen[one.id] for one in people]


def test_channels_are_each_ones_own(services: bootstrap.Services, person: Callable[[], Person]) -> None:
    ada, grace, edith = person(), person(), person()
    choose(ada, {"actions": {"announcement": {"mail": "off", "push": False}}})
    choose(grace, {"actions": {"announcement": {"in_app": False}}})
    assert channels(services, ada, grace, edith) == [
        Channels(mail=MailChoice.OFF, push=False),
        Channels(in_app=False),
        Channels(),
    ]


def test_channels_of_more_than_one_request_holds_are_all_there(services: bootstrap.Services, ada: Person) -> None:
    choose(ada, {"actions": {"announcement": {"mail": "off"}}})
    people = [f"nobody-{number}" for number in range(250)]
    chosen = services.notifications.choose_channels.choose_channels([*people, ada.id], NotificationAction.ANNOUNCEMENT)
    assert len(chosen) == 251
    assert [id for id, one in chosen.items() if one.mail is MailChoice.OFF] == [ada.id]


def test_quiet_hours_hold_mails_and_pushes_back_but_not_tickets(
    clock: FakeClock, services: bootstrap.Services, ada: Person
) -> None:
    now = int(clock.time)
    here = now // 60 % 1440
    hours = {"from": clock_of(here - 60), "to": clock_of(here + 60)}
    choose(ada, {"quiet_hours": hours})
    end = (now // 60 + 60) * 60
    assert channels(services, ada) == [Channels(push=False, mail_after=end)]
    assert channels(services, ada, action="order_paid") == [Channels(push=False)]
    clock.time = end
    assert channels(services, ada) == [Channels()]


def clock_of(minute: int) -> str:
    return f"{minute % 1440 // 60:02d}:{minute % 60:02d}"


def test_mail_of_quiet_hours_waits_in_the_queue(
    database: DatabaseEndpoint, clock: FakeClock, mailer: FakeMailer, ada: Person
) -> None:
    open_account(ada)
    later = int(clock.time) + 3600
    mail_id = queue(to_user(ada.id, not_before=later))
    react(database)
    assert (mailer.sent, stored(mail_id).state) == ([], "queued")
    assert due_items() == [f"DUE#{later}#MAIL#{mail_id}"]


@pytest.mark.parametrize("choice", ["off", "digest", "each"])
def test_mail_that_was_switched_off_meanwhile_is_not_sent(
    database: DatabaseEndpoint, mailer: FakeMailer, ada: Person, choice: str
) -> None:
    open_account(ada)
    mail_id = queue(to_user(ada.id))
    choose(ada, {"actions": {"announcement": {"mail": choice}}})
    react(database)
    expected: tuple[int, Any] = (0, "unsubscribed") if choice == "off" else (1, "sent")
    assert (len(mailer.sent), stored(mail_id).state) == expected


def test_what_a_mail_was_settled_as_stands_beside_its_notification(
    database: DatabaseEndpoint, mailer: FakeMailer, ada: Person
) -> None:
    from chalicelib.notifications.adapters import keys as notification_keys
    from chalicelib.notifications.adapters.items import DeliveryItem

    open_account(ada)
    queue(to_user(ada.id, notification_id="N1"))
    react(database)
    assert DeliveryItem.get(*notification_keys.delivery(ada.id, "N1"), consistent_read=True).mailed == "sent"


@pytest.mark.parametrize("verified", [True, False])
def test_mail_to_an_account_goes_to_a_proven_address_only(
    database: DatabaseEndpoint, mailer: FakeMailer, ada: Person, verified: bool
) -> None:
    open_account(ada, verified=verified)
    mail_id = queue(to_user(ada.id))
    react(database)
    assert [mail.to for mail in mailer.sent] == (["ada@example.org"] if verified else [])
    assert stored(mail_id).state == ("sent" if verified else "unreachable")


def test_collected_notifications_of_a_user_are_due_once(database: DatabaseEndpoint, ada: Person) -> None:
    from tests.integration.mail_steps import collect

    collect(ada.id, digest_at=1_900_000_000)
    collect(ada.id, digest_at=1_900_000_000)
    assert due_items() == [f"DUE#1900000000#DIGEST#{ada.id}"]
    assert {record["eventName"] for record in records(database)} >= {"INSERT"}
