"""Announcements reach every recipient exactly once, despite interruptions, repeated records and throttling."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.announcements.domain.announcement import Audience, Dispatch, Stage
from chalicelib.announcements.ports import Step
from chalicelib.announcements.services import fan_out
from chalicelib.core.errors import Busy
from chalicelib.core.ids import make_ulid
from chalicelib.core.permissions import Role
from chalicelib.notifications.domain.notification import Mail
from chalicelib.notifications.services.compose import Messages
from chalicelib.orders.domain.order_state import Ended, Facts
from local.dynamodb.database_server import DatabaseEndpoint
from tests.harness.crowds import Visitor, open_accounts, sell_to, user_id_of
from tests.harness.transactions import sizes_of_transactions
from tests.integration.conftest import FakeClock, Person, react, recount

EVENT = make_ulid(3, b"event" * 2)
ID = make_ulid(4, b"announced!")
OTHER_TYPE = make_ulid(6, b"other-type")


class Killed(BaseException):
    """Simulates the death of the process."""


def announce(services: bootstrap.Services, audience: Audience | None = None) -> None:
    """Stores an announcement, as the request does."""
    dispatch = Dispatch(
        id=ID,
        event_id=EVENT,
        event_name="Conf",
        title="Doors open at nine",
        message="<p>Bring <b>water</b>.</p>",
        audience=audience or Audience(attendees=True),
        created_by=user_id_of(0),
        created_at=int(services.clock.now()),
    )
    assert services.announcements.store.create(dispatch, day="2026-11-23", most=1)


def stored(services: bootstrap.Services) -> Dispatch:
    found = services.announcements.store.load(EVENT, ID)
    assert found is not None
    return found


def users(number: int, **account: Any) -> list[Visitor]:
    """Returns visitors with accounts."""
    made = [Visitor(f"user-{n}@example.org", user_id_of(n)) for n in range(number)]
    open_accounts([(one.user_id or "", one.email) for one in made], **account)
    return made


def guests(number: int) -> list[Visitor]:
    """Returns visitors without accounts."""
    return [Visitor(f"guest-{n}@example.org") for n in range(number)]


def titles(user_id: str) -> list[str]:
    """Returns the titles in an inbox."""
    from chalicelib.aws import dynamo_keys as keys
    from chalicelib.notifications.adapters.items import NOTIFICATION_PREFIX, NotificationItem

    partition = keys.unread_counter(user_id)[0]
    return [
        item.title for item in NotificationItem.query(partition, NotificationItem.sk.startswith(NOTIFICATION_PREFIX))
    ]


def mails() -> list[dict[str, Any]]:
    """Returns all mails, sorted by address."""
    from chalicelib.notifications.adapters.items import MailItem

    found = [item.attribute_values for item in MailItem.scan() if item.sk == "MAIL"]
    return sorted(found, key=lambda mail: str(mail["to"]))


def addresses() -> list[str]:
    return [mail["to"] for mail in mails()]


def counts(services: bootstrap.Services) -> tuple[int, int, int]:
    found = stored(services).counts
    return found.recipients, found.delivered, found.mailed


def test_announce_to_attendees_tells_each_person_once(services: bootstrap.Services, clock: FakeClock) -> None:
    ada, grace = users(2)
    guest = guests(1)[0]
    gone = Visitor("gone@example.org", facts=Facts(issued=True, ended=Ended.CANCELLED))
    refunded = Visitor("back@example.org", facts=Facts(issued=True, charge_id="ch", charged=1, refunded=1))
    sell_to(EVENT, [ada, guest, grace, ada, guest, guest._replace(email="Guest-0@example.org"), gone, refunded])
    announce(services)
    services.announcements.fan_out.fan_out(EVENT, ID)
    assert [titles(one.user_id or "") for one in (ada, grace)] == [["Conf: Doors open at nine"]] * 2
    assert addresses() == ["guest-0@example.org", "user-0@example.org", "user-1@example.org"]
    assert (stored(services).stage, counts(services)) == (Stage.DONE, (3, 2, 3))
    assert stored(services).finished_at == int(clock.now())


def test_announce_mail_says_it_plainly_and_can_be_refused(services: bootstrap.Services) -> None:
    (ada,) = users(1, language="de")
    sell_to(EVENT, [ada, *guests(1)])
    announce(services)
    services.announcements.fan_out.fan_out(EVENT, ID)
    guest, user = mails()
    assert guest["text"] == (
        "Hello Robin Example,\n\nBring water.\n\nFrom the organisers of Conf.\n\n"
        f"See the event: http://127.0.0.1:8000/e/{EVENT}\n"
    )
    assert (guest.get("user_id"), guest["action"]) == (None, "announcement")
    assert user["text"].startswith("Guten Tag Robin Example,\n\nBring water.\n\nVon den Veranstaltern von Conf.")
    assert (user["user_id"], user["language"]) == (ada.user_id, "de")
    assert "<p>Bring <b>water</b>.</p>" in user["html"]


def test_announce_one_address_bought_with_and_without_an_account_gets_one_mail(services: bootstrap.Services) -> None:
    (ada,) = users(1)
    sell_to(EVENT, [Visitor(ada.email), *guests(120), ada])
    announce(services)
    services.announcements.fan_out.fan_out(EVENT, ID)
    assert addresses().count(ada.email) == 1
    assert counts(services) == (122, 1, 121)


def test_announce_unverified_account_is_mailed_where_its_tickets_went(services: bootstrap.Services) -> None:
    open_accounts([(user_id_of(1), "somebody-else@example.org")], verified=False)
    sell_to(EVENT, [Visitor("mine@example.org", user_id_of(1))])
    announce(services)
    services.announcements.fan_out.fan_out(EVENT, ID)
    assert addresses() == ["mine@example.org"]


def test_announce_to_some_ticket_types_leaves_the_others_alone(services: bootstrap.Services) -> None:
    ada, grace = users(2)
    sell_to(EVENT, [ada, grace._replace(ticket_type_id=OTHER_TYPE)])
    announce(services, Audience(attendees=True, ticket_type_ids=[OTHER_TYPE]))
    services.announcements.fan_out.fan_out(EVENT, ID)
    assert [titles(one.user_id or "") for one in (ada, grace)] == [[], ["Conf: Doors open at nine"]]
    assert addresses() == [grace.email]


def test_announce_to_roles_tells_those_staff_at_their_proven_address(services: bootstrap.Services) -> None:
    from chalicelib.accounts.adapters.items import RoleItem
    from chalicelib.aws import dynamo_keys as keys

    staff = users(3)
    open_accounts([(user_id_of(2), "claimed@example.org")], verified=False)
    for visitor, role in zip(staff, (Role.OWNER, Role.MODERATOR, Role.OWNER), strict=True):
        RoleItem(*keys.role_in_event(EVENT, visitor.user_id or ""), role=role.value, granted_at=1).save()
    announce(services, Audience(roles=[Role.OWNER]))
    services.announcements.fan_out.fan_out(EVENT, ID)
    assert [len(titles(one.user_id or "")) for one in staff] == [1, 0, 1]
    assert addresses() == ["user-0@example.org"]
    assert counts(services) == (2, 2, 1)


def test_announce_goes_where_each_wants_it(services: bootstrap.Services, person: Callable[[], Person]) -> None:
    choices = [
        {"in_app": False, "mail": "each", "push": True},
        {"in_app": True, "mail": "off", "push": True},
        {"in_app": True, "mail": "digest", "push": True},
        {"in_app": False, "mail": "off", "push": False},
    ]
    people = [person() for _ in choices]
    open_accounts([(one.id, f"{number}@example.org") for number, one in enumerate(people)])
    for one, choice in zip(people, choices, strict=True):
        reply = one.client.patch("/v1/me/notification-preferences", {"actions": {"announcement": choice}}, if_match="*")
        assert reply.status == 200, reply
    sell_to(EVENT, [Visitor("bought@example.org", one.id) for one in people])
    announce(services)
    services.announcements.fan_out.fan_out(EVENT, ID)
    assert [len(titles(one.id)) for one in people] == [0, 1, 1, 0]
    assert addresses() == ["0@example.org"]
    assert counts(services) == (4, 2, 1)


def test_announce_nobody_is_done_at_once(services: bootstrap.Services) -> None:
    announce(services)
    services.announcements.fan_out.fan_out(EVENT, ID)
    assert (stored(services).stage, counts(services)) == (Stage.DONE, (0, 0, 0))


def test_announce_by_the_stream_carries_itself_on(
    database: DatabaseEndpoint, services: bootstrap.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call without any time left processes one page; its write causes the next call through the stream."""
    sell_to(EVENT, [*users(150), *guests(90)])
    monkeypatch.setattr(fan_out, "SECONDS", 0.0)
    announce(services)
    calls = 0
    while stored(services).stage is not Stage.DONE:
        before = stored(services)
        react(database, lambda record: record["dynamodb"]["Keys"]["sk"]["S"] == f"ANNOUNCEMENT#{ID}")
        assert stored(services) != before
        calls += 1
    assert counts(services) == (240, 150, 240)
    assert calls == 8  # three pages and an empty read, for each of two stages


