"""Who is there and how many, and the list that a scanner keeps: who may have it and what it gives away."""

import json
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.catalog.ports import StoredTicketType
from chalicelib.check_in.domain.check_in import Act, Admission, offline_hash
from chalicelib.check_in.ports import AdmissionPage, Admitted
from chalicelib.check_in.services.read_check_ins import ReadCheckIns, check_ins_scope, offline_scope
from chalicelib.core.errors import Forbidden, NotFound
from chalicelib.core.pagination import Page, make_cursor
from chalicelib.core.principal import Principal
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.domain.order_state import Dispute
from chalicelib.tickets.domain.ticket import tickets_of
from tests.unit.accounts.fake_authorise import FakeAuthorise
from tests.unit.orders.builders import ID, MOMENT, PAID, order, record

GATE, EDITOR, STRANGER = (Principal(name, "f") for name in ("gate", "editor", "stranger"))
LATER = MOMENT + timedelta(hours=1)
OTHER = "01HZZZZZZZZZZZZZZZZZZZ0002"
CAME = Act(admitted=True, at=MOMENT, by="gate")
UNDONE = Act(admitted=False, at=LATER, by="gate")
ALL_OF_IT = Page()


def cursor_key() -> bytes:
    return b"key"


def sold(order_id: str = ID, **changes: Any) -> OrderRecord:
    made = record(**{"facts": PAID, "ticket_secret": "secret", **changes})
    return replace(made, order=replace(made.order, id=order_id))


def admission(*acts: Act, number: int = 1, order_id: str = ID) -> Admission:
    return Admission(event_id="E", order_id=order_id, number=number, ticket_type_id="T", acts=list(acts))


class Gate:
    """The service over these orders and admissions of one event; `between` is of which orders all were read."""

    def __init__(self, *orders: OrderRecord, admissions: Sequence[Admission] = (), next_after: str = "") -> None:
        self.orders = {one.id: one for one in orders}
        self.admissions, self.next_after = list(admissions), next_after
        self.between: list[tuple[str, str]] = []
        everything: Any = self
        authorise: Any = FakeAuthorise(gate="registrar", editor="moderator")
        self.service = ReadCheckIns(
            admissions=everything, view=everything, sales=everything, authorise=authorise, key=cursor_key
        )

    def load_latest(self, event_id: str, *, limit: int, after: str) -> AdmissionPage:
        return AdmissionPage([one for one in self.admissions if one.stands], self.next_after)

    def load_between(self, event_id: str, first_order: str, last_order: str) -> list[Admission]:
        self.between.append((first_order, last_order))
        return self.admissions

    def load_counts(self, event_id: str) -> Admitted:
        return Admitted({"T": 1, "gone": 1})

    def load_orders(self, order_ids: Sequence[str]) -> dict[str, OrderRecord]:
        return {id: self.orders[id] for id in order_ids if id in self.orders}

    def list_order_ids(self, event_id: str, *, limit: int, after: str) -> list[str]:
        return [id for id in self.orders if id > after][:limit]

    def load_names(self, user_ids: Iterable[str]) -> dict[str, str]:
        return {id: "Grace" for id in user_ids if id == "gate"}

    def load_ticket_types(self, event_id: str) -> list[StoredTicketType]:
        return [StoredTicketType(id, "tag", f'{{"name":"Day {id}"}}', hidden=False, shards=2) for id in ("T", "U")]

    def count_sold(self, shards: dict[str, int]) -> dict[str, int]:
        assert shards == {"T": 2, "U": 2}
        return {"T": 2, "U": 5}

    def listed(self, caller: Principal = GATE) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.service.list_check_ins("E", ALL_OF_IT, caller=caller).load()[1])
        return found

    def offline(self, page: Page = ALL_OF_IT, *, event_id: str = "E", caller: Principal = GATE) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.service.list_offline(event_id, page, caller=caller).load()[1])
        return found


def test_count_check_ins_by_type_and_those_of_types_that_are_gone_in_the_sum() -> None:
    assert Gate().listed()["counts"] == {
        "checked_in": 2,
        "sold": 7,
        "types": [
            {"ticket_type_id": "T", "name": "Day T", "checked_in": 1, "sold": 2},
            {"ticket_type_id": "U", "name": "Day U", "checked_in": 0, "sold": 5},
        ],
    }


