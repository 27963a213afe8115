"""Who may read an order, its charges and its refunds."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.core.errors import Forbidden, NotFound
from chalicelib.core.principal import Principal
from chalicelib.orders.ports import StoredOrder
from chalicelib.orders.services.read_order import MAX_ACCESS, ReadOrder, hash_of_access, is_buyer

BUYER, STRANGER, STAFF, MODERATOR = (Principal(name, "f") for name in ("buyer", "stranger", "staff", "moderator"))
ROLES = {"staff": "registrar", "moderator": "moderator"}
BY_ACCOUNT = StoredOrder("tag", '{"state":"paid","event_id":"E"}', "buyer", None, "a note")
BY_TOKEN = BY_ACCOUNT._replace(user_id=None, access_hash=hash_of_access("token"))

LONG = "x" * (MAX_ACCESS + 1)
BY_LONG_TOKEN = BY_TOKEN._replace(access_hash=hash_of_access(LONG))


def reading(stored: StoredOrder | None = BY_ACCOUNT, mail: str | None = None) -> ReadOrder:
    view: Any = SimpleNamespace(
        load_order=lambda id: stored,
        load_mail_state=lambda id: mail,
        load_charges=lambda id: ['{"id":"ch_1"}'],
        load_refunds=lambda id: [],
    )
    authorising: Any = SimpleNamespace(find_role=lambda who, event_id: ROLES.get(who.user_id) if who else None)
    return ReadOrder(view, authorising)


def shown(service: ReadOrder, principal: Principal | None, access: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(service.read_order("O", principal=principal, access=access).load()[1])
    return found


@pytest.mark.parametrize(
    ("stored", "principal", "access", "is_theirs"),
    [
        (BY_ACCOUNT, BUYER, None, True),
        (BY_ACCOUNT, STRANGER, None, False),
        (BY_ACCOUNT, None, "token", False),
        (BY_TOKEN, None, "token", True),
        (BY_TOKEN, STRANGER, "token", True),
        (BY_TOKEN, None, "other", False),
        (BY_TOKEN, None, "", False),
        (BY_TOKEN, None, None, False),
        (BY_LONG_TOKEN, None, LONG, False),
    ],
)
def test_order_is_its_account_s_or_whoever_s_has_its_token(
    stored: StoredOrder, principal: Principal | None, access: str | None, *, is_theirs: bool
) -> None:
    assert is_buyer(stored, principal=principal, access=access) is is_theirs


def test_read_shows_staff_the_note_and_the_buyer_not() -> None:
    assert "review_reason" not in shown(reading(), BUYER)
    assert shown(reading(), STAFF)["review_reason"] == "a note"


def test_read_has_another_tag_for_staff_that_changes_with_the_note() -> None:
    tags = {
        reading(stored).read_order("O", principal=who, access=None).load()[0]
        for who in (BUYER, STAFF)
        for stored in (BY_ACCOUNT, BY_ACCOUNT._replace(reason="another"))
    }
    assert len(tags) == 3


@pytest.mark.parametrize("principal", [None, STRANGER, MODERATOR])
def test_read_by_who_may_not_is_not_found(principal: Principal | None) -> None:
    for read in (reading().read_order, reading().list_charges):
        with pytest.raises(NotFound):
            read("O", principal=principal, access=None)
    with pytest.raises(NotFound):
        reading().list_refunds("O", principal=principal or STRANGER)
    with pytest.raises(NotFound):
        reading(None).read_order("O", principal=STAFF, access=None)


def test_read_charges_is_for_staff_and_says_so_to_the_buyer() -> None:
    body = reading().list_charges("O", principal=STAFF, access=None).load()[1]
    assert json.loads(body) == {"items": [{"id": "ch_1"}], "next_cursor": None}
    with pytest.raises(Forbidden):
        reading().list_charges("O", principal=BUYER, access=None)


@pytest.mark.parametrize(
    ("state", "mail", "said"),
    [
        ("paid", "returned", True),
        ("paid", "suppressed", True),
        ("paid", "sent", False),
        ("paid", None, False),
        ("reserved", "returned", False),
    ],
)
def test_read_says_when_the_tickets_did_not_arrive(state: str, mail: str | None, *, said: bool) -> None:
    stored = BY_ACCOUNT._replace(body=json.dumps({"state": state, "event_id": "E"}))
    assert ("mail_undelivered" in shown(reading(stored, mail), BUYER)) is said
