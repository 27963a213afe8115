"""Quotas as limits: which ticket types join, stay and leave with a change, and which changes are refused."""

from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.catalog.domain.quota import MAX_QUOTAS, MAX_QUOTAS_OF_TYPE, QuotaFields
from chalicelib.catalog.ports import Joining, Lost, StoredLimit, StoredTicketType
from chalicelib.catalog.services.limited_quotas import MOST_ITEMS, LimitedQuotas
from chalicelib.core.errors import Conflict, InvalidInput, Violation
from chalicelib.representations.represent import Representation

QUOTA = "Q"
MADE = Representation("tag", "{}")
STORED = StoredLimit(QUOTA, "tag", "{}", 2)


def type_(name: str, *, shards: int = 1, quotas: tuple[tuple[str, int], ...] = ()) -> StoredTicketType:
    return StoredTicketType(name, "tag", "{}", hidden=False, shards=shards, quotas=quotas)


def fields(*names: str) -> QuotaFields:
    return QuotaFields(name="Hall", quantity=9, ticket_type_ids=list(names))


class World:
    """The description over these ticket types and so many quotas; `joining` is what the last write touched."""

    def __init__(self, *types: StoredTicketType, quotas: int = 0) -> None:
        self.types = {one.id: one for one in types}
        self.joining: Joining | None = None
        store: Any = SimpleNamespace(
            load_all=lambda event_id: [STORED] * quotas, **dict.fromkeys(("create", "replace", "delete"), self.keep)
        )
        ids: Any = SimpleNamespace(new_id=lambda: "new")
        view: Any = SimpleNamespace(load=lambda event_id, id: self.types.get(id))
        self.limited = LimitedQuotas(store, view, ids)

    def keep(self, *what: Any, joining: Joining, tag: str, **how: Any) -> None:
        assert tag == "new"
        self.joining = joining

    def create(self, *names: str, shards: int = 2) -> Joining | None:
        self.limited.create("E", QUOTA, MADE, fields(*names), stock=[1] * shards)
        return self.joining

    def replace(self, old: QuotaFields, new: QuotaFields, deltas: dict[int, int]) -> Joining | None:
        self.limited.replace("E", STORED, MADE, old=old, fields=new, deltas=deltas)
        return self.joining


def test_create_quota_lets_all_its_types_join() -> None:
    one, other = type_("A"), type_("B", quotas=(("Q2", 1),))
    assert World(one, other).create("B", "A") == Joining(joins=(other, one))


def test_replace_types_says_who_joins_stays_and_leaves() -> None:
    joins, leaves = type_("A"), type_("C", quotas=((QUOTA, 2),))
    world = World(joins, type_("B", quotas=((QUOTA, 2),)), leaves)
    found = world.replace(fields("B", "C"), fields("A", "B"), {})
    assert found == Joining(joins=(joins,), stays=(), leaves=(leaves,))


def test_replace_that_adds_shards_tells_the_types_that_stay() -> None:
    stays = type_("B", quotas=((QUOTA, 2),))
    assert World(stays).replace(fields("B"), fields("B"), {0: 1, 1: 1, 2: 4}) == Joining(stays=(stays,))


def test_delete_quota_lets_its_types_go_and_passes_over_those_that_are_gone() -> None:
    leaves = type_("A", quotas=((QUOTA, 2),))
    world = World(leaves)
    world.limited.delete("E", STORED, old=fields("A", "gone"))
    assert world.joining == Joining(leaves=(leaves,))


def test_create_with_types_that_are_absent_or_full_lists_each() -> None:
    full = type_("B", quotas=tuple((f"Q{number}", 1) for number in range(MAX_QUOTAS_OF_TYPE)))
    world = World(type_("A"), full)
    with pytest.raises(InvalidInput) as refused:
        world.create("gone", "A", "B")
    assert refused.value.violations == [
        Violation("/ticket_type_ids/0", "names no ticket type of this event"),
        Violation("/ticket_type_ids/2", f"has {MAX_QUOTAS_OF_TYPE} quotas already"),
    ]
    assert world.joining is None


def test_replace_with_a_type_whose_last_quota_this_is_keeps_it() -> None:
    quotas = tuple((f"Q{number}", 1) for number in range(MAX_QUOTAS_OF_TYPE - 1))
    assert World(type_("A", quotas=(*quotas, (QUOTA, 2)))).replace(fields("A"), fields("A"), {}) == Joining()


def test_create_with_types_of_more_shards_than_a_transaction_holds_is_refused() -> None:
    largest = MOST_ITEMS - 2 - 1
    World(type_("A", shards=largest)).create("A")
    with pytest.raises(Conflict) as refused:
        World(type_("A", shards=largest + 1)).create("A")
    assert refused.value.code == "too_large"


def test_require_room_at_the_limit_is_refused() -> None:
    World(quotas=MAX_QUOTAS - 1).limited.require_room("E")
    with pytest.raises(Conflict) as refused:
        World(quotas=MAX_QUOTAS).limited.require_room("E")
    assert refused.value.code == "too_many_quotas"


def test_raise_for_types_that_are_sold_names_each_once() -> None:
    lost = Lost(frozenset(), {("B", 0): 1, ("A", 0): 1, ("A", 1): 1, ("quota.Q", 0): 1})
    with pytest.raises(Conflict) as refused:
        World().limited.raise_unless_moved(lost)
    assert (refused.value.code, refused.value.extra) == ("already_sold", {"ticket_type_ids": ["A", "B"]})


@pytest.mark.parametrize(
    "lost",
    [
        Lost(frozenset({"terms"}), {("A", 0): 1}),
        Lost(frozenset(), {("quota.Q", 0): 1}),
        Lost(frozenset({"resource"})),
    ],
    ids=["the type changed", "the quota's own stock", "another editor"],
)
def test_raise_for_what_only_moved_is_nothing(lost: Lost) -> None:
    World().limited.raise_unless_moved(lost)
