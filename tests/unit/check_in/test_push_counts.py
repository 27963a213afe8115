"""Who hears how many are in, and what they hear of each ticket."""

import json
from typing import Any

import msgspec

from chalicelib.check_in.domain.check_in import Act, Admission, CheckInCounts, TypeCount
from chalicelib.check_in.services.push_counts import PushCounts
from chalicelib.core.changes import Change, ChangeKind
from chalicelib.live.ports import Pushed
from tests.unit.orders.builders import ID, MOMENT

COUNTS = CheckInCounts(checked_in=1, sold=2, types=[TypeCount(ticket_type_id="T", name="Day", checked_in=1, sold=2)])
CAME, UNDONE = Act(admitted=True, at=MOMENT, by="gate"), Act(admitted=False, at=MOMENT.replace(year=2031), by="gate")


class Gate:
    """The service at a gate that these people may check in at, each with a socket; `frames` is what was pushed."""

    def __init__(self, *people: str) -> None:
        self.people = people
        self.counted: list[str] = []
        self.frames: list[dict[str, Any]] = []
        self.reached: list[str] = []
        everything: Any = self
        self.service = PushCounts(read_check_ins=everything, view=everything, sockets=everything)

    def list_gatekeepers(self, event_id: str) -> list[str]:
        return list(self.people)

    def list_connections(self, *user_ids: str) -> list[str]:
        return [f"socket of {user_id}" for user_id in user_ids]

    def count_check_ins(self, event_id: str) -> CheckInCounts:
        self.counted.append(event_id)
        return COUNTS

    def push(self, connections: list[str], frames: list[str]) -> Pushed:
        self.reached += connections
        self.frames += [json.loads(frame) for frame in frames]
        return Pushed([], [])


def change(number: int, *acts: Act, kind: ChangeKind = ChangeKind.CHANGED) -> Change:
    admission = Admission(event_id="E", order_id=ID, number=number, ticket_type_id="T", acts=list(acts))
    after = {"body": msgspec.json.encode(admission)} if acts else None
    return Change(kind, "CHECK_IN", "EVENT#E", None, after)


def test_push_counts_once_with_the_last_news_of_each_ticket() -> None:
    gate = Gate("one", "other")
    gate.service.on_changes([change(1, CAME), change(2, CAME), change(1, CAME, UNDONE)])
    assert gate.reached == ["socket of one", "socket of other"]
    tickets = [
        {"ticket": f"{ID}-1", "checked_in_at": None, "recorded_at": "2031-01-01T00:00:00Z"},
        {"ticket": f"{ID}-2", "checked_in_at": "2030-01-01T00:00:00Z", "recorded_at": "2030-01-01T00:00:00Z"},
    ]
    (frame,) = gate.frames
    assert (frame["event_id"], frame["counts"], frame["tickets"]) == ("E", msgspec.to_builtins(COUNTS), tickets)


def test_push_counts_after_an_admission_was_removed_has_no_news_of_it() -> None:
    gate = Gate("one")
    gate.service.on_changes([change(1, kind=ChangeKind.REMOVED)])
    assert [frame["tickets"] for frame in gate.frames] == [[]]


def test_push_counts_to_nobody_counts_nothing() -> None:
    gate = Gate()
    gate.service.on_changes([change(1, CAME)])
    assert (gate.counted, gate.frames) == ([], [])
