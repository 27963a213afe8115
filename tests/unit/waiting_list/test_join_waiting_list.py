"""Who may join and who may leave a waiting list."""

from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from chalicelib.catalog.domain.ticket_type import TicketType
from chalicelib.catalog.ports import Lost, StoredTicketType
from chalicelib.core.errors import AlreadyExists, Busy, Conflict, InvalidInput, NotFound, SaleClosed
from chalicelib.core.principal import Principal
from chalicelib.orders.services.read_order import hash_of_access
from chalicelib.waiting_list.domain.entry import EntryState, WaitingForm
from chalicelib.waiting_list.ports import StoredEntry
from chalicelib.waiting_list.services.join_waiting_list import TRIES, JoinWaitingList
from tests.unit.orders.builders import ID, MOMENT, PRICE, clock_at
from tests.unit.website.builders import event

ADA = Principal("ada", "f")
TYPE = "01HZZZZZZZZZZZZZZZZZZZ0009"
_STORED: dict[str, Any] = {"id": TYPE, "created_at": MOMENT, "updated_at": MOMENT}


class FakeLists:
    """The port `WaitingLists` in memory. The next writes raise the planned errors."""

    def __init__(self, *lost: str) -> None:
        self.entries_kept: dict[str, StoredEntry] = {}
        self.began: list[bool] = []
        self.lost = list(lost)

    def load_entry(self, event_id: str, entry_id: str) -> StoredEntry | None:
        return self.entries_kept.get(entry_id)

    def join(self, new: StoredEntry, *, member: str, begins: StoredTicketType | None) -> None:
        self.step(new, member=member)
        self.began.append(begins is not None)

    def step(self, after: StoredEntry, *, member: str) -> None:
        if self.lost:
            raise Lost(frozenset({self.lost.pop(0)}))
        self.entries_kept[after.entry.id] = after


def joining(
    lists: FakeLists, *, left: int = 0, waiting: bool = False, public: bool = True, now: float = 0, **fields: Any
) -> JoinWaitingList:
    ticket = TicketType(**{"name": "Day", "price": PRICE, "quantity": 9, **_STORED, **fields})
    stored = StoredTicketType(TYPE, "tag", msgspec.json.encode(ticket).decode(), ticket.hidden, 1, waiting=waiting)
    body = SimpleNamespace(body=msgspec.json.encode(event()).decode()) if public else None
    parts: dict[str, Any] = {
        "lists": lists,
        "view": SimpleNamespace(
            load_ticket_type=lambda event_id, id, consistent: stored if id == TYPE else None,
            load_lefts=lambda shards, consistent: {(TYPE, 0): left},
        ),
        "representations": SimpleNamespace(event=lambda event_id, view: body),
        "draft_order": SimpleNamespace(make_access=lambda id: f"token-{id}"),
        "authorise": None,
    }
    return JoinWaitingList(clock=clock_at(now or MOMENT.timestamp() - 365 * 24 * 3600 * 4), **parts)


def form(quantity: int = 2, type_id: str = TYPE) -> WaitingForm:
    return WaitingForm(ticket_type_id=type_id, quantity=quantity, name="Ada", email="Ada@Example.org")


def join(service: JoinWaitingList, *, caller: Principal | None = None, asked: WaitingForm | None = None) -> Any:
    return service.join_waiting_list("E", asked or form(), caller=caller, new_id=ID)


def test_join_without_an_account_gets_a_token_to_leave_with() -> None:
    lists = FakeLists()
    _, access = join(joining(lists))
    assert access == f"token-{ID}"
    kept = lists.entries_kept[ID]
    assert (kept.user_id, kept.access_hash, kept.entry.state) == (None, hash_of_access(access), EntryState.WAITING)


def test_join_with_an_account_needs_no_token() -> None:
    lists = FakeLists()
    assert join(joining(lists), caller=ADA)[1] is None
    assert (lists.entries_kept[ID].user_id, lists.entries_kept[ID].access_hash) == ("ada", None)


