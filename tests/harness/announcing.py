"""Sends one announcement to many people through workers, as Lambda would run them. For a test and a benchmark."""

import json
import time
from typing import NamedTuple

from chalicelib import bootstrap
from chalicelib.announcements.domain.announcement import Audience, Dispatch
from chalicelib.core.ids import make_ulid
from local.dynamodb.database_server import DatabaseEndpoint
from tests.harness.crowds import Visitor, open_accounts, sell_to, user_id_of
from tests.harness.environment import PREFIX
from tests.harness.worker import Worker

BATCH = 100
EVENT, ID = make_ulid(3, b"event" * 2), make_ulid(4, b"announced!")


class Delivery(NamedTuple):
    """The result: batches lost with a killed worker, seconds until all was done, peak memory of the last
    worker in KB.
    """

    lost: int
    seconds: float
    peak_kb: int


def announce(services: bootstrap.Services, people: int) -> None:
    """Gives `people` people an account and a ticket, and stores an announcement to them."""
    visitors = [Visitor(f"user-{number}@example.org", user_id_of(number)) for number in range(people)]
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
    assert services.announcements.store.create(dispatch, day="2026-11-23", most=1)


def carry_out(database: DatabaseEndpoint, worker: Worker) -> Delivery:
    """Sends the stream's records to the worker as Lambda does: batches in order, and a batch without an answer again,
    to a new worker. Returns when the stream is empty, so that all resulting pushes and mails have been processed.
    """
    began = time.monotonic()
    seen, lost = 0, 0
    while found := database.database.streams.read(f"{PREFIX}notifications", seen, BATCH, 0):
        answer = worker.react([json.loads(record.json) for record in found])
        if answer is None:
            lost += 1
            assert worker.finish() == 0
            worker = Worker(str(database))
            continue
        assert answer == {"batchItemFailures": []}
        seen = found[-1].sequence
    return Delivery(lost, time.monotonic() - began, worker.finish())
