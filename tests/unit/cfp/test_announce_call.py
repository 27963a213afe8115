"""People hear once that a call is open, when it is and its event is public."""

from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.announcements.domain.announcement import Dispatch
from chalicelib.cfp.services.announce_call import AnnounceCall
from chalicelib.core.changes import Change, ChangeKind
from chalicelib.core.kinds import View
from chalicelib.mail.ports import Due
from tests.unit.cfp.builders import CLOSES, OPENS, announcement_of_call, stored_call
from tests.unit.orders.builders import clock_at

DUE = Due(OPENS, "CALL", "E")
TOLD = announcement_of_call("Conf", created_at=OPENS)


class World:
    """The service at second `now` over the calls of events; `done` is what it did, in order."""

    def __init__(self, now: float = OPENS, *, public: bool = True, event: bool = True, **calls: Any) -> None:
        self.calls = calls if calls else {"E": stored_call(published=public)}
        self.event_is_there = event
        self.told: list[Dispatch] = []
        self.done: list[tuple[Any, ...]] = []
        everything: Any = self
        self.service = AnnounceCall(
            stored=everything,
            calls=everything,
            announcements=everything,
            index=everything,
            clock=clock_at(now),
            ids=SimpleNamespace(new_id=lambda: "new"),  # type: ignore[arg-type]
        )

    def call_for_papers(self, event_id: str, *, consistent: bool) -> Any:
        return self.calls.get(event_id)

    def event(self, event_id: str, view: View) -> Any:
        return SimpleNamespace(body='{"name":"Conf"}') if self.event_is_there else None

    def begin(self, dispatch: Dispatch) -> bool:
        is_new = dispatch not in self.told
        self.told.append(dispatch)
        self.done.append(("told", dispatch.event_id))
        return is_new

    def refresh(self, event_id: str, *, tag: str) -> None:
        self.done.append(("pages", event_id, tag))

    def drop(self, due: Due) -> None:
        self.done.append(("dropped", due))


def change(event_id: str, kind: ChangeKind = ChangeKind.CHANGED) -> Change:
    return Change(kind, "CALL_FOR_PAPERS", f"EVENT#{event_id}", None, None)


def test_open_call_at_its_time_renews_pages_then_tells_then_is_not_due_any_more() -> None:
    world = World()
    assert world.service.open_call(DUE) is True
    assert world.told == [TOLD]
    assert world.done == [("pages", "E", "new"), ("told", "E"), ("dropped", DUE)]


def test_open_call_again_tells_nobody_twice() -> None:
    world = World()
    world.service.open_call(DUE)
    assert world.service.open_call(DUE) is False


@pytest.mark.parametrize(
    "world",
    [World(OPENS - 1), World(CLOSES), World(public=False), World(event=False), World(other=None)],
    ids=["not yet", "over", "hidden", "event gone", "no call"],
)
def test_open_call_that_is_not_open_renews_pages_and_tells_nobody(world: World) -> None:
    assert world.service.open_call(DUE) is False
    assert world.done == [("pages", "E", "new"), ("dropped", DUE)]


def test_react_to_changes_looks_once_at_each_event_that_is_still_there() -> None:
    world = World(E1=stored_call(), E2=stored_call(), E3=stored_call())
    world.service.on_changes([change("E2"), change("E1"), change("E2"), change("E3", ChangeKind.REMOVED)])
    assert world.done == [("told", "E1"), ("told", "E2")]
