"""What every row needs: the product in this process, the database in another, events of a given size, CPU time."""

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.harness import environment
from tests.harness.client import Client

SYLLABLES = ["ka", "lo", "mi", "ren", "tu", "sa", "vel", "dor", "ni", "pra", "qui", "stel", "bo", "ga", "hur", "em"]

_chance = random.Random(2016)
WORDS = ["".join(_chance.choices(SYLLABLES, k=_chance.randint(1, 4))) for _ in range(800)]
WEIGHTS = [1 / rank for rank in range(1, len(WORDS) + 1)]  # as often as words occur in prose (Zipf)


@contextmanager
def product() -> Iterator[Client]:
    """The Chalice app in this process over a database in another; a client without credentials."""
    command = [sys.executable, "-m", "bench.database"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as database:
        assert database.stdout is not None
        assert database.stdin is not None
        environment.prepare(database.stdout.readline().strip())
        import logging

        from app import app
        from chalicelib import bootstrap
        from chalicelib.aws import dynamo_tables as tables

        logging.getLogger("telemetry").setLevel(logging.ERROR)
        tables.create_missing()
        yield Client(app)
        bootstrap.services().aws.dynamodb.close()
        database.stdin.close()


def sessions(count: int) -> list[dict[str, Any]]:
    """Fields of sessions that together weigh what a real conference's do (300: about 210 KB of JSON)."""
    return [
        {
            "title": f"Session {n}: on doing the work when it changes",
            "short_abstract": _abstract(n),
            "long_abstract": "",
            "language": "en",
            "level": "beginner",
            "state": "confirmed",
            "starts_at": f"2027-06-{11 + n % 3}T{8 + n % 9:02d}:00:00Z",
            "ends_at": f"2027-06-{11 + n % 3}T{8 + n % 9:02d}:45:00Z",
        }
        for n in range(count)
    ]


def _abstract(seed: int) -> str:
    """Some 43 words that compress about as badly as prose does."""
    words = random.Random(seed).choices(WORDS, WEIGHTS, k=43)
    return f"<p>{' '.join(words)}.</p>"


def event_with(count: int, *, owner_id: str = "") -> str:
    """A published event with so many sessions, written by the product's own services; its id."""
    import msgspec

    from chalicelib import bootstrap
    from chalicelib.content.adapters.events import DynamoEvents
    from chalicelib.content.domain.event import Event
    from chalicelib.content.domain.programme import Session
    from chalicelib.content.domain.views import written
    from chalicelib.core.kinds import Kind
    from chalicelib.exchange.adapters.dynamo import DynamoImports

    ids = bootstrap.services().ids
    event_id = ids.new_id()
    stamp = {"created_at": "2027-01-01T00:00:00Z", "updated_at": "2027-01-01T00:00:00Z"}
    parts = [msgspec.convert({**one, **stamp, "id": ids.new_id()}, Session) for one in sessions(count)]
    DynamoImports().write_resources([written(event_id, Kind.SESSIONS, part) for part in parts])
    fields = {"name": "Bench", "slug": f"bench-{event_id.lower()}", "state": "published", "id": event_id, **stamp}
    fields |= {"starts_at": "2027-06-11T07:00:00Z", "ends_at": "2027-06-13T18:00:00Z"}
    event = written(event_id, Kind.EVENTS, msgspec.convert(fields, Event))
    owner = owner_id or ids.new_id()
    DynamoEvents().create_event(event, slug=fields["slug"], owner_id=owner, now=0, tag=ids.new_id())
    return event_id


def cpu(work: dict[str, Callable[[], Any]], *, rounds: int, calls: int) -> dict[str, float]:
    """CPU milliseconds of one call of each, interleaved, the best of the rounds."""
    best = dict.fromkeys(work, float("inf"))
    for _ in range(rounds):
        for name, call in work.items():
            began = time.process_time()
            for _ in range(calls):
                call()
            best[name] = min(best[name], (time.process_time() - began) * 1000 / calls)
    return best


class Requests:
    """Counts and keeps what the light client asks the database while it is watched."""

    def __init__(self) -> None:
        from chalicelib import bootstrap

        self.seen: list[tuple[str, dict[str, Any]]] = []
        client: Any = bootstrap.services().aws.dynamodb
        call = client.call

        def watched(operation: str, request: dict[str, Any]) -> Any:
            self.seen.append((operation, request))
            return call(operation, request)

        client.call = watched

    def during(self, work: Callable[[], Any]) -> list[tuple[str, dict[str, Any]]]:
        """The requests that some work makes."""
        self.seen.clear()
        work()
        return list(self.seen)
