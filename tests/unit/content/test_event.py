"""Validation of events, and until when they accept slow payment methods."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.content.domain.event import EventFields, settles_at_once

STARTS = datetime(2030, 6, 10, 9, tzinfo=UTC)


def fields(**changes: Any) -> EventFields:
    return EventFields(**{"name": "Days", "starts_at": STARTS, "ends_at": STARTS, **changes})


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({}, []),
        ({"ends_at": STARTS - timedelta(seconds=1)}, ["/ends_at"]),
        ({"slug": "alpine"}, []),
        ({"slug": "import"}, ["/slug"]),
        ({"currency": "XXX"}, ["/currency"]),
        ({"currency": "CHF"}, []),
        ({"timezone": "Mars/Olympus"}, ["/timezone"]),
    ],
)
def test_check_fields_of_an_event(changes: dict[str, Any], pointers: list[str]) -> None:
    assert [violation.pointer for violation in fields(**changes).violations()] == pointers


@pytest.mark.parametrize(
    ("days", "before", "at_once"),
    [
        (3, timedelta(days=3), True),
        (3, timedelta(days=3, seconds=1), False),
        (0, timedelta(seconds=1), False),
        (0, timedelta(), True),
        (60, timedelta(days=30), True),
    ],
)
def test_settle_at_once_begins_so_many_days_before_the_start(days: int, before: timedelta, *, at_once: bool) -> None:
    assert settles_at_once(fields(async_payments_days=days), now=STARTS - before) is at_once
