"""Edits of ticket types, quotas and codes in general, when another edit comes first."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from msgspec import Struct

from chalicelib.catalog.domain.stock import Shard
from chalicelib.catalog.ports import Lost, StoredLimit
from chalicelib.catalog.services.edit_limited import TRIES, EditLimited
from chalicelib.core.errors import Conflict, NotFound, PreconditionFailed, StillReferenced
from chalicelib.core.ids import is_ulid
from chalicelib.core.permissions import Action
from chalicelib.core.preconditions import ANY
from chalicelib.core.principal import Principal
from chalicelib.representations.represent import Representation, represent

ID = "01Q9GD6E000000000000000001"
CALLER = Principal("USER", "FAMILY")
WHATEVER = frozenset({ANY})
MOVED = Lost(frozenset({"resource"}))


class SeatFields(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    seats: int


class Seats(SeatFields, frozen=True, kw_only=True, forbid_unknown_fields=False):
    id: str
    created_at: datetime
    updated_at: datetime


class FakeLimited:
    """One limited item. The next writes lose to another edit, once per entry of `losses`."""

    fields = SeatFields
    resource = Seats
    most_shards = 2
    in_use = "Somebody sits there."

    def __init__(self, *losses: Lost) -> None:
        self.losses = list(losses)
        self.writes: list[object] = []
        moment = datetime(2030, 1, 1, tzinfo=UTC)
        made = represent(Seats(seats=5, id=ID, created_at=moment, updated_at=moment))
        self.stored = StoredLimit(ID, made.etag, made.body, 1)

    def load(self, event_id: str, id: str) -> StoredLimit | None:
        assert is_ulid(id)
        return self.stored if (event_id, id) == ("EVENT", ID) else None

    def load_all(self, event_id: str) -> list[StoredLimit]:
        return [self.stored] if event_id == "EVENT" else []

    def represent_all(self, stored: Sequence[StoredLimit]) -> list[Representation]:
        return [Representation(f"{one.etag}-0", one.body) for one in stored]

    def capacity_of(self, fields: SeatFields) -> int:
        return fields.seats

    def load_shards(self, stored: StoredLimit) -> list[Shard]:
        return [Shard(number, 5, 0, 0) for number in range(stored.shards)]

    def require_room(self, event_id: str) -> None:
        del event_id

    def check_fields(self, event_id: str, fields: SeatFields, *, old: SeatFields | None) -> SeatFields:
        del event_id, old
        return fields

    def require_unused(self, event_id: str, stored: StoredLimit) -> None:
        del event_id, stored

    def create(self, event_id: str, id: str, made: Representation, fields: SeatFields, *, stock: list[int]) -> None:
        del event_id, made
        self._write(id, fields, stock)

    def replace(
        self,
        event_id: str,
        stored: StoredLimit,
        made: Representation,
        *,
        old: SeatFields,
        fields: SeatFields,
        deltas: dict[int, int],
    ) -> None:
        del event_id, made
        self._write(stored.id, old.seats, fields.seats, deltas)

    def delete(self, event_id: str, stored: StoredLimit, *, old: SeatFields) -> None:
        del event_id
        self._write(stored.id, old.seats)

    def raise_unless_moved(self, lost: Lost) -> None:
        if "name" in lost.names:
            raise Conflict("Taken.")

    def _write(self, *what: object) -> None:
        if self.losses:
            raise self.losses.pop(0)
        self.writes.append(what)


class Everybody:
    """Permissions that allow every edit."""

    def require(self, caller: Principal, event_id: str, action: Action) -> None:
        assert (caller, event_id, action) == (CALLER, "EVENT", Action.EDIT_TICKETS)


class NoonClock:
    def now(self) -> float:
        return 1_900_000_000.0


def edit(limited: FakeLimited) -> EditLimited[SeatFields, StoredLimit]:
    return EditLimited(limited, Everybody(), NoonClock())  # type: ignore[arg-type]


def test_create_splits_the_capacity_into_shards() -> None:
    limited = FakeLimited()
    made = edit(limited).create("EVENT", SeatFields(seats=5_001), caller=CALLER, new_id=ID)
    assert limited.writes == [(ID, SeatFields(seats=5_001), [2_501, 2_500])]
    assert made == (f"{limited.stored.etag}-0", limited.stored.body)


def test_create_again_gives_what_the_first_try_made() -> None:
    limited = FakeLimited(MOVED)
    made = edit(limited).create("EVENT", SeatFields(seats=5), caller=CALLER, new_id=ID)
    assert limited.writes == []
    assert made.body == limited.stored.body


def test_update_looks_again_when_another_was_faster() -> None:
    limited = FakeLimited(MOVED, MOVED)
    edit(limited).update("EVENT", ID, {"seats": 8}, caller=CALLER, match=WHATEVER)
    assert limited.writes == [(ID, 5, 8, {0: 3})]


def test_update_of_other_fields_leaves_the_stock_alone() -> None:
    limited = FakeLimited()
    edit(limited).update("EVENT", ID, {}, caller=CALLER, match=WHATEVER)
    assert limited.writes == [(ID, 5, 5, {})]


def test_update_that_others_overtake_for_ever_fails() -> None:
    with pytest.raises(PreconditionFailed):
        edit(FakeLimited(*[MOVED] * TRIES)).update("EVENT", ID, {}, caller=CALLER, match=WHATEVER)


def test_update_of_another_version_writes_nothing() -> None:
    limited = FakeLimited()
    with pytest.raises(PreconditionFailed):
        edit(limited).update("EVENT", ID, {"seats": 8}, caller=CALLER, match=frozenset({"old-0"}))
    assert limited.writes == []


@pytest.mark.parametrize(("names", "error"), [({"event"}, NotFound), ({"name"}, Conflict)])
def test_writes_that_cannot_be_won_say_why(names: set[str], error: type[Exception]) -> None:
    with pytest.raises(error):
        edit(FakeLimited(Lost(frozenset(names)))).update("EVENT", ID, {}, caller=CALLER, match=WHATEVER)
    with pytest.raises(error):
        edit(FakeLimited(Lost(frozenset(names)))).create("EVENT", SeatFields(seats=5), caller=CALLER, new_id=ID)
    with pytest.raises(error):
        edit(FakeLimited(Lost(frozenset(names)))).delete("EVENT", ID, caller=CALLER, match=WHATEVER)


def test_delete_of_what_is_held_is_refused() -> None:
    with pytest.raises(StillReferenced) as refused:
        edit(FakeLimited(Lost(frozenset(), {(ID, 0): 4}))).delete("EVENT", ID, caller=CALLER, match=WHATEVER)
    assert str(refused.value) == "Somebody sits there."


@pytest.mark.parametrize("id", ["01Q9GD6E000000000000000009", "no id"])
def test_read_of_what_is_not_there_is_not_found(id: str) -> None:
    with pytest.raises(NotFound):
        edit(FakeLimited()).read("EVENT", id, caller=CALLER)
