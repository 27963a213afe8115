"""Who hears of what Stripe told us."""

from typing import Any

import pytest

from chalicelib.core.changes import Change, ChangeKind
from chalicelib.payments.inbox_port import StripeEvent
from chalicelib.payments.services.dispatch_stripe_events import DispatchStripeEvents, read_new_events
from chalicelib.payments.services.record_fees import RecordFees


class Heard:
    """Services `ApplyStripeEvents` and `ConnectAccount`: keep what they get."""

    def __init__(self) -> None:
        self.applied: list[str] = []
        self.settled: list[str] = []
        self.refreshed: list[str] = []

    def apply_all(self, events: list[StripeEvent]) -> None:
        self.applied += [event.id for event in events]

    def apply_settled(self, events: list[StripeEvent]) -> None:
        self.settled += [event.id for event in events]

    def refresh_stripe_account(self, account_id: str) -> None:
        self.refreshed.append(account_id)


def told(kind: str, event_id: str = "evt_1", *, change: ChangeKind = ChangeKind.CREATED, **item: Any) -> Change:
    return Change(change, "INBOX", f"STRIPE_EVENT#{event_id}", None, {"kind": kind, "livemode": False, **item})


def heard(*changes: Change) -> Heard:
    found: Any = Heard()
    DispatchStripeEvents(apply_stripe_events=found, connect_account=found).on_changes(list(changes))
    RecordFees(apply_stripe_events=found).on_changes(list(changes))
    kept: Heard = found
    return kept


def test_hear_payments_and_accounts_apart() -> None:
    found = heard(
        told("charge.refunded", "evt_1"),
        told("account.updated", "evt_2", account="acct_1"),
        told("charge.updated", "evt_3"),
        told("customer.created", "evt_4"),
    )
    assert (found.applied, found.settled, found.refreshed) == (["evt_1", "evt_3"], ["evt_3"], ["acct_1"])


@pytest.mark.parametrize(
    "change",
    [
        told("charge.updated", ignored=True),
        told("account.updated", account="acct_1", ignored=True),
        told("charge.updated", change=ChangeKind.CHANGED),
        told("charge.updated", change=ChangeKind.REMOVED),
        told("account.updated"),
    ],
)
def test_hear_nothing_of_the_other_mode_or_of_old_events(change: Change) -> None:
    found = heard(change)
    assert (found.applied, found.settled, found.refreshed) == ([], [], [])


def test_read_an_item_of_another_shape_fails() -> None:
    with pytest.raises(KeyError):
        read_new_events([Change(ChangeKind.CREATED, "INBOX", "STRIPE_EVENT#evt_1", None, {"livemode": False})])


def test_read_an_item_is_the_event_that_was_kept() -> None:
    (event,) = read_new_events([told("charge.updated", object_id="ch_1", account="acct_1", order_id="O", payload="{}")])
    assert event == StripeEvent("evt_1", "charge.updated", "ch_1", False, False, "acct_1", "O", "{}")
