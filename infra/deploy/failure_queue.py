"""Reads the failure queue of the streams. For each batch that Lambda gives up it writes an object to S3, and S3 sends
an SQS message about it.

Used by replay.py; knows nothing of the objects' contents.
Source: docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

import contextlib
import json
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

BATCH = 10
"""The most messages that SQS returns at once."""
WAIT_SECONDS = 5
"""With a wait above zero SQS asks all its servers, so that an empty answer means an empty queue."""
HIDDEN_SECONDS = 960
"""Longer than any function may run (900 s), so that no other replay gets the message meanwhile."""


class Place(NamedTuple):
    """An object in the failures bucket."""

    bucket: str
    key: str


class Message(NamedTuple):
    """A message of the queue. Without `places` it is not a notification of S3 about a new object."""

    id: str
    places: tuple[Place, ...]

    @property
    def age(self) -> str:
        """Sort key by the time when Lambda gave up. Keys are
        aws/lambda/MAPPING/SHARD/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-ID.
        """
        return min((place.key.rpartition("/")[2] for place in self.places), default="")


class FailureQueue:
    """The SQS queue. Messages that were received and not deleted are visible to others again after `release`."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url
        self._held: dict[str, str] = {}

    def receive(self, limit: int, *, keep_tests: bool) -> list[Message]:
        """Returns up to `limit` messages. S3's test messages for a new notification are not among them; they are
        deleted unless `keep_tests`.
        """
        found: dict[str, Message] = {}
        while len(found) < limit:
            messages = self._receive(min(BATCH, limit - len(found)))
            fresh = [one for one in messages if one["MessageId"] not in self._held]
            self._held |= {one["MessageId"]: one["ReceiptHandle"] for one in messages}
            if not fresh:
                break
            for one in fresh:
                message = Message(one["MessageId"], tuple(places_in(one["Body"])))
                if not is_test(one["Body"]):
                    found[message.id] = message
                elif not keep_tests:
                    self.delete(message)
        return list(found.values())

    def hold(self, message: Message) -> None:
        """Hides the message for another HIDDEN_SECONDS. One that is visible again already may be replayed twice, which
        is harmless.
        """
        self._hide(message.id, HIDDEN_SECONDS)

    def delete(self, message: Message) -> None:
        """Deletes the message from the queue."""
        self._client.delete_message(QueueUrl=self._url, ReceiptHandle=self._held.pop(message.id))

    def release(self) -> None:
        """Makes the messages that were not deleted visible again."""
        for id in list(self._held):
            self._hide(id, 0)
            del self._held[id]

    def _receive(self, number: int) -> list[dict[str, Any]]:
        answer = self._client.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=number,
            WaitTimeSeconds=WAIT_SECONDS,
            VisibilityTimeout=HIDDEN_SECONDS,
        )
        found: list[dict[str, Any]] = answer.get("Messages", [])
        return found

    def _hide(self, id: str, seconds: int) -> None:
        with contextlib.suppress(self._client.exceptions.ClientError):
            self._client.change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=self._held[id], VisibilityTimeout=seconds
            )


def is_test(body: str) -> bool:
    """Returns whether it is the test message that S3 sends when a notification is configured."""
    return parsed(body).get("Event") == "s3:TestEvent"


def places_in(body: str) -> list[Place]:
    """Returns the objects that a notification of S3 names, with their keys URL-decoded; empty for another message."""
    try:
        told = [record["s3"] for record in parsed(body)["Records"]]
        return [Place(one["bucket"]["name"], unquote_plus(one["object"]["key"])) for one in told]
    except (KeyError, TypeError):
        return []


def parsed(text: str | bytes) -> dict[str, Any]:
    """Returns the JSON object in a text; an empty one for anything else, `null` included."""
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
