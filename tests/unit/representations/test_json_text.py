"""JSON texts composed of stored ones: the bytes, and their tag."""

import hashlib
import json

import pytest

from chalicelib.core.money import Money
from chalicelib.representations.json_text import add_members, add_text, as_found, encode, write_array, write_list


@pytest.mark.parametrize(
    ("items", "cursor", "text"),
    [
        ([], None, '{"items":[],"next_cursor":null}'),
        (['{"id":"A"}'], None, '{"items":[{"id":"A"}],"next_cursor":null}'),
        (['{"id":"A"}', '{"id":"B"}'], "c", '{"items":[{"id":"A"},{"id":"B"}],"next_cursor":"c"}'),
    ],
)
def test_write_list_keeps_the_texts_and_says_where_the_next_page_begins(
    items: list[str], cursor: str | None, text: str
) -> None:
    assert write_list(items, next_cursor=cursor) == text


def test_write_array_has_no_cursor() -> None:
    assert write_array("ticket_types", ["1", "2"]) == '{"ticket_types":[1,2]}'


@pytest.mark.parametrize("value", [None, True, 7, 'a "quoted" }', "Zürich 🎫", [1, {"b": None}]])
def test_add_members_puts_them_behind_the_others_in_order(value: object) -> None:
    text = add_members('{"id":"A","name":"é"}', {"more": value, "last": 1})
    assert list(json.loads(text).items()) == [("id", "A"), ("name", "é"), ("more", value), ("last", 1)]
    assert ("\\u" in text, ": " in text) == (False, False)


def test_add_text_takes_the_value_as_it_is() -> None:
    assert add_text('{"id":"A"}', "sums", "[1,2]") == '{"id":"A","sums":[1,2]}'


def test_as_found_is_tagged_by_128_bits_of_the_hash_of_its_bytes() -> None:
    found = as_found('{"name":"é"}')
    assert found.tag == hashlib.sha256('{"name":"é"}'.encode()).hexdigest()[:32]
    assert found.load() == (found.tag, '{"name":"é"}')


def test_encode_writes_members_in_their_order() -> None:
    assert encode([Money(amount=2, currency="EUR")]) == '[{"amount":2,"currency":"EUR"}]'
