"""Checkouts: one open checkout at a time, and an order that Stripe always refuses."""

from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from chalicelib.catalog.ports import Lost
from chalicelib.core.errors import Busy, OrderCannotBePaid, OrderNotPayable, SaleClosed, WaitInLine
from chalicelib.orders.domain.order import Checkout, OrderRecord
from chalicelib.orders.domain.order_state import Ended, Facts, OrderState, Reason
from chalicelib.payments.domain.stripe_account import StripeAccount
from chalicelib.payments.ports import CheckoutRefusal, CheckoutRefused, CheckoutRequest
from chalicelib.payments.services.open_checkout import LONGEST_CHECKOUT, SHORTEST_CHECKOUT, TRIES, OpenCheckout
from tests.unit.orders.builders import ID, MOMENT, FakeOrders, clock_at, record
from tests.unit.website.builders import event

NOW = MOMENT.timestamp()
DEADLINE = int(NOW) + 900


def held(**changes: Any) -> OrderRecord:
    return record(**{"checkout": None, "deadline": DEADLINE, **changes})


class World:
    """The service with one order; Stripe opens `cs_…` or raises. `meanwhile` is the order's state after that call."""

    def __init__(
        self,
        order: OrderRecord,
        answer: Exception | None = None,
        *,
        account: StripeAccount | None = None,
        meanwhile: OrderRecord | None = None,
        public: bool = True,
        starts_at: Any = None,
    ) -> None:
        self.orders, self.answer, self.meanwhile = FakeOrders(order), answer, meanwhile
        self.opened: list[CheckoutRequest] = []
        self.closed: list[str] = []
        self.turns: list[Exception] = []
        fields = {"starts_at": starts_at} if starts_at else {"starts_at": MOMENT.replace(year=2031)}
        shown = event(**fields, ends_at=MOMENT.replace(year=2032))
        body = SimpleNamespace(body=msgspec.json.encode(shown).decode()) if public else None
        parts: dict[str, Any] = {
            "place_order": SimpleNamespace(load_order=lambda id, caller, access: self.orders.records[id]),
            "orders": self.orders,
            "accounts": SimpleNamespace(load_account=lambda event_id: account),
            "representations": SimpleNamespace(event=lambda event_id, view: body),
            "queue": self,
        }
        self.service = OpenCheckout(
            payments=lambda: self,  # type: ignore[arg-type, return-value]
            clock=clock_at(NOW),
            fee_basis_points=300,
            public_url="https://m.example",
            **parts,
        )

    def wait_for_turn(self, order: OrderRecord) -> None:
        if self.turns:
            raise self.turns.pop(0)

    def claimed_until_failure(self, order: OrderRecord) -> Any:
        return nullcontext()

    def open_checkout(self, request: CheckoutRequest) -> Checkout:
        self.opened.append(request)
        if self.answer:
            raise self.answer
        if self.meanwhile:
            self.orders.records[ID] = self.meanwhile
            self.orders.lost = ["order"]
            self.meanwhile = None
        return Checkout(f"cs_{len(self.opened)}", f"https://stripe.test/cs_{len(self.opened)}")

    def close_checkout(self, session_id: str, *, account: str | None) -> bool:
        self.closed.append(session_id)
        return True

    def pay(self) -> str:
        return self.service.open_checkout(ID, caller=None, access=None)

    @property
    def order(self) -> OrderRecord:
        return self.orders.records[ID]


def test_pay_opens_one_checkout_and_gives_it_again() -> None:
    world = World(held())
    assert [world.pay() for _ in range(2)] == ["https://stripe.test/cs_1"] * 2
    (request,) = world.opened
    assert (request.expires_at, request.account, request.fee) == (DEADLINE + SHORTEST_CHECKOUT, None, 0)
    assert request.success_url == f"https://m.example/orders/{ID}/complete"
    assert world.order.checkout == Checkout("cs_1", "https://stripe.test/cs_1")


def test_pay_an_organiser_s_own_account_gives_the_platform_its_share() -> None:
    account = StripeAccount(id="acct_1", event_id="E", ready=True, connected_at=MOMENT)
    world = World(held(), account=account)
    world.pay()
    assert (world.opened[0].account, world.opened[0].fee, world.order.account) == ("acct_1", 150, "acct_1")


