"""Ticket types as limits: their currency, what still needs them, and how many are left."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.catalog.domain.stock import Shard, quota_stock
from chalicelib.catalog.domain.ticket_type import MAX_TYPES, TicketTypeFields
from chalicelib.catalog.ports import Lost, StoredLimit, StoredTicketType
from chalicelib.catalog.services.limited_ticket_types import LimitedTicketTypes
from chalicelib.core.errors import Conflict, InvalidInput, NotFound, StillReferenced, Violation
from chalicelib.core.kinds import CodeKind
from chalicelib.core.money import Money
from chalicelib.representations.represent import Representation
from tests.unit.content.fake_programme import FakeProgramme
from tests.unit.website.builders import event

MADE = Representation("tag", "{}")
TYPE = StoredTicketType("T", "tag", '{"name":"Day"}', hidden=False, shards=2)


def fields(amount: int = 2500, currency: str = "CHF", **more: Any) -> TicketTypeFields:
    return TicketTypeFields(name="Day", price=Money(amount=amount, currency=currency), quantity=9, **more)


def code(id: str, *types: str) -> StoredLimit:
    return StoredLimit(id, "tag", json.dumps({"ticket_type_ids": list(types) or None}), 1)


class World:
    """The description at an event in a currency, with these codes by kind; `written` is what was written."""

    def __init__(self, currency: str = "CHF", *, types: int = 0, **codes: list[StoredLimit]) -> None:
        self.written: list[tuple[Any, ...]] = []
        self.stocks = {"T": [Shard(0, 3, 1, 1), Shard(1, 4, 0, 0)], quota_stock("Q"): [Shard(0, 5, 0, 0)]}
        store: Any = SimpleNamespace(
            load_stocks=lambda shards: {owner: self.stocks[owner][:count] for owner, count in shards.items()},
            **dict.fromkeys(("create", "replace", "delete"), self.keep),
        )
        view: Any = SimpleNamespace(load_ticket_types=lambda event_id, consistent: [TYPE] * types)
        kept: Any = SimpleNamespace(load_all=lambda event_id, kind: codes.get(kind.name, []))
        ids: Any = SimpleNamespace(new_id=lambda: "new")
        self.limited = LimitedTicketTypes(
            store, view, kept, FakeProgramme(events=[event(currency=currency, id="E")]), ids
        )

    def keep(self, *what: Any, **how: Any) -> None:
        self.written.append((*what, how))


def test_check_new_type_in_the_event_s_currency_sanitises_its_html() -> None:
    given = fields(description="<p>in</p><script>out</script>")
    assert World().limited.check_fields("E", given, old=None) == fields(description="<p>in</p>")


@pytest.mark.parametrize("old", [None, fields(currency="CHF")])
def test_check_type_in_another_currency_is_refused(old: TicketTypeFields | None) -> None:
    with pytest.raises(InvalidInput) as refused:
        World().limited.check_fields("E", fields(currency="EUR"), old=old)
    assert refused.value.violations == [Violation("/price/currency", "must be the event's, CHF")]


def test_check_type_that_keeps_an_older_currency_of_the_event_is_left_alone() -> None:
    same = fields(currency="EUR")
    assert World().limited.check_fields("E", same, old=same) == same


def test_check_price_in_a_currency_that_stripe_does_not_take_must_be_free() -> None:
    limited = World("KPW").limited
    assert limited.check_fields("E", fields(0, "KPW"), old=None) == fields(0, "KPW")
    with pytest.raises(InvalidInput) as refused:
        limited.check_fields("E", fields(1, "KPW"), old=None)
    assert refused.value.violations == [
        Violation("/price/currency", "is not one that Stripe takes; tickets must be free")
    ]


def test_check_type_of_an_event_that_is_gone_is_not_found() -> None:
    with pytest.raises(NotFound):
        World().limited.check_fields("gone", fields(), old=None)


def test_require_unused_names_the_quotas_and_codes_of_the_type() -> None:
    world = World(
        **{CodeKind.ACCESS.name: [code("A1", "T"), code("A2", "other")]},
        **{CodeKind.DISCOUNT.name: [code("D1", "other", "T"), code("D2")]},
    )
    with pytest.raises(StillReferenced) as refused:
        world.limited.require_unused("E", TYPE._replace(quotas=(("Q", 1),)))
    assert refused.value.extra == {"referrers": ["Q", "A1", "D1"]}


def test_require_unused_of_a_type_that_people_wait_for_is_refused() -> None:
    World().limited.require_unused("E", TYPE)
    with pytest.raises(StillReferenced) as refused:
        World().limited.require_unused("E", TYPE._replace(waiting=True))
    assert str(refused.value) == "People wait for it."


def test_require_room_at_the_limit_is_refused() -> None:
    World(types=MAX_TYPES - 1).limited.require_room("E")
    with pytest.raises(Conflict) as refused:
        World(types=MAX_TYPES).limited.require_room("E")
    assert refused.value.code == "too_many_ticket_types"


@pytest.mark.parametrize(("quotas", "available"), [((), 7), ((("Q", 1),), 5)])
def test_represent_type_has_no_more_left_than_its_quotas(quotas: tuple[tuple[str, int], ...], available: int) -> None:
    (found,) = World().limited.represent_all([TYPE._replace(quotas=quotas)])
    assert (found.etag, json.loads(found.body)) == (f"tag-{available}", {"name": "Day", "available": available})


def test_create_replace_delete_hide_the_type_as_it_is_now_and_renew_the_pages() -> None:
    world = World()
    world.limited.create("E", "T", MADE, fields(hidden=True), stock=[9])
    world.limited.replace("E", TYPE, MADE, old=fields(hidden=True), fields=fields(), deltas={0: 1})
    world.limited.delete("E", TYPE, old=fields())
    assert world.written == [
        ("E", "T", MADE, {"hidden": True, "stock": [9], "tag": "new"}),
        ("E", TYPE, MADE, {"hidden": False, "deltas": {0: 1}, "tag": "new"}),
        ("E", TYPE, {"tag": "new"}),
    ]


def test_load_shards_of_a_type_reads_its_own_stock_alone() -> None:
    world = World()
    assert world.limited.load_shards(TYPE._replace(quotas=(("Q", 1),))) == world.stocks["T"]


def test_raise_for_what_was_lost_is_nothing() -> None:
    World().limited.raise_unless_moved(Lost(frozenset({"resource", "event"}), {("T", 0): 1}))
