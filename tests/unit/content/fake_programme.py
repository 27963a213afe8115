"""An event and its parts in memory, for services that read and write them."""

from typing import Any

from chalicelib.content.domain.views import revive, written
from chalicelib.core.errors import PreconditionFailed
from chalicelib.core.kinds import REVISION, Kind
from chalicelib.representations.represent import Written
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


class FakeProgrammeStore(FakeProgramme):
    """Port `ProgrammeStore`, as far as parts are changed; the next writes fail as planned. `how` is what each had."""

    def __init__(self, *failures: Exception, **parts: list[Any]) -> None:
        super().__init__(**parts)
        self.failures = list(failures)
        self.how: list[dict[str, Any]] = []

    def replace(self, resource: Written, *, expected_tag: str, **how: Any) -> None:
        if self.failures:
            raise self.failures.pop(0)
        stored = self.load(resource.event_id, resource.kind, resource.id)
        if stored is None or stored.etag != expected_tag:
            raise PreconditionFailed
        self.kept[resource.kind][resource.id] = revive(resource.kind, resource.representation.body)
        self.how.append(how)


def stored_item(kind: Kind, resource: Any) -> StoredItem:
    """The resource as it is stored."""
    made = written("E", kind, resource).representation
    return StoredItem(made.etag, made.body, REVISION)