def test_pay_an_account_that_is_not_ready_is_refused() -> None:
    account = StripeAccount(id="acct_1", event_id="E", ready=False, connected_at=MOMENT)
    with pytest.raises(OrderNotPayable) as refused:
        World(held(), account=account).pay()
    assert refused.value.code == "payments_not_ready"


def test_pay_an_order_that_is_held_for_days_opens_a_checkout_as_long_as_stripe_keeps_one() -> None:
    world = World(held(deadline=int(NOW) + 7 * 24 * 3600))
    world.pay()
    assert world.opened[0].expires_at == int(NOW) // 60 * 60 + LONGEST_CHECKOUT


def test_pay_shortly_before_the_event_takes_only_what_settles_at_once() -> None:
    for starts_at, at_once in ((None, False), (MOMENT.replace(day=3), True)):
        world = World(held(), starts_at=starts_at)
        world.pay()
        assert world.opened[0].at_once is at_once


@pytest.mark.parametrize(
    "order",
    [held(deadline=int(NOW)), held(facts=Facts(ended=Ended.CANCELLED)), held(facts=Facts(pending=True))],
    ids=["over", "cancelled", "pending"],
)
def test_pay_what_is_not_to_be_paid_is_refused(order: OrderRecord) -> None:
    world = World(order)
    with pytest.raises(OrderNotPayable):
        world.pay()
    assert world.opened == []


def test_pay_for_an_event_that_is_hidden_is_refused() -> None:
    with pytest.raises(SaleClosed):
        World(held(), public=False).pay()


@pytest.mark.parametrize(
    ("refusal", "code", "reason"),
    [
        (CheckoutRefusal.TOO_SMALL, "below_minimum", Reason.AMOUNT_REFUSED),
        (CheckoutRefusal.TOO_LARGE, "above_maximum", Reason.AMOUNT_REFUSED),
        (CheckoutRefusal.ADDRESS, "email_invalid", Reason.ADDRESS_REFUSED),
        (CheckoutRefusal.SELLER, "payments_not_possible", Reason.SELLER_REFUSED),
    ],
)
def test_pay_what_stripe_never_takes_ends_the_order(refusal: CheckoutRefusal, code: str, reason: Reason) -> None:
    world = World(held(), CheckoutRefused(refusal))
    with pytest.raises(OrderCannotBePaid) as refused:
        world.pay()
    assert (refused.value.code, world.order.state, world.order.order.reason) == (code, OrderState.CANCELLED, reason)


def test_pay_in_a_crowd_is_told_to_come_again() -> None:
    with pytest.raises(WaitInLine):
        World(held(), Busy("crowded")).pay()


def test_pay_while_the_order_is_cancelled_closes_what_was_opened() -> None:
    world = World(held(), meanwhile=held(facts=Facts(ended=Ended.CANCELLED), version=2))
    with pytest.raises(OrderNotPayable):
        world.pay()
    assert world.closed == ["cs_1"]


def test_pay_while_another_request_opened_the_same_checkout_keeps_it_open() -> None:
    theirs = held(version=2, checkout=Checkout("cs_1", "https://stripe.test/cs_1"))
    world = World(held(), meanwhile=theirs)
    assert world.pay() == "https://stripe.test/cs_1"
    assert world.closed == []


def test_pay_while_another_request_took_a_place_in_line_keeps_the_checkout() -> None:
    queued = replace(held(version=2), pays_from=int(NOW) + 60)
    world = World(held(), meanwhile=queued)
    assert world.pay() == "https://stripe.test/cs_1"
    assert (world.order.pays_from, world.order.checkout, world.order.version) == (
        int(NOW) + 60,
        Checkout("cs_1", "https://stripe.test/cs_1"),
        3,
    )


def test_pay_while_the_order_keeps_changing_gives_up_in_the_end() -> None:
    world = World(held())
    world.turns = [Lost(frozenset({"order"})) for _ in range(TRIES)]
    with pytest.raises(OrderNotPayable):
        world.pay()
