"""Whom an announcement is for, each once, and what they are told."""

from collections.abc import Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.announcements.domain.announcement import Audience, AudienceMember, Dispatch, Said
from chalicelib.announcements.services.recipients import PAGE, Recipients
from chalicelib.core.permissions import Role
from chalicelib.notifications.ports import Contact
from chalicelib.orders.domain.order import Buyer, OrderRecord
from chalicelib.orders.domain.order_state import Dispute, Facts, state_of
from tests.unit.announcements.builders import EVERYBODY, dispatch
from tests.unit.orders.builders import PAID, order, record

STAFF = Audience(roles=[Role.OWNER, Role.MODERATOR])
ADA = AudienceMember("1", "ada", "ada@example.org", "Ada")


class Crowd:
    """Port `Crowd` with these orders by id and these roles by user."""

    def __init__(self, orders: dict[str, OrderRecord], holders: Sequence[tuple[str, str]] = ()) -> None:
        self.orders, self.holders = orders, list(holders)
        self.asked: list[tuple[str, int, str]] = []

    def list_order_ids(self, event_id: str, *, limit: int, after: str) -> list[str]:
        self.asked.append((event_id, limit, after))
        return [id for id in self.orders if id > after]

    def load_orders(self, order_ids: Sequence[str]) -> dict[str, OrderRecord]:
        return {id: self.orders[id] for id in order_ids if id in self.orders}

    def list_holders(self, event_id: str) -> list[tuple[str, str]]:
        return self.holders


def bought(id: str, email: str = "ada@example.org", *, user_id: str | None = None, facts: Facts = PAID) -> OrderRecord:
    made = order(id=id, state=state_of(facts), buyer=Buyer(name="Ada", email=email))
    return record(facts, order=made, user_id=user_id)


def recipients(
    *orders: OrderRecord, holders: Sequence[tuple[str, str]] = (), announcement: Dispatch | None = None
) -> Recipients:
    crowd: Any = Crowd({one.id: one for one in orders}, holders)
    return Recipients(crowd, announcement or dispatch(), public_url="https://m.example")


def found(*orders: OrderRecord, audience: Audience = EVERYBODY) -> list[tuple[str, str | None]]:
    """Place and account of each who is found behind these orders."""
    look = recipients(*orders, announcement=dispatch(audience=audience))
    return [(one.place, one.user_id) for one in look.list_people(look.list_places())]


def test_list_places_of_attendees_are_a_page_of_orders_behind_the_cursor() -> None:
    crowd: Any = Crowd({"1": bought("1"), "2": bought("2")})
    look = Recipients(crowd, dispatch(cursor="1"), public_url="")
    assert (look.list_places(), crowd.asked) == (["2"], [("E", PAGE, "1")])


def test_list_places_of_staff_are_holders_of_the_roles_behind_the_cursor() -> None:
    holders = [("ada", "owner"), ("bob", "owner"), ("cy", "registrar"), ("di", "moderator")]
    look = recipients(holders=holders, announcement=dispatch(audience=STAFF, cursor="ada"))
    assert look.list_places() == ["bob", "di"]
    assert look.list_people(["bob", "di"]) == [AudienceMember("bob", "bob"), AudienceMember("di", "di")]


def test_list_people_is_a_buyer_with_name_and_address() -> None:
    assert recipients(bought("1", user_id="ada")).list_people(["1"]) == [ADA]


def test_list_people_leaves_out_orders_that_are_gone() -> None:
    assert recipients(bought("1")).list_people(["0", "1"]) == [ADA._replace(user_id=None)]


def test_list_people_of_two_orders_is_an_account_once_at_its_first() -> None:
    orders = bought("1", user_id="ada"), bought("2", "other@example.org", user_id="ada"), bought("3", user_id="bob")
    assert found(*orders) == [("1", "ada"), ("3", "bob")]


def test_list_people_of_two_orders_is_a_guest_once_however_the_address_is_written() -> None:
    orders = bought("1", "ada@bücher.example"), bought("2", "ADA@xn--bcher-kva.example"), bought("3", "bob@example.org")
    assert found(*orders) == [("1", None), ("3", None)]


@pytest.mark.parametrize(
    ("facts", "is_found"),
    [(PAID, True), (replace(PAID, dispute=Dispute.OPEN), True), (Facts(), False)],
)
def test_list_people_leaves_out_whose_tickets_are_void(facts: Facts, is_found: bool) -> None:
    assert (found(bought("1", facts=facts)) != []) is is_found


@pytest.mark.parametrize(("types", "is_found"), [(["T"], True), (["X", "T"], True), (["X"], False)])
def test_list_people_of_some_ticket_types_leaves_out_the_others(types: list[str], is_found: bool) -> None:
    audience = Audience(attendees=True, ticket_type_ids=types)
    assert (found(bought("1"), audience=audience) != []) is is_found


@pytest.mark.parametrize(("audience", "subject"), [(EVERYBODY, "/e/E"), (STAFF, "/events")])
def test_compose_notification_says_whose_it_is_and_leads_where_its_reader_may_go(
    audience: Audience, subject: str
) -> None:
    said = recipients(announcement=dispatch(audience=audience)).compose_notification("de")
    assert said == Said("PyDays: Doors", "<p>Open at nine.</p>", subject)


@pytest.mark.parametrize(
    ("contact", "to", "language"),
    [
        (Contact("new@example.org", True, "de"), "new@example.org", "de"),
        (Contact("new@example.org", False, "de"), "ada@example.org", "de"),
        (None, "ada@example.org", "en"),
    ],
    ids=["proven address", "address that may not be theirs", "guest"],
)
def test_compose_mail_goes_to_a_proven_address_or_where_the_tickets_went(
    contact: Contact | None, to: str, language: str
) -> None:
    mail = recipients().compose_mail(ADA, contact)
    assert (mail.to, mail.language, mail.key) == (to, language, f"announcement A {to}")


def test_compose_mail_to_one_mailbox_has_one_key_however_its_address_is_written() -> None:
    look = recipients()
    keys = {
        look.compose_mail(ADA._replace(email=one), None).key for one in ("A@bücher.example", "a@xn--bcher-kva.example")
    }
    assert keys == {"announcement A a@xn--bcher-kva.example"}


@pytest.mark.parametrize(
    ("audience", "url"), [(EVERYBODY, "https://m.example/e/E"), (STAFF, "https://m.example/events")]
)
def test_compose_mail_has_the_message_and_leads_where_its_reader_may_go(audience: Audience, url: str) -> None:
    mail = recipients(announcement=dispatch(audience=audience)).compose_mail(ADA, None)
    assert ("Open at nine." in mail.text, "<p>Open at nine.</p>" in mail.html) == (True, True)
    assert (mail.subject, mail.text.rstrip().endswith(f": {url}")) == ("PyDays: Doors", True)
