"""Records the fees of charges, which Stripe reports later. Called by the inbox stream through reactions.py."""

from chalicelib.core.changes import Change
from chalicelib.payments.services.apply_stripe_events import CHARGE_UPDATED, ApplyStripeEvents
from chalicelib.payments.services.dispatch_stripe_events import read_new_events


class RecordFees:
    """Records fees of recorded charges."""

    def __init__(self, *, apply_stripe_events: ApplyStripeEvents) -> None:
        self._apply_stripe_events = apply_stripe_events

    def on_changes(self, changes: list[Change]) -> None:
        """Reacts to the inbox stream: applies all new events about fees together, so that one look at Stripe shows many
        fees. Raises UpstreamFailed, Busy, KeyError.
        """
        told = [event for event in read_new_events(changes) if event.kind == CHARGE_UPDATED and not event.ignored]
        self._apply_stripe_events.apply_settled(told)
