"""A shop for each test; people with inboxes, what the stream tells of them, and doubles of what pushes and mails."""

import itertools
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import pytest

from chalicelib import bootstrap, reactions
from chalicelib.core.ids import make_ulid
from chalicelib.core.principal import Principal
from chalicelib.live.ports import Connection, Pushed
from chalicelib.mail.ports import Claimed
from chalicelib.notifications.domain.notification import Notification, NotificationAction
from chalicelib.triggers import streams
from local.dynamodb.database_server import DatabaseEndpoint
from tests.harness.client import Client
from tests.harness.double_shop import double_shop
from tests.harness.environment import PREFIX
from tests.harness.shop_fixtures import shop

__all__ = ["double_shop", "shop"]

_numbers = itertools.count(1)


@dataclass
class FakePusher:
    """Keeps what it is given; some connections are gone or out of reach."""

    gone: set[str] = field(default_factory=set)
    failing: set[str] = field(default_factory=set)
    sent: dict[str, list[Any]] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)

    def push(self, connections: Sequence[Connection], frames: Sequence[str], *, within: float = 5.0) -> Pushed:
        for connection in connections:
            if connection.id not in self.gone | self.failing:
                self.sent.setdefault(connection.id, []).extend(map(json.loads, frames))
        return Pushed(
            gone=[c for c in connections if c.id in self.gone],
            failed=[c for c in connections if c.id in self.failing],
        )

    def disconnect(self, connections: Sequence[Connection]) -> None:
        self.closed.extend(one.id for one in connections)


@dataclass
class FakeMailer:
    """Keeps what it is given, or fails with what is planned next."""

    sent: list[Claimed] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    def send(self, mail: Claimed) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(mail)


@dataclass
class FakeClock:
    """Stands still until moved."""

    time: float = 1_800_000_000.0

    def now(self) -> float:
        return self.time


@dataclass(frozen=True)
class Person:
    """A signed-in account."""

    client: Client
    principal: Principal

    @property
    def id(self) -> str:
        return self.principal.user_id


@pytest.fixture
def services(database: DatabaseEndpoint) -> bootstrap.Services:
    return bootstrap.services()


@pytest.fixture
def pusher(services: bootstrap.Services) -> FakePusher:
    fake = FakePusher()
    services.live.pusher = fake
    return fake


@pytest.fixture
def mailer(services: bootstrap.Services) -> FakeMailer:
    from chalicelib.mail.adapters.mails import DynamoMails
    from chalicelib.mail.services.send_mail import SendMail

    fake = FakeMailer()
    mails, addressing = DynamoMails(), services.mail.prepare_mail
    waits = {"pace": lambda: True, "sleep": lambda seconds: None}
    services.mail.send_mail = SendMail(mails, fake, services.clock, addressing, **waits)
    return fake


@pytest.fixture
def clock(services: bootstrap.Services) -> FakeClock:
    """The clock of services built after this fixture; at the real time's minute, so that tokens are valid."""
    fake = FakeClock(float(int(time.time()) // 60 * 60 + 30))
    services.clock = fake  # type: ignore[assignment]
    return fake


@pytest.fixture
def person(anonymous: Client, services: bootstrap.Services) -> Callable[[], Person]:
    """Makes people who are signed in."""

    def make() -> Person:
        from chalicelib.accounts.adapters.items import SignInItem
        from chalicelib.aws import dynamo_keys as keys

        principal = Principal(services.ids.new_id(), services.ids.new_id())
        until = int(time.time()) + 3600
        sign_in = keys.sign_in(principal.sign_in_id)
        SignInItem(*sign_in, user_id=principal.user_id, secret_hash="s", expires_at=until).save()
        token, _ = services.accounts.tokens.issue_token(principal, now=time.time())
        return Person(anonymous.as_user(token, principal.user_id), principal)

    return make


@pytest.fixture
def ada(person: Callable[[], Person]) -> Person:
    return person()


def notification(user_id: str, *, received_at: int = 1_800_000_000, name: str = "Conf") -> Notification:
    """A new notification; each call's id is later than the last one's."""
    return Notification(
        id=make_ulid(1_600_000_000_000 + next(_numbers), b"0123456789"),
        user_id=user_id,
        action=NotificationAction.ORDER_PAID,
        title=f"Paid: {name}",
        message=f"<p>Your order for <strong>{escape(name)}</strong> is paid: 1.00 EUR.</p>",
        subject="/orders/ORDER",
        received_at=received_at,
    )


def deliver(*notifications: Notification) -> list[str]:
    """Put notifications into inboxes, 30 in a transaction; their ids."""
    from chalicelib.aws.dynamo_transactions import Transaction
    from chalicelib.notifications.adapters.writes import add_notifications

    for start in range(0, len(notifications), 30):
        transaction = Transaction()
        add_notifications(transaction, notifications[start : start + 30])
        transaction.commit()
    return [one.id for one in notifications]


def receive(user_id: str, number: int = 1) -> list[str]:
    """Put so many notifications into an inbox; their ids."""
    return deliver(*(notification(user_id) for _ in range(number)))


def recount(user_id: str) -> tuple[int, int]:
    """Unread notifications and unread marks, counted."""
    from chalicelib.aws import dynamo_keys as keys
    from chalicelib.notifications.adapters.items import (
        NOTIFICATION_PREFIX,
        UNREAD_PREFIX,
        NotificationItem,
        UnreadMarkItem,
    )

    partition = keys.unread_counter(user_id)[0]
    items = NotificationItem.query(partition, NotificationItem.sk.startswith(NOTIFICATION_PREFIX))
    marks = UnreadMarkItem.query(partition, UnreadMarkItem.sk.startswith(UNREAD_PREFIX))
    return sum(not item.has_read for item in items), sum(1 for _ in marks)


def records(database: DatabaseEndpoint, after: int = 0) -> list[dict[str, Any]]:
    """What the notifications stream has told since the database was empty."""
    return [json.loads(r.json) for r in database.database.streams.read(f"{PREFIX}notifications", after, 10_000, 0)]


def react(database: DatabaseEndpoint, only: Callable[[dict[str, Any]], bool] = lambda record: True) -> Any:
    """Hand everything the stream told to the reactions of both functions."""
    both = (*reactions.NOTIFICATIONS, *reactions.MAILS)
    return streams.react({"Records": [r for r in records(database) if only(r)]}, both)


def connect(services: bootstrap.Services, person: Person, number: int = 1) -> list[str]:
    """Open so many sockets; their connection ids."""
    opened = []
    for _ in range(number):
        url, _ = services.live.connect_socket.create_ticket(person.principal, origin=None)
        id = f"conn{next(_numbers)}="
        services.live.connect_socket.connect(
            url.partition("?ticket=")[2], connection_id=id, origin=None, endpoint="https://x.example/api"
        )
        opened.append(id)
    return opened
