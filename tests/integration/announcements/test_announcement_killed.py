"""An announcement to many people, whose worker is killed when half of them have it: in the end everybody has it once.

600 people; `make soak` uses 10,000. Prints the time and the memory.
"""

import os
import threading

import pytest

from chalicelib import bootstrap
from chalicelib.announcements.domain.announcement import Stage
from local.dynamodb.database_server import DatabaseEndpoint
from tests.harness.announcing import EVENT, ID, announce, carry_out
from tests.harness.crowds import user_id_of
from tests.harness.worker import Worker

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

PEOPLE = int(os.environ.get("MARQUEE_ATTENDEES", "600"))


def kill_at_half(services: bootstrap.Services, worker: Worker, done: threading.Event) -> None:
    """Kills the worker when half of the inboxes have the announcement."""
    while not done.wait(0.01):
        found = services.announcements.store.load(EVENT, ID)
        if found is not None and found.counts.delivered >= PEOPLE // 2:
            worker.kill()
            return


def test_announcement_whose_worker_is_killed_at_half_reaches_everybody_once(
    database: DatabaseEndpoint, services: bootstrap.Services
) -> None:
    from chalicelib.notifications.adapters.items import MailItem, NotificationItem, UnreadCounterItem

    announce(services, PEOPLE)
    worker, done = Worker(str(database)), threading.Event()
    killer = threading.Thread(target=kill_at_half, args=(services, worker, done), daemon=True)
    killer.start()
    lost, took, peak = carry_out(database, worker)
    done.set()
    killer.join()
    found = services.announcements.store.load(EVENT, ID)
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