def test_announce_killed_after_every_transaction_and_gone_on_with_tells_each_once(
    services: bootstrap.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    sell_to(EVENT, [*users(60), *guests(60), *users(60)[:30]])
    announce(services)
    advance = services.announcements.store.advance

    def dying(dispatch: Dispatch, step: Step) -> Dispatch:
        advance(dispatch, step)
        raise Killed

    monkeypatch.setattr(services.announcements.store, "advance", dying)
    deaths = 0
    while stored(services).stage is not Stage.DONE:
        with pytest.raises(Killed):
            services.announcements.fan_out.fan_out(EVENT, ID)
        deaths += 1
    assert deaths == 9
    assert [titles(user_id_of(n)) for n in range(60)] == [["Conf: Doors open at nine"]] * 60
    assert [recount(user_id_of(n)) for n in range(60)] == [(1, 1)] * 60
    assert (len(addresses()), len(set(addresses()))) == (120, 120)
    assert counts(services) == (120, 60, 120)


def test_announce_by_several_at_once_tells_each_once(services: bootstrap.Services) -> None:
    sell_to(EVENT, [*users(80), *guests(80)])
    announce(services)
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(services.announcements.fan_out.fan_out, EVENT, ID) for _ in range(4)]:
            done.result()
    services.announcements.fan_out.fan_out(EVENT, ID)
    assert [services.notifications.counters.load_counter(user_id_of(n)).unread for n in range(80)] == [1] * 80
    assert (len(addresses()), len(set(addresses()))) == (160, 160)
    assert counts(services) == (160, 80, 160)


