"""The stream of the Stripe inbox: every new event has its effects once. Called by app.py.

Events know no order, so those behind a failed one take effect too; Lambda then delivers again from the first failure.
"""

from chalicelib import bootstrap
from chalicelib.ports.notifications import StoredChange
from chalicelib.ports.sales import StripeEvent
from chalicelib.triggers.streams import Answer, Event, consume


def record_stripe_events(event: Event) -> Answer:
    """Handle a batch of stream records; names those that failed."""
    return consume(event, _record)


def _record(change: StoredChange) -> None:
    if change.before is None and change.after is not None and change.noun == "INBOX":
        bootstrap.services().charging.record(stripe_event(change))


def stripe_event(change: StoredChange) -> StripeEvent:
    """The event that a new inbox item holds. Raises KeyError for an item of another shape."""
    item = change.after or {}
    return StripeEvent(
        id=change.partition.partition("#")[2],
        kind=item["kind"],
        object_id=item.get("object_id"),
        livemode=item["livemode"],
        ignored=item.get("ignored", False),
    )
