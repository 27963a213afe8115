"""Codes as limits: what they may name, how they are compared, and when there are too many."""

from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.catalog.domain.code import MAX_CODES, UNLIMITED, AccessCodeFields, DiscountFields, DiscountKind
from chalicelib.catalog.domain.stock import Shard, code_stock
from chalicelib.catalog.ports import Lost, StoredLimit
from chalicelib.catalog.services.limited_codes import LimitedCodes
from chalicelib.core.errors import AlreadyExists, Conflict, InvalidInput, NotFound, Violation
from chalicelib.core.kinds import CodeKind, Kind
from chalicelib.core.money import Money
from chalicelib.representations.represent import Representation
from tests.unit.content.fake_programme import FakeProgramme
from tests.unit.website.builders import event, ident

EVENT = event()
KNOWN, UNKNOWN = ident(5), ident(6)
MADE = Representation("tag", "{}")
STORED = StoredLimit("C", "tag", "{}", 2)
ACCESS = AccessCodeFields(code=" Early ", ticket_type_ids=[KNOWN])


def discount(amount: Money | None = None, **fields: Any) -> DiscountFields:
    kind = DiscountKind.PERCENT if amount is None else DiscountKind.AMOUNT
    return DiscountFields(code="HALF", kind=kind, amount=amount, percent=None if amount else 50, **fields)


class World:
    """The description of one kind of code, over so many that an event has; `written` is what was written."""

    def __init__(self, kind: CodeKind = CodeKind.ACCESS, *, codes: int = 0) -> None:
        self.written: list[tuple[Any, ...]] = []
        store: Any = SimpleNamespace(
            load_all=lambda event_id, kind: [STORED] * codes,
            load=lambda event_id, kind, id: (event_id, kind, id),
            load_stocks=lambda shards: {
                owner: [Shard(n, 1, 0, 0) for n in range(most)] for owner, most in shards.items()
            },
            **dict.fromkeys(("create", "replace", "delete"), self.keep),
        )
        types: Any = SimpleNamespace(load_ticket_types=lambda event_id, consistent: [SimpleNamespace(id=KNOWN)])
        self.programme = FakeProgramme(events=[EVENT])
        self.limited = LimitedCodes(kind, store, types, self.programme)

    def keep(self, *what: Any, **how: Any) -> None:
        self.written.append((*what, how))


@pytest.mark.parametrize(("kind", "fields"), [(CodeKind.ACCESS, AccessCodeFields), (CodeKind.DISCOUNT, DiscountFields)])
def test_describe_kind_reads_its_own_fields_and_rows(kind: CodeKind, fields: type) -> None:
    limited = World(kind).limited
    assert limited.fields is fields
    assert limited.load("E", "C") == ("E", kind, "C")


@pytest.mark.parametrize(
    "fields",
    [
        ACCESS,
        discount(),
        discount(ticket_type_ids=[KNOWN]),
        discount(Money(amount=100, currency="CHF")),
    ],
)
def test_check_fields_that_name_what_the_event_has_leaves_them_as_they_are(fields: Any) -> None:
    assert World().limited.check_fields(EVENT.id, fields, old=None) == fields


def test_check_fields_lists_each_unknown_type_and_another_currency() -> None:
    euros = discount(Money(amount=100, currency="EUR"), ticket_type_ids=[UNKNOWN, KNOWN, ident(7)])
    with pytest.raises(InvalidInput) as refused:
        World().limited.check_fields(EVENT.id, euros, old=None)
    assert refused.value.violations == [
        Violation("/ticket_type_ids/0", "names no ticket type of this event"),
        Violation("/ticket_type_ids/2", "names no ticket type of this event"),
        Violation("/amount/currency", "must be the event's, CHF"),
    ]


def test_check_amount_at_an_event_that_is_gone_is_not_found() -> None:
    world = World()
    world.programme.kept[Kind.EVENTS].clear()
    with pytest.raises(NotFound):
        world.limited.check_fields(EVENT.id, discount(Money(amount=100, currency="CHF")), old=None)


def test_require_room_at_the_limit_is_refused() -> None:
    World(codes=MAX_CODES - 1).limited.require_room("E")
    with pytest.raises(Conflict) as refused:
        World(codes=MAX_CODES).limited.require_room("E")
    assert refused.value.code == "too_many_codes"


@pytest.mark.parametrize(("max_uses", "capacity"), [(None, UNLIMITED), (7, 7)])
def test_count_uses_without_a_limit_is_the_largest_number(max_uses: int | None, capacity: int) -> None:
    assert World().limited.capacity_of(discount(max_uses=max_uses)) == capacity


def test_load_shards_of_a_code_reads_its_own_stock() -> None:
    assert code_stock("C") == "code.C"
    assert World().limited.load_shards(STORED) == [Shard(0, 1, 0, 0), Shard(1, 1, 0, 0)]


def test_create_replace_delete_name_the_code_as_it_is_compared() -> None:
    world, kind = World(), CodeKind.ACCESS
    late = AccessCodeFields(code="LATE", ticket_type_ids=[KNOWN])
    world.limited.create("E", "C", MADE, ACCESS, stock=[5])
    world.limited.replace("E", STORED, MADE, old=ACCESS, fields=late, deltas={0: 1})
    world.limited.delete("E", STORED, old=late)
    assert world.written == [
        ("E", kind, "C", MADE, {"name": "early", "stock": [5]}),
        ("E", kind, STORED, MADE, {"names": ("early", "late"), "deltas": {0: 1}}),
        ("E", kind, STORED, {"name": "late"}),
    ]


def test_raise_for_a_lost_name_alone_says_that_the_code_is_taken() -> None:
    limited = World().limited
    limited.raise_unless_moved(Lost(frozenset({"resource"})))
    with pytest.raises(AlreadyExists) as refused:
        limited.raise_unless_moved(Lost(frozenset({"resource", "name"})))
    assert refused.value.code == "code_taken"
