"""The transition table keeps stock and money together."""

import pytest

from chalicelib.domain.order import (
    GIVE_BACK,
    HOLD,
    SELL_AT_ONCE,
    SELL_HELD,
    STAY,
    TRANSITIONS,
    Attendee,
    Buyer,
    Happening,
    OrderForm,
    OrderLineForm,
    OrderState,
    access_token,
    after,
)

TYPE = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
OTHER = "01ARZ3NDEKTSV4RRFFQ69G5FAW"
HOLDS = {OrderState.RESERVED, OrderState.PENDING}


@pytest.mark.parametrize("move", [STAY, HOLD, SELL_AT_ONCE, SELL_HELD, GIVE_BACK])
def test_move_any_keeps_the_capacity(move: tuple[int, int, int]) -> None:
    assert sum(move) == 0


@pytest.mark.parametrize("step", list(TRANSITIONS), ids=lambda step: f"{step[0]}-{step[1]}")
def test_transition_any_moves_only_stock_the_state_has(step: tuple[OrderState, Happening]) -> None:
    state, move = TRANSITIONS[step]
    gives_up_hold = step[0] in HOLDS and state not in HOLDS and state is not OrderState.REVIEW
    assert (move.held == -1) is gives_up_hold
    assert (move.sold == 1) is (state is OrderState.PAID)


@pytest.mark.parametrize("happening", list(Happening))
@pytest.mark.parametrize("state", [OrderState.PAID, OrderState.REVIEW, OrderState.REFUNDED])
def test_transition_of_a_settled_order_is_none(state: OrderState, happening: Happening) -> None:
    assert after(state, happening) is None


def form(*lines: tuple[str, int], attendees: int = 0) -> OrderForm:
    return OrderForm(
        lines=[OrderLineForm(ticket_type_id=ticket, quantity=quantity) for ticket, quantity in lines],
        buyer=Buyer(name="Ada", email="ada@example.org"),
        attendees=[Attendee(name="Ada")] * attendees,
    )


@pytest.mark.parametrize(
    ("asked", "pointers"),
    [
        (form((TYPE, 60), (OTHER, 40)), []),
        (form((TYPE, 61), (OTHER, 40)), ["/lines"]),
        (form((TYPE, 1), (TYPE, 1)), ["/lines"]),
        (form((TYPE, 1), attendees=2), ["/attendees"]),
    ],
)
def test_validate_form_across_lines(asked: OrderForm, pointers: list[str]) -> None:
    assert [violation.pointer for violation in asked.violations()] == pointers


def test_access_token_is_unguessable_and_bound_to_order_and_key() -> None:
    token = access_token(TYPE, b"key")
    assert len(token) == 32
    assert len({token, access_token(OTHER, b"key"), access_token(TYPE, b"other")}) == 3
