"""What services need of the Stripe inbox. Light: webhook intake imports this and nothing else of sales."""

from typing import NamedTuple, Protocol


class StripeEvent(NamedTuple):
    """What is kept of a webhook call. `object_id` is the object to look the payment up by, `order_id` a hint whose it
    is, `account` the connected account it happened in. `payload` is its JSON, where it is at hand.
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
    """Keeps webhook calls until they are worked on."""

    def put(self, event: StripeEvent, *, payload: str, received_at: int, expires_at: int) -> bool:
        """Keep an event unless it is there. Whether it was new. Raises Busy."""
