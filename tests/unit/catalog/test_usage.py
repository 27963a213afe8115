"""Limited items as staff read them, with the numbers of their stock and the version that an editor saw."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.catalog.domain.quota import Quota
from chalicelib.catalog.domain.stock import Shard, code_stock, quota_stock
from chalicelib.catalog.ports import Joining, StoredLimit
from chalicelib.catalog.services.edit_limited import EditLimited
from chalicelib.catalog.services.limited_codes import LimitedCodes
from chalicelib.catalog.services.limited_quotas import LimitedQuotas
from chalicelib.core.errors import PreconditionFailed, PreconditionRequired
from chalicelib.core.kinds import CodeKind
from chalicelib.core.principal import Principal
from chalicelib.representations.json_text import encode
from chalicelib.representations.represent import Representation
from tests.unit.orders.builders import MOMENT, clock_at

ID, OTHER = "01HZZZZZZZZZZZZZZZZZZZ0001", "01HZZZZZZZZZZZZZZZZZZZ0002"
CALLER = Principal("user", "f")
SHARDS = [Shard(0, left=1, held=2, sold=3), Shard(1, left=4, held=5, sold=6)]


def stored(id: str, shards: int) -> StoredLimit:
    quota = Quota(id=id, name="Hall", quantity=21, ticket_type_ids=[OTHER], created_at=MOMENT, updated_at=MOMENT)
    return StoredLimit(id, "tag", encode(quota), shards)


class FakeQuotas:
    """The port `Quotas` in memory. The stock of a quota with n shards is the first n of SHARDS."""

    def __init__(self, *kept: StoredLimit) -> None:
        self.kept = {one.id: one for one in kept}

    def load(self, event_id: str, quota_id: str) -> StoredLimit | None:
        return self.kept.get(quota_id)

    def load_all(self, event_id: str) -> list[StoredLimit]:
        return list(self.kept.values())

    def load_stocks(self, shards: dict[str, int]) -> dict[str, list[Shard]]:
        assert set(shards) <= {quota_stock(id) for id in self.kept}
        return {owner: SHARDS[:count] for owner, count in shards.items()}

    def delete(self, event_id: str, stored: StoredLimit, *, joining: Joining, tag: str) -> None:
        del self.kept[stored.id]


def limited(quotas: FakeQuotas) -> LimitedQuotas:
    ids: Any = SimpleNamespace(new_id=lambda: "new")
    types: Any = SimpleNamespace(load=lambda event_id, id: None)
    return LimitedQuotas(quotas, types, ids)  # type: ignore[arg-type]


def editing(quotas: FakeQuotas) -> EditLimited[Any, StoredLimit]:
    authorise: Any = SimpleNamespace(require=lambda *asked: None)
    return EditLimited(limited(quotas), authorise, clock_at(0))


def shown(one: StoredLimit) -> Representation:
    return limited(FakeQuotas(one)).represent_all([one])[0]


def test_represent_a_quota_with_what_is_left_held_and_sold() -> None:
    quota = stored(ID, 2)
    numbers = {"available": 5, "held": 7, "sold": 9}
    assert json.loads(shown(quota).body) == json.loads(quota.body) | numbers
    assert shown(quota).etag == "tag-5-7-9"


def test_represent_a_code_with_its_uses() -> None:
    code = StoredLimit(ID, "tag", '{"id":"C"}', 2)
    codes: Any = SimpleNamespace(load_stocks=lambda shards: {code_stock(ID): SHARDS[: shards[code_stock(ID)]]})
    unused: Any = SimpleNamespace()
    found = LimitedCodes(CodeKind.DISCOUNT, codes, unused, unused).represent_all([code])
    assert [(one.etag, json.loads(one.body)) for one in found] == [("tag-7-9", {"id": "C", "held": 7, "used": 9})]


@pytest.mark.parametrize("match", [{"tag-1-1-1"}, {"tag"}, {"*"}, {"other", "tag-0"}])
def test_require_the_version_seen_whatever_was_sold_since(match: set[str]) -> None:
    quotas = FakeQuotas(stored(ID, 2))
    editing(quotas).delete("E", ID, caller=CALLER, match=frozenset(match))
    assert quotas.kept == {}


def test_require_another_version_is_refused_with_the_one_of_now() -> None:
    quotas = FakeQuotas(stored(ID, 2))
    with pytest.raises(PreconditionFailed) as refused:
        editing(quotas).delete("E", ID, caller=CALLER, match=frozenset({"older-5-7-9"}))
    assert (refused.value.etag, refused.value.body) == shown(quotas.kept[ID])
    with pytest.raises(PreconditionRequired):
        editing(quotas).delete("E", ID, caller=CALLER, match=None)


def test_list_has_the_tag_of_all_that_it_shows() -> None:
    one, other = stored(ID, 2), stored(OTHER, 1)
    tag, body = editing(FakeQuotas(one, other)).list_all("E", caller=CALLER).load()
    assert json.loads(body) == {
        "items": [json.loads(shown(one).body), json.loads(shown(other).body)],
        "next_cursor": None,
    }
    assert editing(FakeQuotas(other)).list_all("E", caller=CALLER).load()[0] != tag
