"""Ports of push: what services need from the storage of push subscriptions and from push services. Light."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.push.domain.subscription import PushSubscription

Outcome = Literal["delivered", "gone", "failed"]


class Subscribed(NamedTuple):
    """The subscriptions of one person, oldest first, and the tag of the stored item (None: there is none)."""

    tag: str | None
    subscriptions: list[PushSubscription]


class PushMessage(NamedTuple):
    """A message to one browser. `payload` is what gets encrypted. Of several messages with the same `topic` that wait
    at the push service, only the newest is kept. The service drops it after `ttl` seconds.
    """

    subscription: PushSubscription
    payload: bytes
    topic: str
    ttl: int


class PushSubscriptionsView(Protocol):
    """Reads subscriptions without PynamoDB."""

    def load_subscriptions(self, user_id: str) -> Subscribed:
        """Returns all subscriptions of one person, read strongly consistently."""

    def load_all(self, user_ids: Sequence[str]) -> dict[str, Subscribed]:
        """Returns the subscriptions of those users who have any; eventually consistent."""

    def load_owner(self, subscription_id: str) -> str | None:
        """Returns the id of the user whose browser it is, read strongly consistently."""


class PushSubscriptions(Protocol):
    """Writes subscriptions."""

    def replace(
        self,
        user_id: str,
        subscriptions: Sequence[PushSubscription],
        *,
        expected_tag: str | None,
        gained: str | None = None,
        lost: Sequence[str] = (),
        owner_before: str | None = None,
    ) -> bool:
        """Writes a user's subscriptions if the stored ones still have the expected tag. In the same transaction, the
        user becomes the owner of the browser `gained`, and the browsers `lost` (ids) have no owner any more. Returns
        False when another write was faster, or when `gained` does not belong to `owner_before` any more.
        """


class PushServices(Protocol):
    """Posts to push services."""

    def send(self, messages: Sequence[PushMessage], *, within: float) -> list[Outcome]:
        """Returns the outcome of each message. Starts nothing more after `within` seconds. Never raises because of what
        a service does.
        """
