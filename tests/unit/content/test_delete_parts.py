"""The parts that are deleted with an event."""

import pytest

from chalicelib.content.services.delete_parts import DeleteParts
from chalicelib.core.changes import Change, ChangeKind


class Store:
    def __init__(self) -> None:
        self.deleted: list[str] = []

    def delete_all(self, event_id: str) -> None:
        self.deleted.append(event_id)


@pytest.mark.parametrize(
    ("kind", "partition", "deleted"),
    [
        (ChangeKind.REMOVED, "EVENT#E1", ["E1"]),
        (ChangeKind.CHANGED, "EVENT#E1", []),
        (ChangeKind.CREATED, "EVENT#E1", []),
        (ChangeKind.REMOVED, "EVENTS", []),  # an event is removed from the public list
    ],
)
def test_delete_parts_of_a_removed_event_alone(kind: ChangeKind, partition: str, deleted: list[str]) -> None:
    stores = Store(), Store()
    DeleteParts(*stores).on_changes([Change(kind, "EVENT", partition, {}, None)])
    assert [store.deleted for store in stores] == [deleted, deleted]
