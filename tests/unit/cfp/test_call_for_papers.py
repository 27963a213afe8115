"""When a call for papers is open."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from chalicelib.cfp.domain.call_for_papers import CallFields, CallForPapers, open_call
from chalicelib.representations.stored import StoredCall

OPENS = datetime(2030, 1, 1, 12, tzinfo=UTC)
CLOSES = datetime(2030, 2, 1, 12, tzinfo=UTC)
BEFORE, SINCE, UNTIL = OPENS.timestamp() - 1, OPENS.timestamp(), CLOSES.timestamp()


def pointers(**fields: Any) -> list[str]:
    call = CallFields(**{"opens_at": OPENS, "closes_at": CLOSES, **fields})
    return [violation.pointer for violation in call.violations()]


def stored(*, published: bool = True) -> StoredCall:
    call = CallForPapers(opens_at=OPENS, closes_at=CLOSES, updated_at=OPENS)
    return StoredCall("tag", msgspec.json.encode(call).decode(), int(SINCE), int(UNTIL), published)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, []),
        ({"closes_at": OPENS}, ["/closes_at"]),
        ({"closes_at": OPENS - timedelta(days=1)}, ["/closes_at"]),
        ({"closes_at": OPENS + timedelta(milliseconds=900)}, ["/closes_at"]),
        ({"closes_at": OPENS + timedelta(seconds=1)}, []),
        ({"timezone": "Europe/Zurich"}, []),
        ({"timezone": "Europe/Olten"}, ["/timezone"]),
    ],
)
def test_check_times_that_are_stored_alike_or_turned_round_are_refused(
    fields: dict[str, Any], wrong: list[str]
) -> None:
    assert pointers(**fields) == wrong


@pytest.mark.parametrize(("now", "is_open"), [(BEFORE, False), (SINCE, True), (UNTIL - 1, True), (UNTIL, False)])
def test_open_call_is_there_from_its_opening_until_just_before_its_end(now: float, *, is_open: bool) -> None:
    assert (open_call(stored(), now=now) is not None) is is_open


def test_open_call_of_no_call_or_of_a_hidden_event_is_none() -> None:
    assert open_call(None, now=SINCE) is None
    assert open_call(stored(published=False), now=SINCE) is None


def test_open_call_is_the_call_that_was_stored() -> None:
    assert open_call(stored(), now=SINCE) == CallForPapers(opens_at=OPENS, closes_at=CLOSES, updated_at=OPENS)