def test_list_check_ins_names_who_came_and_who_let_them_in() -> None:
    found = Gate(sold(), admissions=[admission(CAME, number=2), admission(replace(CAME, by="gone"))]).listed()
    assert [(one["number"], one["attendee"], one["by"]) for one in found["items"]] == [
        (2, "Ada", {"user_id": "gate", "name": "Grace"}),
        (1, "Ada", {"user_id": "gone", "name": None}),
    ]


@pytest.mark.parametrize("missing", [admission(CAME, number=3), admission(CAME, order_id=OTHER)])
def test_list_check_ins_leaves_out_tickets_that_are_none(missing: Admission) -> None:
    assert Gate(sold(), admissions=[missing]).listed()["items"] == []


@pytest.mark.parametrize(
    ("next_after", "cursor"), [("", None), ("place", make_cursor("place", scope=check_ins_scope("E"), key=cursor_key))]
)
def test_list_check_ins_goes_on_where_the_store_says(next_after: str, cursor: str | None) -> None:
    assert Gate(next_after=next_after).listed()["next_cursor"] == cursor


def test_list_offline_has_a_hash_of_each_code_and_never_the_code() -> None:
    gate = Gate(sold(), admissions=[admission(CAME)])
    found = gate.offline()
    codes = [ticket.code for ticket in tickets_of(gate.orders[ID])]
    assert [one["hash"] for one in found["items"]] == [offline_hash(code, salt=found["salt"]) for code in codes]
    assert not any(code in json.dumps(found) for code in codes)
    assert [(one["state"], one["checked_in_at"]) for one in found["items"]] == [
        ("valid", "2030-01-01T00:00:00Z"),
        ("valid", None),
    ]


def test_list_offline_has_one_salt_an_event() -> None:
    gate = Gate(sold())
    assert gate.offline()["salt"] == gate.offline()["salt"]
    assert gate.offline()["salt"] != gate.offline(event_id="E2")["salt"]


REFUNDED = replace(PAID, refunded=5000)


@pytest.mark.parametrize(
    ("facts", "acts", "attendee"),
    [
        (PAID, [], "Ada"),
        (replace(PAID, dispute=Dispute.OPEN), [], "Ada"),
        (REFUNDED, [], ""),
        (REFUNDED, [CAME], "Ada"),
        (REFUNDED, [CAME, UNDONE], ""),
    ],
    ids=["valid", "suspended", "void", "void and used", "void and undone"],
)
def test_list_offline_names_nobody_whose_ticket_is_void_and_unused(facts: Any, acts: list[Act], attendee: str) -> None:
    found = Gate(sold(facts=facts), admissions=[admission(*acts)] if acts else []).offline()
    assert found["items"][0]["attendee"] == attendee


def test_list_offline_says_when_a_scan_was_undone() -> None:
    first = Gate(sold(), admissions=[admission(CAME, UNDONE)]).offline()["items"][0]
    assert (first["checked_in_at"], first["recorded_at"]) == (None, "2030-01-01T01:00:00Z")


@pytest.mark.parametrize(
    ("orders", "admissions", "as_of"),
    [
        ([], [], None),
        ([sold()], [], "2030-01-01T00:00:00Z"),
        ([sold()], [admission(CAME, UNDONE)], "2030-01-01T01:00:00Z"),
        ([sold(order=order(updated_at=LATER))], [admission(CAME)], "2030-01-01T01:00:00Z"),
    ],
)
def test_list_offline_is_as_of_the_newest_change(
    orders: list[OrderRecord], admissions: list[Admission], as_of: str | None
) -> None:
    assert Gate(*orders, admissions=admissions).offline()["as_of"] == as_of


def test_list_offline_a_page_reads_its_orders_and_goes_on_behind_them() -> None:
    gate = Gate(sold(), sold(OTHER))
    first = gate.offline(Page(1))
    assert first["next_cursor"] == make_cursor(ID, scope=offline_scope("E"), key=cursor_key)
    last = gate.offline(Page(1, ID))
    assert ([one["ticket"] for one in last["items"]], last["next_cursor"]) == ([f"{OTHER}-1", f"{OTHER}-2"], None)
    assert gate.between == [(ID, ID), (OTHER, OTHER)]


def test_list_offline_at_an_event_without_orders_reads_no_admissions() -> None:
    gate = Gate()
    assert (gate.offline()["items"], gate.between) == ([], [])


@pytest.mark.parametrize(("caller", "error"), [(EDITOR, Forbidden), (STRANGER, NotFound)])
def test_list_by_who_may_not_check_in_is_refused(caller: Principal, error: type[Exception]) -> None:
    with pytest.raises(error):
        Gate().listed(caller)
    with pytest.raises(error):
        Gate().offline(caller=caller)
