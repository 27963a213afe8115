"""Validation of sessions, their references, and the changes that their speakers are notified of."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.content.domain.programme import ProposedSession, SessionFields, SessionState, decision_told
from chalicelib.core.kinds import Kind
from chalicelib.notifications.domain.notification import NotificationAction

NINE = datetime(2030, 6, 1, 9, tzinfo=UTC)
TEN = NINE + timedelta(hours=1)
ACCEPTED, REJECTED = NotificationAction.SESSION_ACCEPTED, NotificationAction.SESSION_REJECTED


@pytest.mark.parametrize(
    ("fields", "pointers"),
    [
        ({}, []),
        ({"starts_at": NINE, "ends_at": TEN}, []),
        ({"starts_at": NINE}, ["/ends_at"]),
        ({"ends_at": TEN}, ["/ends_at"]),
        ({"starts_at": NINE, "ends_at": NINE}, ["/ends_at"]),
        ({"speaker_ids": ["a", "b"]}, []),
        ({"speaker_ids": ["a", "b", "a"]}, ["/speaker_ids"]),
    ],
)
def test_check_times_and_speakers_of_a_session(fields: dict[str, Any], pointers: list[str]) -> None:
    session = SessionFields(title="Talk", **fields)
    assert [violation.pointer for violation in session.violations()] == pointers


def test_point_at_track_room_and_each_speaker() -> None:
    session = SessionFields(title="Talk", track_id="t", microlocation_id="m", speaker_ids=["a", "b"])
    assert session.references() == [
        ("/speaker_ids/0", Kind.SPEAKERS, "a"),
        ("/speaker_ids/1", Kind.SPEAKERS, "b"),
        ("/track_id", Kind.TRACKS, "t"),
        ("/microlocation_id", Kind.MICROLOCATIONS, "m"),
    ]
    assert SessionFields(title="Talk").references() == []


def test_point_at_the_track_of_a_proposal_alone() -> None:
    assert ProposedSession(title="Talk", track_id="t").references() == [("/track_id", Kind.TRACKS, "t")]
    assert ProposedSession(title="Talk").references() == []


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (SessionState.SUBMITTED, SessionState.ACCEPTED, ACCEPTED),
        (SessionState.REJECTED, SessionState.ACCEPTED, ACCEPTED),
        (SessionState.DRAFT, SessionState.ACCEPTED, None),
        (SessionState.CONFIRMED, SessionState.ACCEPTED, None),
        (SessionState.SUBMITTED, SessionState.REJECTED, REJECTED),
        (SessionState.ACCEPTED, SessionState.REJECTED, REJECTED),
        (SessionState.CONFIRMED, SessionState.REJECTED, REJECTED),
        (SessionState.DRAFT, SessionState.REJECTED, None),
        (SessionState.WITHDRAWN, SessionState.REJECTED, None),
        (SessionState.SUBMITTED, SessionState.WITHDRAWN, None),
        (SessionState.ACCEPTED, SessionState.CANCELLED, None),
        (SessionState.ACCEPTED, SessionState.ACCEPTED, None),
    ],
)
def test_tell_speakers_only_what_was_decided_of_a_proposal(
    before: SessionState, after: SessionState, told: NotificationAction | None
) -> None:
    assert decision_told(before, after) is told