def test_announce_while_throttled_is_reported_and_done_later(
    database: DatabaseEndpoint, services: bootstrap.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    sell_to(EVENT, users(5))
    announce(services)
    store = services.announcements.store

    def busy(dispatch: Dispatch, step: Step) -> Dispatch:
        raise Busy("Too many writers at once.")

    monkeypatch.setattr(store, "advance", busy)
    assert len(react(database)["batchItemFailures"]) == 1
    assert counts(services) == (0, 0, 0)
    monkeypatch.undo()
    assert react(database) == {"batchItemFailures": []}
    assert (stored(services).stage, counts(services)) == (Stage.DONE, (5, 5, 5))


def test_pack_shares_fills_transactions_and_leaves_none_empty() -> None:
    mail = Mail(key="k", to="a@example.org", subject="s", text="t", html="h")
    shares = [fan_out.RecipientShare(str(n), messages=Messages(mails=(mail,))) for n in range(60)]
    parts = list(fan_out.packed([*shares, fan_out.RecipientShare("last")]))
    assert [len(part) for part in parts] == [49, 12]
    assert [part[-1].place for part in parts] == ["48", "last"]


def test_announcement_that_the_stream_lost_is_woken_by_the_timer(
    database: DatabaseEndpoint, services: bootstrap.Services, clock: FakeClock
) -> None:
    from tests.integration.mail_steps import due_items

    sell_to(EVENT, users(3))
    announce(services)
    clock.time += 890
    assert (services.mail.sweep_due.run(), titles(user_id_of(0))) == (0, [])
    clock.time += 20
    assert services.mail.sweep_due.run() == 1
    react(database, lambda record: record["eventName"] == "MODIFY")
    assert [len(titles(user_id_of(n))) for n in range(3)] == [1, 1, 1]
    clock.time += 3600
    services.mail.sweep_due.run()
    assert [one for one in due_items() if "ANNOUNCEMENT" in one] == []
    assert [len(titles(user_id_of(n))) for n in range(3)] == [1, 1, 1]


def test_announcement_nobody_can_carry_out_is_given_up_in_the_end(
    services: bootstrap.Services, clock: FakeClock
) -> None:
    from tests.integration.mail_steps import due_items

    announce(services)
    began = clock.time
    woken = []
    for quarter in (1, 2, 3, 6, 7, 14, 15, 30, 31, 62, 63, 126, 127, 253, 254, 255):
        clock.time = began + quarter * 900 + 5
        if services.mail.sweep_due.run():
            woken.append(quarter)
    assert (woken, due_items()) == ([1, 3, 7, 15, 31, 63, 127], [])
    assert stored(services).stage is Stage.INBOXES


def test_announce_fills_transactions(services: bootstrap.Services) -> None:
    sell_to(EVENT, users(60))
    announce(services)
    with sizes_of_transactions() as sizes:
        services.announcements.fan_out.fan_out(EVENT, ID)
    assert sizes == [1 + 24 * 4, 1 + 24 * 4, 1 + 12 * 4, 1, 1 + 49 * 2, 1 + 11 * 2, 1]
    assert counts(services) == (60, 60, 60)
