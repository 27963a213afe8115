"""The account of an organiser, and the platform's share."""

from datetime import UTC, datetime

import pytest

from chalicelib.payments.domain.stripe_account import StripeAccount, application_fee

NOW = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ready", "disconnected_at", "takes"), [(True, None, True), (False, None, False), (True, NOW, False)]
)
def test_take_payments_only_when_ready_and_connected(
    ready: bool, disconnected_at: datetime | None, *, takes: bool
) -> None:
    account = StripeAccount(id="acct_1", event_id="E", ready=ready, connected_at=NOW, disconnected_at=disconnected_at)
    assert account.takes_payments is takes


@pytest.mark.parametrize(
    ("amount", "currency", "basis_points", "fee"),
    [
        (5_000, "EUR", 300, 150),
        (5_033, "EUR", 300, 150),
        (33, "EUR", 300, 0),
        (5_000, "EUR", 0, 0),
        (12_345, "KWD", 300, 370),
        (12_300, "ISK", 300, 300),
    ],
)
def test_take_a_share_rounded_down_to_what_stripe_can_be_sent(
    amount: int, currency: str, basis_points: int, fee: int
) -> None:
    assert application_fee(amount, currency, basis_points=basis_points) == fee
