"""What Stripe should have told: whose turn it is, from when on, and that one failure keeps nothing else from its turn."""

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.core.errors import UpstreamFailed
from chalicelib.orders.ports import WantedRefund
from chalicelib.payments.ports import AccountGone, RawEvent, ReconciledUntil
from chalicelib.payments.services.reconcile import LONGEST_SECONDS, MOST_REFUNDS, OVERLAP_SECONDS, Reconcile
from tests.unit.orders.builders import clock_at

NOW = 1_900_000_000
DAY = 24 * 3600


class Stripe:
    """All that `Reconcile` asks, in memory; `asked` is what it did, in order. `troubles` are raised for an account."""

    def __init__(self, *accounts: str, now: int = NOW, **troubles: Exception) -> None:
        self.accounts, self.troubles = accounts, troubles
        self.done: dict[str | None, ReconciledUntil] = {}
        self.asked: list[tuple[str, Any]] = []
        self.events: list[RawEvent] = []
        self.refunds: list[WantedRefund] = []
        everything: Any = self
        self.service = Reconcile(
            **dict.fromkeys(
                ("accounts", "receive_webhook", "refund_payment", "sweep_payments", "orders", "reconciliations"),
                everything,
            ),
            payments=lambda: everything,
            clock=clock_at(now),
            hold_seconds=900,
        )

    def list_connected(self) -> list[str]:
        return list(self.accounts)

    def load_last(self, account: str | None) -> ReconciledUntil | None:
        return self.done.get(account)

    def save(self, account: str | None, done: ReconciledUntil) -> None:
        self.done[account] = done

    def list_undelivered(self, *, since: int, kinds: object, account: str | None) -> list[RawEvent]:
        self.asked.append(("events", (account, since)))
        if trouble := self.troubles.get(account or "platform"):
            raise trouble
        return self.events

    def list_complete_sessions(self, *, since: int, account: str | None) -> Iterator[Any]:
        return iter([])

    def look_at_sessions(self, sessions: object, account: str | None, *, until: float) -> int:
        return 0

    def store_fetched_event(self, payload: str, *, account: str | None) -> bool:
        return payload == "new"

    def load_wanted(self, *, before: int, now: int) -> list[WantedRefund]:
        return self.refunds

    def carry_out(self, order_id: str, key: str) -> None:
        self.asked.append(("refund", order_id))
        if order_id == "broken":
            raise KeyError(order_id)

    def sweep_payments(self, account: str | None, *, until: float) -> int:
        self.asked.append(("sweep", account))
        return 0

    def names(self, kind: str) -> list[Any]:
        return [about for what, about in self.asked if what == kind]


def test_reconcile_for_the_first_time_looks_as_far_back_as_stripe_keeps_events() -> None:
    stripe = Stripe()
    stripe.service.reconcile()
    assert stripe.names("events") == [(None, NOW - LONGEST_SECONDS)]
    assert stripe.done == {None: ReconciledUntil(NOW, 0)}


def test_reconcile_again_looks_back_a_little_behind_the_last_time() -> None:
    stripe = Stripe()
    stripe.done[None] = ReconciledUntil(NOW - 600, 4)
    stripe.service.reconcile()
    assert stripe.names("events") == [(None, NOW - 600 - OVERLAP_SECONDS)]
    assert stripe.done[None] == ReconciledUntil(NOW, 4)


def test_reconcile_counts_what_is_new_and_refunds_that_wait() -> None:
    stripe = Stripe()
    stripe.events = [RawEvent("new", 1), RawEvent("known", 2), RawEvent("new", 3)]
    stripe.refunds = [WantedRefund("one", "k"), WantedRefund("broken", "k"), WantedRefund("two", "k")]
    assert stripe.service.reconcile() == 5
    assert sorted(stripe.names("refund")) == ["broken", "one", "two"]


def test_reconcile_makes_refunds_before_it_sweeps() -> None:
    stripe = Stripe("acct_1")
    stripe.refunds = [WantedRefund("one", "k")]
    stripe.service.reconcile()
    kinds = [what for what, _ in stripe.asked]
    assert kinds == ["events", "events", "refund", "sweep", "sweep"]


@pytest.mark.parametrize("trouble", [UpstreamFailed("away"), KeyError("bug")])
def test_reconcile_account_that_fails_is_looked_at_from_the_same_moment_next_time(trouble: Exception) -> None:
    stripe = Stripe("acct_1", "acct_2", acct_1=trouble)
    stripe.done["acct_1"] = before = ReconciledUntil(NOW - 600, 1)
    stripe.service.reconcile()
    assert stripe.done["acct_1"] == before
    assert stripe.done["acct_2"].until == NOW
    assert set(stripe.names("sweep")) == {None, "acct_2"}


def test_reconcile_account_that_was_taken_back_rests_for_a_day() -> None:
    stripe = Stripe("acct_1", acct_1=AccountGone())
    stripe.service.reconcile()
    assert stripe.done["acct_1"] == ReconciledUntil(0, 0, rests_until=NOW + DAY)
    stripe.asked.clear()
    stripe.service.reconcile()
    assert [account for account, _ in stripe.names("events")] == [None]


def test_reconcile_more_refunds_than_a_run_makes_gives_each_a_turn() -> None:
    tried: set[str] = set()
    for turn in range(3):
        stripe = Stripe(now=NOW + turn * 900)
        stripe.refunds = [WantedRefund(f"order{number}", "k") for number in range(120)]
        stripe.service.reconcile()
        assert len(stripe.names("refund")) == MOST_REFUNDS
        tried |= set(stripe.names("refund"))
    assert len(tried) == 120


def test_reconcile_begins_sweeps_with_another_account_each_time() -> None:
    first = []
    for turn in range(3):
        stripe = Stripe("acct_1", "acct_2", now=NOW + turn * 600)
        stripe.service.reconcile()
        first.append(stripe.names("sweep")[0])
    assert set(first) == {None, "acct_1", "acct_2"}
