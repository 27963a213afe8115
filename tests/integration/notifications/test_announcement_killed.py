"""An announcement to thousands whose worker is killed when half of them have it: everybody has it once in the end.

600 people; `make soak` takes 10,000. Prints the time and the memory it took.
"""

import json
import os
import threading
import time

import pytest

from chalicelib import bootstrap
from chalicelib.domain.announcement import Audience, Dispatch, Stage
from chalicelib.domain.ids import make_ulid
from local.database_server import DatabaseEndpoint
from tests.harness.crowds import Visitor, open_accounts, sell_to, user_id_of
from tests.harness.environment import PREFIX
from tests.harness.worker import Worker

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

PEOPLE = int(os.environ.get("MARQUEE_ATTENDEES", "600"))
BATCH = 100
EVENT, ID = make_ulid(3, b"event" * 2), make_ulid(4, b"announced!")


def announce(services: bootstrap.Services) -> None:
    """Everybody has an account and a ticket; the request keeps the announcement."""
    visitors = [Visitor(f"user-{number}@example.org", user_id_of(number)) for number in range(PEOPLE)]
    open_accounts((one.user_id or "", one.email) for one in visitors)
    sell_to(EVENT, visitors)
    dispatch = Dispatch(
        id=ID,
        event_id=EVENT,
        event_name="Conf",
        title="Doors open at nine",
        message="<p>Bring water.</p>",
        audience=Audience(attendees=True),
        created_by=user_id_of(0),
        created_at=int(services.clock.now()),
    )
    assert services._announcements.create(dispatch, day="2026-11-23", most=1)


def kill_at_half(services: bootstrap.Services, worker: Worker, done: threading.Event) -> None:
    """Wait until half of the inboxes have it."""
    while not done.wait(0.01):
        found = services._announcements.load(EVENT, ID)
        if found is not None and found.counts.delivered >= PEOPLE // 2:
            worker.kill()
            return


def carry_out(database: DatabaseEndpoint, services: bootstrap.Services) -> tuple[int, int]:
    """Hand the stream to workers as Lambda does: batches in order, one that was not answered once more. The first
    worker is killed. How many batches were lost with it, and the memory of the second in KB.
    """
    seen, lost = 0, 0
    worker, done = Worker(str(database)), threading.Event()
    killer = threading.Thread(target=kill_at_half, args=(services, worker, done))
    killer.start()
    while found := database.database.streams.read(f"{PREFIX}notifications", seen, BATCH, 0):
        answer = worker.react([json.loads(record.json) for record in found])
        if answer is None:
            lost += 1
            assert worker.finish() == 0
            worker = Worker(str(database))
            continue
        assert answer == {"batchItemFailures": []}
        seen = found[-1].sequence
    done.set()
    killer.join()
    return lost, worker.finish()


def test_announcement_whose_worker_is_killed_at_half_reaches_everybody_once(
    database: DatabaseEndpoint, services: bootstrap.Services
) -> None:
    from chalicelib.adapters.dynamo.notification_items import MailItem, NotificationItem, UnreadCounterItem

    announce(services)
    began = time.monotonic()
    lost, peak = carry_out(database, services)
    took = time.monotonic() - began
    found = services._announcements.load(EVENT, ID)
    assert found is not None
    sent = (found.finished_at or 0) - found.created_at
    print(
        f"{PEOPLE} people, {lost} worker killed at half: sent after {sent} s, all records of the stream dealt with after "
        f"{took:.1f} s, {peak // 1024} MB at most; {found.counts}"
    )
    assert (lost, found.stage) == (1, Stage.DONE)
    assert (found.counts.recipients, found.counts.delivered, found.counts.mailed) == (PEOPLE, PEOPLE, PEOPLE)
    everybody = sorted(user_id_of(number) for number in range(PEOPLE))
    items = list(NotificationItem.scan())
    assert sorted(str(item.pk).partition("#")[2] for item in items if item.sk.startswith("NOTIFICATION#")) == everybody
    counters = [(item.pk, int(item.unread)) for item in UnreadCounterItem.scan() if item.sk == "COUNTER"]
    assert sorted(counters) == [(f"USER#{user}", 1) for user in everybody]
    mails = [item.to for item in MailItem.scan() if item.sk == "MAIL"]
    assert sorted(mails) == sorted(f"user-{number}@example.org" for number in range(PEOPLE))
