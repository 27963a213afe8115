"""Who hears that an order came into another state, and how far an import has got."""

from typing import Any

import pytest

from chalicelib.core.changes import Change, ChangeKind
from chalicelib.live.services.signal_orders import SignalOrders
from tests.unit.live.builders import FakeSockets, connection


def change(id: str, before: str | None, after: str | None, user_id: str | None = "ada") -> Change:
    images = [
        None if one is None else {"sk": f"ORDER#{id}", "state": one, "user_id": user_id} for one in (before, after)
    ]
    return Change(ChangeKind.CHANGED, "ORDER", "EVENT#E", *images)


def told(id: str, state: str) -> dict[str, str]:
    return {"meta": "Order", "order_id": id, "state": state}


def signalled(*changes: Change) -> list[tuple[list[str], list[Any]]]:
    sockets: Any = FakeSockets(connection("c1"), connection("c2"), connection("c3", "bob"))
    SignalOrders(sockets).on_changes(list(changes))
    assert sockets.was_cut == []
    pushed: list[tuple[list[str], list[Any]]] = sockets.pushed
    return pushed


def test_signal_an_order_in_another_state_tells_every_socket_of_its_buyer() -> None:
    assert signalled(change("1", "reserved", "paid")) == [(["c1", "c2"], [told("1", "paid")])]


def test_signal_a_new_order_tells_its_state() -> None:
    assert signalled(change("1", None, "reserved")) == [(["c1", "c2"], [told("1", "reserved")])]


def test_signal_two_orders_of_a_buyer_in_one_push_in_the_order_they_last_changed() -> None:
    changes = change("1", None, "reserved"), change("2", None, "reserved"), change("1", "reserved", "paid")
    assert signalled(*changes) == [(["c1", "c2"], [told("2", "reserved"), told("1", "paid")])]


def test_signal_orders_of_two_buyers_tells_each_their_own() -> None:
    found = signalled(change("1", None, "paid"), change("2", None, "paid", "bob"))
    assert found == [(["c1", "c2"], [told("1", "paid")]), (["c3"], [told("2", "paid")])]


@pytest.mark.parametrize(
    "quiet",
    [change("1", "paid", "paid"), change("1", "reserved", "paid", None), change("1", "paid", None)],
    ids=["same state", "a guest's", "removed"],
)
def test_signal_what_concerns_nobody_asks_for_no_socket(quiet: Change) -> None:
    sockets: Any = FakeSockets(connection())
    SignalOrders(sockets).on_changes([quiet])
    assert (sockets.asked, sockets.pushed) == ([], [])


def test_signal_an_order_of_a_buyer_without_socket_pushes_nothing() -> None:
    assert signalled(change("1", "reserved", "paid", "eve")) == []


def test_signal_an_import_tells_its_owner_how_far_it_is() -> None:
    sockets: Any = FakeSockets(connection("c1"), connection("c3", "bob"))
    SignalOrders(sockets).signal_import("I", owner_id="bob", state="running", done=3, total=7)
    assert sockets.pushed == [
        (["c3"], [{"meta": "Import", "import_id": "I", "state": "running", "done": 3, "total": 7}])
    ]
