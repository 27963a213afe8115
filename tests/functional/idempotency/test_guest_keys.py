"""Idempotency-Keys of guests: a long key identifies its sender from any address, a short one only per
visitor (ADR 19).
"""

import pytest

from tests.conftest import sign_up
from tests.functional.builders import make_event
from tests.functional.limits.test_visitors import ADA, BOB, EDGE, OTHER_EDGE, cdn, through
from tests.functional.payments.test_pay_order import BUYER, add_ticket
from tests.harness.client import Client, Reply

__all__ = ["cdn"]

LONG, SHORT = "sixteen letters!", "fifteen letters"


@pytest.fixture
def ticket(organiser: Client) -> str:
    """The path for orders, and the id of the only ticket type."""
    event = make_event(organiser, state="published").json["id"]
    return f"{event} {add_ticket(organiser, event).json['id']}"


def buy(client: Client, ticket: str, key: str, *, name: str = BUYER["name"]) -> Reply:
    event, ticket_type = ticket.split()
    body = {"lines": [{"ticket_type_id": ticket_type, "quantity": 1}], "buyer": {**BUYER, "name": name}}
    return client.post(f"/v1/events/{event}/orders", body, idempotency_key=key)


def test_guest_with_a_long_key_gets_the_same_order_from_anywhere(ticket: str, cdn: Client) -> None:
    places = (ADA, EDGE), (ADA, OTHER_EDGE), (BOB, EDGE), ("2001:db8::1", OTHER_EDGE)
    replies = [buy(through(cdn, visitor, edge=edge), ticket, LONG) for visitor, edge in places]
    assert [reply.status for reply in replies] == [201] * 4
    assert len({reply.json["id"] for reply in replies}) == 1
    assert len({reply.json["access"] for reply in replies}) == 1


def test_guest_with_a_long_key_gets_the_same_order_after_an_update_of_the_browser(ticket: str, cdn: Client) -> None:
    replies = [buy(through(cdn, ADA, user_agent=f"Browser/{n}"), ticket, LONG) for n in (1, 2)]
    assert replies[0].json["id"] == replies[1].json["id"]


def test_strangers_with_the_same_short_key_get_orders_of_their_own(ticket: str, cdn: Client) -> None:
    ada, bob = buy(through(cdn, ADA), ticket, SHORT), buy(through(cdn, BOB), ticket, SHORT)
    assert (ada.status, bob.status) == (201, 201)
    assert ada.json["id"] != bob.json["id"]
    assert ada.json["access"] != bob.json["access"]


def test_guest_with_a_short_key_gets_the_same_order_by_whatever_edge(ticket: str, cdn: Client) -> None:
    replies = [buy(through(cdn, ADA, edge=edge), ticket, SHORT) for edge in (EDGE, OTHER_EDGE)]
    assert replies[0].json["id"] == replies[1].json["id"]


def test_stranger_with_the_same_long_key_and_another_order_is_handed_nothing(ticket: str, cdn: Client) -> None:
    assert buy(through(cdn, ADA), ticket, LONG).status == 201
    reply = buy(through(cdn, BOB), ticket, LONG, name="Bob Example")
    assert (reply.status, reply.code) == (422, "idempotency_mismatch")
    assert "access" not in reply.body.decode()


def test_key_of_an_account_is_no_guests(ticket: str, cdn: Client) -> None:
    somebody = through(sign_up(through(cdn, ADA)), ADA)
    guest, user = buy(through(cdn, ADA), ticket, LONG), buy(somebody, ticket, LONG)
    assert (guest.status, user.status) == (201, 201)
    assert guest.json["id"] != user.json["id"]
