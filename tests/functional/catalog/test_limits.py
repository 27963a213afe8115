"""Quotas, discounts, access codes and the waiting list over HTTP."""

from typing import Any

import pytest

from tests.functional.builders import make_event
from tests.functional.payments.test_pay_order import BUYER, add_ticket, order
from tests.harness.client import Client, Reply

ACCESS = {"code": "Members 25"}
DISCOUNT = {"code": "Spring", "kind": "percent", "percent": 10}


@pytest.fixture
def shop(organiser: Client) -> str:
    """A published event in Swiss francs."""
    return str(make_event(organiser, state="published").json["id"])


@pytest.fixture
def ticket(organiser: Client, shop: str) -> str:
    """Five tickets of 25 francs."""
    return str(add_ticket(organiser, shop).json["id"])


def buy(client: Client, shop: str, ticket: str, quantity: int = 1, **fields: Any) -> Reply:
    body = {"lines": [{"ticket_type_id": ticket, "quantity": quantity}], "buyer": BUYER, **fields}
    return client.post(f"/v1/events/{shop}/orders", body)


def test_discount_is_made_used_read_changed_and_kept_while_used(
    organiser: Client, anonymous: Client, shop: str, ticket: str
) -> None:
    place = f"/v1/events/{shop}/discounts"
    made = organiser.post(place, {**DISCOUNT, "max_uses": 2})
    assert (made.status, made.json["used"], made.json["held"]) == (201, 0, 0)
    bought = buy(anonymous, shop, ticket, 2, discount_code="SPRING")
    assert bought.status == 201, bought
    assert bought.json["total"] == {"amount": 4500, "currency": "CHF"}
    assert bought.json["lines"] == [
        {
            "ticket_type_id": ticket,
            "name": "Day ticket",
            "quantity": 2,
            "price": {"amount": 2500, "currency": "CHF"},
            "discount": {"amount": 500, "currency": "CHF"},
        }
    ]
    one = f"{place}/{made.json['id']}"
    read = organiser.get(one)
    assert (read.json["held"], organiser.get(one, if_none_match=read.etag).status) == (1, 304)
    assert organiser.get(place).json["items"] == [read.json]
    changed = organiser.patch(one, {"active": False}, if_match=made.etag)
    assert (changed.status, changed.json["active"]) == (200, False)
    assert organiser.patch(one, {"active": True}, if_match=made.etag).status == 412
    refused = buy(anonymous, shop, ticket, discount_code="spring")
    assert (refused.status, refused.code, refused.json["errors"][0]["pointer"]) == (
        422,
        "unknown_discount",
        "/discount_code",
    )
    assert organiser.delete(one, if_match=changed.etag).status == 409


@pytest.mark.parametrize(
    ("fields", "pointers"),
    [
        ({"percent": 0}, ["/percent"]),
        ({"percent": 101}, ["/percent"]),
        ({"kind": "amount"}, ["/amount", "/percent"]),
        ({"kind": "amount", "percent": None, "amount": {"amount": 0, "currency": "CHF"}}, ["/amount/amount"]),
        ({"kind": "amount", "percent": None, "amount": {"amount": 5, "currency": "EUR"}}, ["/amount/currency"]),
        ({"code": "ab"}, ["/code"]),
        ({"code": "   a   "}, ["/code"]),
        ({"code": "x" * 41}, ["/code"]),
        ({"max_uses": 0}, ["/max_uses"]),
        ({"ticket_type_ids": []}, ["/ticket_type_ids"]),
        ({"ticket_type_ids": ["01ARZ3NDEKTSV4RRFFQ69G5FAV"]}, ["/ticket_type_ids/0"]),
        ({"valid_from": "2030-01-02T00:00:00Z", "valid_until": "2030-01-01T00:00:00Z"}, ["/valid_until"]),
    ],
)
def test_discount_against_the_rules_is_refused(
    organiser: Client, shop: str, fields: dict[str, Any], pointers: list[str]
) -> None:
    reply = organiser.post(f"/v1/events/{shop}/discounts", {**DISCOUNT, **fields})
    assert (reply.status, sorted(error["pointer"] for error in reply.json["errors"])) == (422, pointers)
    assert organiser.get(f"/v1/events/{shop}/discounts").json["items"] == []


