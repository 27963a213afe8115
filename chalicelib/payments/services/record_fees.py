"""Records the fees of charges, which Stripe knows and tells later. Called by the inbox stream through reactions.py."""

from chalicelib.core.changes import Change
from chalicelib.payments.services.apply_events import CHARGE_UPDATED, ApplyEvents
from chalicelib.payments.services.handle_webhook import new_events


class RecordFees:
    """Records fees of recorded charges."""

    def __init__(self, *, apply_events: ApplyEvents) -> None:
        self._apply_events = apply_events

    def on_changes(self, changes: list[Change]) -> None:
        """React to the inbox stream: new events that tell of fees, all together, so that one look at Stripe shows many.
        Raises UpstreamFailed, Busy, KeyError.
        """
        told = [event for event in new_events(changes) if event.kind == CHARGE_UPDATED and not event.ignored]
        self._apply_events.apply_settled(told)
