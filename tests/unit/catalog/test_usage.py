"""What is limited as staff read it, and which version an editor saw."""

import json

import pytest

from chalicelib.catalog.domain.stock import Shard
from chalicelib.catalog.ports import StoredLimit
from chalicelib.catalog.services.usage import as_list, of_code, of_quota, require_same
from chalicelib.core.errors import PreconditionFailed, PreconditionRequired

STORED = StoredLimit("Q", "tag", '{"id":"Q"}', 2)
SHARDS = [Shard(0, left=1, held=2, sold=3), Shard(1, left=4, held=5, sold=6)]


def test_show_a_quota_with_what_is_left_held_and_sold() -> None:
    shown = of_quota(STORED, SHARDS)
    assert json.loads(shown.body) == {"id": "Q", "available": 5, "held": 7, "sold": 9}
    assert shown.etag == "tag-5-7-9"


def test_show_a_code_with_its_uses() -> None:
    assert json.loads(of_code(STORED, SHARDS).body) == {"id": "Q", "held": 7, "used": 9}


@pytest.mark.parametrize("match", [{"tag-1-1-1"}, {"tag"}, {"*"}, {"other", "tag-0"}])
def test_require_the_version_seen_whatever_was_sold_since(match: set[str]) -> None:
    require_same(frozenset(match), of_quota(STORED, SHARDS))


def test_require_another_version_is_refused_with_the_one_of_now() -> None:
    shown = of_quota(STORED, SHARDS)
    with pytest.raises(PreconditionFailed) as refused:
        require_same(frozenset({"older-5-7-9"}), shown)
    assert (refused.value.etag, refused.value.body) == (shown.etag, shown.body)
    with pytest.raises(PreconditionRequired):
        require_same(None, shown)


def test_list_has_the_tag_of_all_that_it_shows() -> None:
    one, other = of_quota(STORED, SHARDS), of_quota(STORED, SHARDS[:1])
    tag, body = as_list([one, other]).load()
    assert json.loads(body) == {"items": [json.loads(one.body), json.loads(other.body)], "next_cursor": None}
    assert as_list([other]).load()[0] != tag