def test_access_code_opens_hidden_types_in_a_body_and_never_in_a_url(
    organiser: Client, anonymous: Client, shop: str
) -> None:
    hidden = add_ticket(organiser, shop, hidden=True).json["id"]
    made = organiser.post(f"/v1/events/{shop}/access-codes", {**ACCESS, "ticket_type_ids": [hidden]})
    assert made.status == 201, made
    assert anonymous.get(f"/v1/events/{shop}/ticket-types").json["items"] == []
    assert anonymous.get(f"/v1/events/{shop}/ticket-types?access_code=members").status == 400
    opened = anonymous.post(f"/v1/events/{shop}/access-codes/check", {"code": "members 25"})
    assert (opened.status, opened.headers["cache-control"]) == (200, "private, no-cache")
    assert [(one["id"], one["available"]) for one in opened.json["ticket_types"]] == [(hidden, 5)]
    wrong = anonymous.post(f"/v1/events/{shop}/access-codes/check", {"code": "members 26"})
    assert (wrong.status, wrong.code, wrong.json["errors"][0]["pointer"]) == (422, "unknown_access_code", "/code")
    assert buy(anonymous, shop, hidden).status == 422
    assert buy(anonymous, shop, hidden, access_code="MEMBERS 25").status == 201


def test_codes_can_be_guessed_only_so_often(anonymous: Client, shop: str) -> None:
    guesses = [
        anonymous.post(f"/v1/events/{shop}/access-codes/check", {"code": f"guess{number}"}).status
        for number in range(32)
    ]
    assert guesses == [422] * 30 + [429] * 2


def test_quota_is_shared_and_never_below_what_is_taken(organiser: Client, anonymous: Client, shop: str) -> None:
    day, dinner = (add_ticket(organiser, shop).json["id"] for _ in range(2))
    place = f"/v1/events/{shop}/quotas"
    made = organiser.post(place, {"name": "Hall", "quantity": 6, "ticket_type_ids": [day, dinner]})
    assert (made.status, made.json["available"]) == (201, 6)
    buy(anonymous, shop, day, 4)
    one = f"{place}/{made.json['id']}"
    assert organiser.get(one).json | {"updated_at": None} == made.json | {
        "available": 2,
        "held": 4,
        "updated_at": None,
    }
    types = anonymous.get(f"/v1/events/{shop}/ticket-types").json["items"]
    assert sorted(each["available"] for each in types) == [1, 2]
    short = buy(anonymous, shop, dinner, 3)
    assert (short.status, short.code, short.json["available"]) == (409, "sold_out", 2)
    below = organiser.patch(one, {"quantity": 3}, if_match="*")
    assert (below.status, below.code, below.json["taken"]) == (409, "below_sold", 4)
    assert organiser.delete(one, if_match="*").status == 409
    assert organiser.delete(one).status == 428


def test_waiting_list_is_joined_read_and_left(organiser: Client, anonymous: Client, shop: str, ticket: str) -> None:
    place = f"/v1/events/{shop}/waiting-list"
    form = {"ticket_type_id": ticket, "quantity": 1, "name": "Ada Lovelace", "email": "ada@example.org"}
    early = anonymous.post(place, form)
    assert (early.status, early.code, early.json["available"]) == (409, "not_sold_out", 5)
    order(anonymous, shop, ticket, 5)
    made = anonymous.post(place, form, idempotency_key="wait")
    assert (made.status, made.json["state"]) == (201, "waiting")
    again = anonymous.post(place, form, idempotency_key="wait")
    assert again.json == made.json
    assert anonymous.post(place, form).code == "already_waiting"
    listed = organiser.get(place).json["items"]
    assert listed == [{name: value for name, value in made.json.items() if name != "access"}]
    one = f"{place}/{made.json['id']}"
    assert anonymous.delete(f"{one}?access=guess").status == 404
    assert anonymous.delete(f"{one}?access={made.json['access']}").status == 204
    assert organiser.get(place).json["items"][0]["state"] == "left"


def test_limits_are_for_staff_alone(anonymous: Client, stranger: Client, shop: str) -> None:
    for name in ("quotas", "discounts", "access-codes", "waiting-list"):
        assert anonymous.get(f"/v1/events/{shop}/{name}").status == 401
        assert stranger.get(f"/v1/events/{shop}/{name}").status == 404


@pytest.mark.parametrize("code", ["", "\u0000", "\ud83d\ude00" * 20, "x" * 201, 5, None, ["a"]])
def test_order_with_a_strange_code_is_refused_or_without(anonymous: Client, shop: str, ticket: str, code: Any) -> None:
    reply = buy(anonymous, shop, ticket, discount_code=code)
    assert reply.status == (201 if code is None else 422 if code != "\u0000" else 400), reply
