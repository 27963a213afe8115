"""Validation of a buyer's form, and the secret that gives a guest access."""

import pytest

from chalicelib.orders.domain.order import Attendee, Buyer, OrderForm, OrderLineForm, access_token

TYPE = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
OTHER = "01ARZ3NDEKTSV4RRFFQ69G5FAW"


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
