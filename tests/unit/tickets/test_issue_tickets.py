"""Who may read an order's tickets, and changes of their attendees."""

import json
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.catalog.ports import Lost
from chalicelib.core.errors import Forbidden, NotFound, OrderNotPayable, PreconditionFailed, TicketNotValid
from chalicelib.core.principal import Principal
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.domain.order_state import Dispute, Facts
from chalicelib.tickets.domain.ticket import AttendeeChange, AttendeesForm, tickets_of
from chalicelib.tickets.services.issue_tickets import TRIES, IssueTickets
from tests.unit.orders.builders import ID, MOMENT, PAID, FakeOrders, record

BUYER, STAFF, EDITOR, STRANGER = (Principal(name, "f") for name in ("buyer", "staff", "editor", "stranger"))
ROLES = {STAFF: "registrar", EDITOR: "coorganizer"}
GRACE = AttendeesForm(attendees=[AttendeeChange(number=2, name="Grace")])


class World:
    """The service with one order. The first rewrites fail as lost, for the names given."""

    def __init__(self, facts: Facts = PAID, *, lost: list[str] | None = None) -> None:
        self.orders: Any = FakeOrders(record(facts, ticket_secret="secret", user_id="buyer"))
        self.used: dict[int, datetime] = {}
        self.lost = lost or []
        authorising: Any = SimpleNamespace(find_role=lambda who, event_id: ROLES.get(who))
        admissions: Any = self
        self.service = IssueTickets(
            orders=self.orders,
            admissions=admissions,
            representations=SimpleNamespace(event=lambda *asked: None),  # type: ignore[arg-type]
            authorise=authorising,
        )

    def used_at(self, event_id: str, order_id: str) -> dict[int, datetime]:
        return self.used

    def rewrite(self, after: OrderRecord, *, before: OrderRecord, unused: list[int]) -> None:
        if self.lost:
            raise Lost(frozenset({self.lost.pop(0)}))
        self.orders.records[ID] = after

    def listed(self, principal: Principal | None = BUYER) -> list[dict[str, Any]]:
        body = self.service.list_tickets(ID, principal=principal, access=None).load()[1]
        found: list[dict[str, Any]] = json.loads(body)["items"]
        return found

    def change(self, principal: Principal = BUYER, **more: Any) -> None:
        self.service.update_attendees(ID, GRACE, principal=principal, access=None, **more)

    @property
    def codes(self) -> list[str]:
        return [ticket.code for ticket in tickets_of(self.orders.records[ID])]


@pytest.mark.parametrize("principal", [BUYER, STAFF])
def test_list_tickets_for_the_buyer_and_staff(principal: Principal) -> None:
    assert [one["number"] for one in World().listed(principal)] == [1, 2]


@pytest.mark.parametrize("principal", [STRANGER, None])
def test_list_tickets_for_others_is_not_found(principal: Principal | None) -> None:
    world = World()
    with pytest.raises(NotFound):
        world.listed(principal)
    with pytest.raises(NotFound):
        world.service.list_tickets("no id", principal=BUYER, access=None)


def test_list_tickets_of_an_order_that_is_not_paid_has_none() -> None:
    world = World()
    world.orders.records[ID] = record(user_id="buyer")
    assert world.listed() == []


def test_list_tickets_has_another_tag_once_one_is_used() -> None:
    world = World()
    before = world.service.list_tickets(ID, principal=BUYER, access=None).tag
    world.used = {1: MOMENT}
    assert world.service.list_tickets(ID, principal=BUYER, access=None).tag != before


def test_change_attendee_gives_their_ticket_alone_a_new_code() -> None:
    world = World()
    first, second = world.codes
    world.change()
    assert [code == old for code, old in zip(world.codes, (first, second), strict=True)] == [True, False]
    assert [one["attendee"]["name"] for one in world.listed()] == ["Ada", "Grace"]


def test_change_attendee_to_who_comes_already_changes_no_code() -> None:
    world = World()
    world.change()
    codes = world.codes
    world.change()
    assert world.codes == codes


def test_change_attendee_by_the_event_s_editors_is_the_same_as_by_the_buyer() -> None:
    world = World()
    world.change(EDITOR)
    assert [one["attendee"]["name"] for one in world.listed()] == ["Ada", "Grace"]


@pytest.mark.parametrize(("principal", "error"), [(STAFF, Forbidden), (STRANGER, NotFound)])
def test_change_attendee_is_not_for_other_staff_and_strangers(principal: Principal, error: type[Exception]) -> None:
    with pytest.raises(error):
        World().change(principal)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (replace(PAID, refunded=5000), "ticket_void"),
        (replace(PAID, dispute=Dispute.OPEN), "ticket_suspended"),
    ],
)
def test_change_attendee_of_tickets_that_are_not_good_is_refused(facts: Facts, code: str) -> None:
    with pytest.raises(TicketNotValid) as refused:
        World(facts).change()
    assert refused.value.code == code


def test_change_attendee_of_a_used_ticket_is_refused() -> None:
    with pytest.raises(TicketNotValid) as refused:
        World(lost=["admission"]).change()
    assert refused.value.code == "ticket_used"


def test_change_attendee_of_a_list_that_changed_since_is_refused() -> None:
    with pytest.raises(PreconditionFailed):
        World().change(match=frozenset({"older"}))


def test_change_attendee_while_the_order_changes_looks_again_and_gives_up_in_the_end() -> None:
    world = World(lost=["order"] * (TRIES - 1))
    world.change()
    assert world.listed()[1]["attendee"]["name"] == "Grace"
    with pytest.raises(OrderNotPayable):
        World(lost=["order"] * TRIES).change()


def test_show_the_code_of_a_ticket_that_is_not_there_is_not_found() -> None:
    for number in ("3", "0", "x"):
        with pytest.raises(NotFound):
            World().service.read_qr(ID, number, principal=BUYER, access=None)
