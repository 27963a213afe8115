"""How many requests the gateway needs to read a payment, and that more requests would not show more."""

import pytest

from chalicelib.orders.domain.charge import Charge, Payment, PaymentStatus
from chalicelib.orders.domain.order_state import Dispute
from chalicelib.payments.adapters import stripe_looks
from tests.contract.conftest import DoubleSide, StripeSide
from tests.contract.test_stripe_access import request
from tests.contract.test_stripe_gateway import paid
from tests.stripe_double.conftest import START

DISPUTED = "4000000000000259"


class Counted:
    """Counts the double's requests since the last time."""

    def __init__(self, side: DoubleSide) -> None:
        self._traffic = side.double.traffic
        self._before = self._calls()

    def asked(self) -> dict[str, int]:
        """Returns the number of calls by endpoint since then."""
        now = self._calls()
        new = {name: count - self._before.get(name, 0) for name, count in now.items()}
        self._before = now
        return {name: count for name, count in new.items() if count}

    def _calls(self) -> dict[str, int]:
        return {name: one["calls"] for name, one in self._traffic.summary()["endpoints"].items()}


def bought(side: DoubleSide, card: str = "4242424242424242") -> str:
    """Pays a session and returns its id."""
    session = side.gateway.open_checkout(request(None)).id
    side.double.pay(session, card)
    return session


def seen(side: StripeSide, object_id: str) -> tuple[Payment, Charge]:
    found = side.gateway.read_payment(object_id)
    assert found is not None
    assert found.charge is not None
    return found, found.charge


SESSION, CHARGE = "GET /v1/checkout/sessions/*", "GET /v1/charges/*"


def test_look_at_a_session_that_was_paid_takes_one_request(double_side: DoubleSide) -> None:
    session = bought(double_side)
    counted = Counted(double_side)
    payment, charge = seen(double_side, session)
    assert counted.asked() == {SESSION: 1}
    assert (payment.status, payment.session_id, charge.amount) == (PaymentStatus.PAID, session, 2500)
    assert seen(double_side, charge.id)[1] == charge
    assert counted.asked() == {CHARGE: 1}


def test_look_at_a_session_with_a_refund_shows_the_refund(double_side: DoubleSide) -> None:
    session = bought(double_side)
    _, charge = seen(double_side, session)
    intent = double_side.api.v1.charges.retrieve(charge.id).payment_intent
    double_side.double.refund(str(intent), 700)
    counted = Counted(double_side)
    _, charge = seen(double_side, session)
    assert counted.asked() == {SESSION: 1, CHARGE: 1}
    assert [refund.amount for refund in charge.refunds] == [700]
    assert len(charge.ledger) == len(seen(double_side, charge.id)[1].ledger)


def test_look_at_a_session_with_a_dispute_shows_the_dispute(double_side: DoubleSide) -> None:
    session = bought(double_side, DISPUTED)
    double_side.double.tick()
    counted = Counted(double_side)
    _, charge = seen(double_side, session)
    assert counted.asked() == {SESSION: 1, CHARGE: 1, "GET /v1/disputes": 1}
    assert charge.dispute_standing is Dispute.OPEN


def test_look_at_an_open_session_takes_one_request(double_side: DoubleSide) -> None:
    session = double_side.gateway.open_checkout(request(None)).id
    counted = Counted(double_side)
    found = double_side.gateway.read_payment(session)
    assert counted.asked() == {SESSION: 1}
    assert found is not None
    assert (found.status, found.charge) == (PaymentStatus.OPEN, None)


def test_list_payments_made_takes_one_request_and_shows_the_same(double_side: DoubleSide) -> None:
    charges = [seen(double_side, bought(double_side))[1].id for _ in range(12)]
    intent = double_side.api.v1.charges.retrieve(charges[3]).payment_intent
    double_side.double.refund(str(intent), 700)
    counted = Counted(double_side)
    found = double_side.gateway.list_payments(since=START, until=START, pages=5)
    assert counted.asked() == {"GET /v1/charges": 1}
    del charges[3]  # a list does not have all refunds
    assert [payment.charge.id for payment in found if payment.charge] == charges[::-1]
    assert [double_side.gateway.read_payment(charge) for charge in charges[::-1]] == found


def test_list_payments_made_at_another_time_shows_none(double_side: DoubleSide) -> None:
    bought(double_side)
    assert double_side.gateway.list_payments(since=START + 1, until=START + 2, pages=1) == []


def test_list_payments_made_stops_after_so_many_pages(double_side: DoubleSide, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stripe_looks, "PAGE", 2)
    charges = [seen(double_side, bought(double_side))[1].id for _ in range(8)]
    counted = Counted(double_side)
    found = double_side.gateway.list_payments(since=START, until=START, pages=3)
    assert counted.asked() == {"GET /v1/charges": 3}
    assert [payment.charge.id for payment in found if payment.charge] == charges[:1:-1]


def test_list_payments_made_at_stripe(stripe_side: StripeSide) -> None:
    charges = {charge.id: charge for charge in (paid(stripe_side) for _ in range(2))}
    moments = [int(charge.created_at.timestamp()) for charge in charges.values()]
    found = stripe_side.gateway.list_payments(since=min(moments), until=max(moments), pages=2)
    shown = {payment.charge.id: payment.order_id for payment in found if payment.charge}
    assert shown.items() >= {id: charge.order_id for id, charge in charges.items()}.items()
