"""Acts as Stripe's webhook sender and as AWS's streams in tests, and kills the process in between.

Used by test_payments_by_name.py. Signed bodies go through payments/services/receive_webhook.py into the inbox. The
records of the database's streams then go through triggers/streams.py, as on Lambda.
"""

import hashlib
import hmac
import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib import reactions
from chalicelib.triggers.streams import react
from local.dynamodb.database_server import DatabaseEndpoint
from tests.harness.environment import VARIABLES
from tests.harness.shop import START, Shop

SECRET = VARIABLES["STRIPE_WEBHOOK_SECRET"]


def body_of(event_id: str, kind: str, object_id: str, **more: Any) -> bytes:
    """Returns a webhook body. `more` has fields of the event; `about` in it has fields of the event's object."""
    about = {"id": object_id, "object": "checkout.session" if object_id.startswith("cs_") else "charge"}
    about.update(more.pop("about", {}))
    facts = {"id": event_id, "object": "event", "type": kind, "livemode": False, "created": int(START)}
    return json.dumps({**facts, "data": {"object": about}, **more}).encode()


def signed(body: bytes, *, at: float = START, secret: str = SECRET, scheme: str = "v1") -> str:
    """Returns the signature header (docs.stripe.com/webhooks#verify-manually)."""
    mac = hmac.new(secret.encode(), b"%d." % int(at) + body, hashlib.sha256).hexdigest()
    return f"t={int(at)},{scheme}={mac}"


class Intake:
    """Posts events as Stripe does, and delivers the tables' stream records as AWS does."""

    def __init__(self, shop: Shop, endpoint: DatabaseEndpoint) -> None:
        self.shop = shop
        self._streams = endpoint.database.streams
        self._places = {"stripe_inbox": 0, "sales": 0}
        self._numbers = itertools.count()

    def post(self, kind: str, object_id: str, *, event_id: str = "", **more: Any) -> None:
        """Makes one webhook call."""
        body = body_of(event_id or f"evt_{next(self._numbers)}", kind, object_id, **more)
        self.shop.services.payments.receive_webhook.receive_stripe_event(body, signed(body, at=self.shop.clock.now()))

    def tell(self, kind: str, object_id: str, **more: Any) -> None:
        """Makes one webhook call and processes the streams."""
        self.post(kind, object_id, **more)
        self.bring()

    def bring(self) -> None:
        """Processes new stream records, and failed ones again, until all are done."""
        for _ in range(10):
            new = {table: self._since(table, place) for table, place in self._places.items()}
            if not any(new.values()):
                return
            for table, records in new.items():
                self._bring(table, records)
        raise AssertionError("The streams do not come to an end.")

    def bring_again(self, _worker: int = 0) -> list[str]:
        """Processes all records that the inbox stream ever had. Returns those that failed."""
        return self._react("stripe_inbox", [record for _, record in self._since("stripe_inbox", 0)])

    def bring_one(self, number: int) -> list[str]:
        """Processes one record of all that the inbox stream ever had. Returns it if it failed."""
        return self._react("stripe_inbox", [self._since("stripe_inbox", 0)[number][1]])

    def _bring(self, table: str, records: list[tuple[int, dict[str, Any]]]) -> None:
        failed = self._react(table, [record for _, record in records])
        for place, record in records:
            if record["dynamodb"]["SequenceNumber"] in failed:
                return
            self._places[table] = place

    def _react(self, table: str, records: list[dict[str, Any]]) -> list[str]:
        answer = react({"Records": records}, _REACTIONS[table])
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def _since(self, table: str, place: int) -> list[tuple[int, dict[str, Any]]]:
        found = self._streams.read(VARIABLES["TABLE_PREFIX"] + table, place, 10_000, 0)
        return [(record.sequence, json.loads(record.json)) for record in found]


_REACTIONS = {"stripe_inbox": reactions.STRIPE_INBOX, "sales": reactions.SALES}


class Killed(BaseException):
    """Simulates the death of the process."""


def dying(work: Callable[..., Any], *, after: bool) -> Callable[..., Any]:
    """Wraps `work` so that the process dies before or after it."""

    def die(*args: Any, **more: Any) -> Any:
        if after:
            work(*args, **more)
        raise Killed

    return die


def dies_once(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, *, after: bool) -> None:
    """Makes the process die at the first call of a method, and not again."""
    real = getattr(owner, name)

    def die(*args: Any, **more: Any) -> Any:
        monkeypatch.setattr(owner, name, real)
        return dying(real, after=after)(*args, **more)

    monkeypatch.setattr(owner, name, die)


def until_done(work: Callable[[], object]) -> int:
    """Repeats `work` until the process no longer dies. Returns how often it died."""
    for deaths in range(3):
        try:
            work()
        except Killed:
            continue
        return deaths
    raise AssertionError("It dies for ever.")
