"""Passes stored Stripe events on: those of payments to apply_stripe_events.py, those of accounts to connect_account.py.

Called by the inbox stream through reactions.py, with what receive_webhook.py stored.
"""

from collections.abc import Mapping

from chalicelib.core.changes import Change, ChangeKind
from chalicelib.payments.inbox_port import StripeEvent
from chalicelib.payments.services.apply_stripe_events import ApplyStripeEvents
from chalicelib.payments.services.connect_account import ConnectAccount

PAYMENT_EVENTS = frozenset(
    {
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
        "payment_intent.payment_failed",
        "charge.succeeded",
        "charge.updated",
        "charge.refunded",
        "refund.created",
        "refund.updated",
        "refund.failed",
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
        "charge.dispute.closed",
    }
)
ACCOUNT_EVENTS = frozenset({"account.updated", "account.application.deauthorized"})
HANDLED = PAYMENT_EVENTS | ACCOUNT_EVENTS
"""The events that Stripe endpoints subscribe to; infra/ registers them with these."""


class DispatchStripeEvents:
    def __init__(self, *, apply_stripe_events: ApplyStripeEvents, connect_account: ConnectAccount) -> None:
        self._apply_stripe_events = apply_stripe_events
        self._connect_account = connect_account

    def on_changes(self, changes: list[Change]) -> None:
        """Reacts to the inbox stream: applies new events of one payment, or of an account. Fees of recorded charges are
        left to record_fees.py. Raises UpstreamFailed, Busy, KeyError.
        """
        heard = [event for event in read_new_events(changes) if not event.ignored]
        for event in heard:
            if event.kind in ACCOUNT_EVENTS and event.account is not None:
                self._connect_account.refresh_stripe_account(event.account)
        self._apply_stripe_events.apply_all([event for event in heard if event.kind in PAYMENT_EVENTS])


def read_new_events(changes: list[Change]) -> list[StripeEvent]:
    """Returns the new events in changes of the inbox. Raises KeyError for items of another shape."""
    return [
        parse_inbox_item(change.owner, change.after)
        for change in changes
        if change.kind is ChangeKind.CREATED and change.after is not None
    ]


def parse_inbox_item(event_id: str, item: Mapping[str, object]) -> StripeEvent:
    """Returns the event in an inbox item (payments/adapters/inbox.py). Raises KeyError for another shape."""
    return StripeEvent(
        id=event_id,
        kind=str(item["kind"]),
        object_id=_text(item.get("object_id")),
        livemode=item["livemode"] is True,
        ignored=item.get("ignored") is True,
        account=_text(item.get("account")),
        order_id=_text(item.get("order_id")),
        payload=_text(item.get("payload")),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
