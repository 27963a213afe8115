"""Event filters of streams, as the local runner imitates them."""

from typing import Any

import pytest

from infra.stream_settings import FILTERS
from local.events.stream_filters import UnknownRule, passes


def record(sort_key: str, **image: str) -> dict[str, Any]:
    """Returns a stream record of the notifications table."""
    told = {"Keys": {"pk": {"S": "P"}, "sk": {"S": sort_key}}}
    if image:
        told["NewImage"] = {name: {"S": value} for name, value in image.items()}
    return {"eventName": "MODIFY", "dynamodb": told}


def pattern(*rules: object) -> list[dict[str, Any]]:
    return [{"dynamodb": {"Keys": {"sk": {"S": list(rules)}}}}]


@pytest.mark.parametrize(
    ("rules", "sort_key", "expected"),
    [
        (("MAIL",), "MAIL", True),
        (("MAIL",), "MAILBOX", False),
        (("MAIL", "COUNTER"), "COUNTER", True),
        (({"prefix": "NOTIFICATION#"},), "NOTIFICATION#1", True),
        (({"prefix": "NOTIFICATION#"},), "MAIL", False),
        (({"anything-but": ["MAIL"]},), "MAIL", False),
        (({"anything-but": ["MAIL"]},), "COUNTER", True),
    ],
)
def test_passes_by_the_rules_of_a_name(rules: tuple[object, ...], sort_key: str, expected: bool) -> None:
    assert passes(record(sort_key), pattern(*rules)) is expected


def test_passes_needs_every_name_of_one_pattern() -> None:
    both = [{"dynamodb": {"Keys": {"sk": {"S": ["MAIL"]}}, "NewImage": {"state": {"S": ["queued"]}}}}]
    assert [passes(one, both) for one in (record("MAIL", state="queued"), record("MAIL", state="sent"))] == [
        True,
        False,
    ]
    assert passes(record("MAIL"), both) is False
    assert passes(record("COUNTER"), [*both, *pattern("COUNTER")]) is True


@pytest.mark.parametrize(("there", "expected"), [(True, True), (False, False)])
def test_passes_by_whether_a_name_exists(there: bool, expected: bool) -> None:
    rule = [{"dynamodb": {"NewImage": {"state": {"S": [{"exists": True}]}}}}]
    assert passes(record("MAIL", **({"state": "sent"} if there else {})), rule) is expected


def test_passes_without_patterns_is_everything() -> None:
    assert passes(record("ANYTHING"), []) is True


@pytest.mark.parametrize("rule", [{"numeric": [">", 1]}, {"prefix": "a", "suffix": "b"}, 3])
def test_passes_rule_that_is_not_imitated_is_refused(rule: object) -> None:
    with pytest.raises(UnknownRule):
        passes(record("MAIL"), pattern(rule))


@pytest.mark.parametrize(
    ("sort_key", "image", "passed"),
    [
        ("MAIL", {"state": "queued"}, True),
        ("MAIL", {"state": "sent"}, False),
        ("MAIL", {}, False),
        ("NOTIFICATION#1", {"title": "t"}, False),
        ("ANNOUNCEMENT#1", {"state": "queued"}, False),
        ("COUNTER", {}, False),
    ],
)
def test_send_mails_is_given_queued_mails_alone(sort_key: str, image: dict[str, str], passed: bool) -> None:
    assert passes(record(sort_key, **image), FILTERS["send_mails"]) is passed
