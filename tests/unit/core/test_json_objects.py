"""A JSON object with one name twice is refused, however deep it lies."""

import json

import pytest

from chalicelib.core.json_objects import require_unique_names


def test_require_unique_names_of_an_object_without_repeats_returns_it() -> None:
    text = '{"a": 1, "b": {"a": [{"c": null}]}}'
    assert json.loads(text, object_pairs_hook=require_unique_names) == {"a": 1, "b": {"a": [{"c": None}]}}


@pytest.mark.parametrize("text", ['{"a": 1, "a": 1}', '{"b": {"a": 1, "a": 2}}', '[{"a": 1, "\\u0061": 2}]'])
def test_require_unique_names_of_an_object_with_a_name_twice_raises(text: str) -> None:
    with pytest.raises(ValueError, match=r"^an object has the same key twice$"):
        json.loads(text, object_pairs_hook=require_unique_names)
