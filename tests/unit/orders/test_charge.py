"""The refunds and disputes in a charge record, and that a record never goes back to an older state."""

import pytest

from chalicelib.orders.domain.charge import ChargeDispute, Refund, moved_forward
from chalicelib.orders.domain.order_state import Dispute
from tests.unit.orders.builders import MOMENT, charge


def refund(status: str, amount: int = 500, refund_id: str = "re_1") -> Refund:
    return Refund(id=refund_id, amount=amount, currency="EUR", status=status, reason=None, created_at=MOMENT)


@pytest.mark.parametrize(
    ("status", "returned"),
    [("pending", 500), ("requires_action", 500), ("succeeded", 500), ("failed", 0), ("canceled", 0)],
)
def test_returned_counts_refunds_that_are_on_their_way(status: str, returned: int) -> None:
    assert charge(refunds=[refund(status)]).returned == returned


def test_look_that_shows_less_loses_nothing() -> None:
    known = charge(fee=35, net=4965, fee_currency="EUR", refunds=[refund("succeeded")])
    seen = charge(refunds=[refund("failed"), refund("pending", 7, "re_2")])
    moved = moved_forward(known, seen)
    assert (moved.fee, moved.net, moved.fee_currency) == (35, 4965, "EUR")
    assert [(one.id, one.status) for one in moved.refunds] == [("re_1", "failed"), ("re_2", "pending")]
    assert moved_forward(None, seen) == seen


def dispute(status: str, amount: int) -> ChargeDispute:
    return ChargeDispute(
        id="dp_1", amount=amount, currency="EUR", status=status, reason="fraudulent", created_at=MOMENT
    )


@pytest.mark.parametrize(
    ("status", "amount", "standing", "returned"),
    [
        ("needs_response", 100, Dispute.OPEN, 0),
        ("lost", 5000, Dispute.LOST, 0),
        ("lost", 100, None, 100),
        ("won", 5000, None, 0),
        ("warning_needs_response", 5000, None, 0),
    ],
)
def test_dispute_of_a_part_that_was_lost_is_money_that_went_back(
    status: str, amount: int, standing: Dispute | None, returned: int
) -> None:
    made = charge(dispute=dispute(status, amount))
    assert (made.dispute_standing, made.returned) == (standing, returned)
