"""An event and its parts in memory, for services that read them."""

from typing import Any

from chalicelib.content.domain.views import written
from chalicelib.core.kinds import REVISION, Kind
from chalicelib.representations.stored import StoredItem


class FakeProgramme:
    """Port `Programme` over parts of any event; a part is of the kind it was put under."""

    def __init__(self, **parts: list[Any]) -> None:
        self.kept = {Kind(name): {one.id: one for one in resources} for name, resources in parts.items()}

    def load(self, event_id: str, kind: Kind, resource_id: str) -> StoredItem | None:
        found = self.kept.get(kind, {}).get(resource_id)
        return None if found is None else stored_item(kind, found)

    def load_all(self, event_id: str, kind: Kind) -> list[StoredItem]:
        return [stored_item(kind, one) for one in self.kept.get(kind, {}).values()]


def stored_item(kind: Kind, resource: Any) -> StoredItem:
    """The resource as it is stored."""
    made = written("E", kind, resource).representation
    return StoredItem(made.etag, made.body, REVISION)