@pytest.mark.parametrize("waiting", [False, True])
def test_join_first_closes_the_type_to_others(waiting: bool) -> None:
    lists = FakeLists()
    join(joining(lists, waiting=waiting))
    assert lists.began == [not waiting]


def test_join_while_tickets_are_left_is_refused_unless_others_wait_for_them() -> None:
    with pytest.raises(Conflict) as refused:
        join(joining(FakeLists(), left=3))
    assert (refused.value.code, refused.value.extra["available"]) == ("not_sold_out", 3)
    join(joining(FakeLists(), left=3, waiting=True))


@pytest.mark.parametrize(
    ("fields", "asked", "pointer"),
    [
        ({}, form(type_id=ID), "/ticket_type_id"),
        ({"hidden": True}, form(), "/ticket_type_id"),
        ({"access_code_required": True}, form(), "/ticket_type_id"),
        ({"min_per_order": 3}, form(), "/quantity"),
        ({"max_per_order": 1}, form(), "/quantity"),
        ({"max_per_buyer": 1}, form(), "/quantity"),
    ],
)
def test_join_for_what_could_not_be_ordered_is_refused(
    fields: dict[str, Any], asked: WaitingForm, pointer: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        join(joining(FakeLists(), **fields), asked=asked)
    assert [violation.pointer for violation in refused.value.violations] == [pointer]


def test_join_after_the_sale_or_of_a_hidden_event_is_refused() -> None:
    with pytest.raises(SaleClosed):
        join(joining(FakeLists(), now=MOMENT.timestamp()))
    with pytest.raises(NotFound):
        join(joining(FakeLists(), public=False))


def test_join_twice_with_one_address_is_refused_and_a_repeated_request_is_not() -> None:
    with pytest.raises(AlreadyExists) as refused:
        join(joining(FakeLists("member")))
    assert refused.value.code == "already_waiting"
    lists = FakeLists()
    made = join(joining(lists))
    lists.lost = ["resource"]
    assert join(joining(lists)) == made


def test_join_while_the_list_begins_or_ends_looks_again_and_gives_up_in_the_end() -> None:
    lists = FakeLists(*(["terms"] * (TRIES - 1)))
    join(joining(lists))
    assert len(lists.entries_kept) == 1
    with pytest.raises(Busy):
        join(joining(FakeLists(*(["queue"] * TRIES))))


def waiting(state: EntryState = EntryState.WAITING) -> tuple[JoinWaitingList, FakeLists]:
    lists = FakeLists()
    service = joining(lists)
    join(service)
    kept = lists.entries_kept[ID]
    lists.entries_kept[ID] = kept._replace(entry=msgspec.structs.replace(kept.entry, state=state))
    return service, lists


def test_leave_once_or_again_has_left() -> None:
    service, lists = waiting()
    for _ in range(2):
        service.leave_waiting_list("E", ID, caller=None, access=f"token-{ID}")
    assert lists.entries_kept[ID].entry.state is EntryState.LEFT


@pytest.mark.parametrize("access", [None, "", "wrong"])
def test_leave_for_somebody_else_is_not_found(access: str | None) -> None:
    service, lists = waiting()
    with pytest.raises(NotFound):
        service.leave_waiting_list("E", ID, caller=ADA, access=access)
    assert lists.entries_kept[ID].entry.state is EntryState.WAITING


@pytest.mark.parametrize("state", [EntryState.OFFERED, EntryState.PASSED_OVER])
def test_leave_when_the_turn_has_come_is_refused(state: EntryState) -> None:
    service, _ = waiting(state)
    with pytest.raises(Conflict) as refused:
        service.leave_waiting_list("E", ID, caller=None, access=f"token-{ID}")
    assert (refused.value.code, refused.value.extra["state"]) == ("not_waiting", state.value)
