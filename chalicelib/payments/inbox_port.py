"""The port to the Stripe inbox. Imports nothing slow: the webhook's intake imports only this of payments."""

from typing import NamedTuple, Protocol


class StripeEvent(NamedTuple):
    """What is stored of a webhook call. `object_id` is the object to read the payment by, `order_id` a hint which order
    it belongs to, `account` the connected account it happened in. `payload` is the event's JSON, where the caller has
    it.
    """

    id: str
    kind: str
    object_id: str | None
    livemode: bool
    ignored: bool
    account: str | None = None
    order_id: str | None = None
    payload: str | None = None


class StripeInbox(Protocol):
    """A store of webhook calls until they are handled."""

    def put(self, event: StripeEvent, *, payload: str, received_at: int, expires_at: int) -> bool:
        """Stores an event unless it is there. Returns whether it was new. Times in Unix seconds. Raises Busy."""
