"""What services need of the Stripe inbox. Light: webhook intake imports this and nothing else of sales."""

from typing import NamedTuple, Protocol


class StripeEvent(NamedTuple):
    """What is kept of a webhook call. `object_id` is the id of the object it is about."""

    id: str
    kind: str
    object_id: str | None
    livemode: bool
    ignored: bool


class Inbox(Protocol):
    """Keeps webhook calls until they are worked on."""

    def put(self, event: StripeEvent, *, payload: str, received_at: int, expires_at: int) -> bool:
        """Keep an event unless it is there. Whether it was new. Raises Busy."""
