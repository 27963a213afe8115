"""What services need of kept push subscriptions, and of whoever posts to push services. Light."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.push.domain.subscription import PushSubscription

Outcome = Literal["delivered", "gone", "failed"]


class Subscribed(NamedTuple):
    """The subscriptions of one person, oldest first, and the tag they are stored with (None: nothing is)."""

    tag: str | None
    subscriptions: list[PushSubscription]


class PushMessage(NamedTuple):
    """What one browser is to be told: `payload` is encrypted for it; of several with the same `topic` that wait at the
    push service only the newest stays; after `ttl` seconds nobody wants it.
    """

    subscription: PushSubscription
    payload: bytes
    topic: str
    ttl: int


class PushSubscriptionsView(Protocol):
    """Reads subscriptions without PynamoDB."""

    def load_subscriptions(self, user_id: str) -> Subscribed:
        """All of one person, strongly consistent."""

    def load_all(self, user_ids: Sequence[str]) -> dict[str, Subscribed]:
        """Of these people those who have any; eventually consistent."""

    def load_owner(self, subscription_id: str) -> str | None:
        """Whose browser that is, strongly consistent."""


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
        """Write somebody's subscriptions if they still have the expected tag, with who owns the browser that was
        `gained` and none those that were `lost` (ids), in one transaction. False when somebody else was faster, also
        with the gained one, which must still belong to `owner_before`.
        """


class PushServices(Protocol):
    """Posts to push services."""

    def send(self, messages: Sequence[PushMessage], *, within: float) -> list[Outcome]:
        """What became of each. After so many seconds nothing more is begun. Never raises for what a service does."""
