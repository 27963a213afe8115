"""A whole batch of notifications with a poison at each of its places: everybody else is told, once, and the poison is
reported, to be told when it is mended.
"""

import copy
from collections.abc import Iterable
from typing import Any

import pytest

from chalicelib import bootstrap, reactions
from chalicelib.live.ports import Connection
from chalicelib.live.services.push_notifications import PushNotifications
from chalicelib.live.services.sockets import Sockets
from chalicelib.notifications.ports import Counter
from chalicelib.triggers import streams
from local.dynamodb.database_server import DatabaseEndpoint
from tests.integration.conftest import FakePusher, deliver, notification, records

BATCH = 100


class InMemory:
    """Ports `Connections`, `ActiveSignIns`, `Counters` and `Deliveries`, as far as pushes ask: one open socket a user."""

    def list_connections(self, user_id: str) -> list[Connection]:
        return [Connection(user_id, user_id, "family", "https://x.example", 2**31)]

    def find_active_sign_ins(self, sign_in_ids: Iterable[str]) -> set[str]:
        return set(sign_in_ids)

    def load_counter(self, user_id: str) -> Counter:
        return Counter(unread=1, etag="e")

    def mark_pushed(self, user_id: str, notification_ids: Iterable[str], *, devices: int, at: int) -> None:
        """Nobody asks."""


@pytest.fixture
def batch(database: DatabaseEndpoint, services: bootstrap.Services, pusher: FakePusher) -> list[dict[str, Any]]:
    """What the stream tells of one notification for each of a hundred people."""
    memory: Any = InMemory()
    reaching = Sockets(memory, memory, pusher, services.clock)
    services.live.push_notifications = PushNotifications(reaching, memory, memory, services.clock)
    deliver(*(notification(f"U{number:03d}") for number in range(BATCH)))
    told = [one for one in records(database) if one["dynamodb"]["Keys"]["sk"]["S"].startswith("NOTIFICATION#")]
    assert len(told) == BATCH
    return told


def test_poison_anywhere_in_a_batch_keeps_nobody_else_from_being_told(
    batch: list[dict[str, Any]], pusher: FakePusher
) -> None:
    everybody = [f"U{number:03d}" for number in range(BATCH)]
    for place, record in enumerate(batch):
        pusher.sent.clear()
        poisoned = copy.deepcopy(batch)
        poisoned[place]["dynamodb"]["NewImage"]["action"] = {"S": "an_action_of_a_later_release"}
        answer = streams.react({"Records": poisoned}, reactions.NOTIFICATIONS)
        assert answer == {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}
        assert told(pusher) == everybody[:place] + everybody[place + 1 :]
        assert streams.react({"Records": [record]}, reactions.NOTIFICATIONS) == {"batchItemFailures": []}
        assert told(pusher) == everybody


def told(pusher: FakePusher) -> list[str]:
    """Whose socket got a notification, once for each."""
    return sorted(user for user, frames in pusher.sent.items() for one in frames for _ in one["notifs"])
