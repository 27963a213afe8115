"""Which speakers become public by a change of a session."""

from typing import Any

import pytest

from chalicelib.content.domain.programme import Session, SessionState
from chalicelib.content.ports import Missing
from chalicelib.content.services.list_speakers import is_overtaken, newly_listed
from tests.unit.content.builders import EVENT, RecordedProgramme, resource, stored
from tests.unit.website.builders import at, ident, session, speaker, track

HIDDEN, OTHER, LISTED = speaker(11, listed=False), speaker(12, listed=False), speaker(13, listed=True)
ALL = [HIDDEN.id, LISTED.id, OTHER.id]
CHANGED = at("2027-02-01T10:00")


def talk(state: SessionState, speakers: list[str] = ALL) -> Session:
    return session(5, state=state, speaker_ids=speakers, updated_at=CHANGED)


def listed(before: Any, after: Any) -> list[str]:
    """Names of those who become public."""
    found = newly_listed(RecordedProgramme(HIDDEN, OTHER, LISTED), EVENT, before, after)
    return [resource(one.speaker).name for one in found]


@pytest.mark.parametrize("state", [SessionState.ACCEPTED, SessionState.CONFIRMED])
@pytest.mark.parametrize("before", [None, talk(SessionState.SUBMITTED), talk(SessionState.CANCELLED)])
def test_list_speakers_of_a_session_that_becomes_public(before: Session | None, state: SessionState) -> None:
    assert listed(before, talk(state)) == [HIDDEN.name, OTHER.name]


@pytest.mark.parametrize("state", [SessionState.DRAFT, SessionState.SUBMITTED, SessionState.REJECTED])
def test_list_nobody_of_a_session_that_is_not_public(state: SessionState) -> None:
    assert listed(None, talk(state)) == []


def test_list_nobody_again_whom_staff_hid_of_a_session_that_stays_public() -> None:
    assert listed(talk(SessionState.ACCEPTED), talk(SessionState.CONFIRMED)) == []


def test_list_only_who_joins_a_public_session() -> None:
    assert listed(talk(SessionState.ACCEPTED, [HIDDEN.id]), talk(SessionState.ACCEPTED)) == [OTHER.name]


def test_list_passes_over_a_speaker_who_is_gone() -> None:
    assert listed(None, talk(SessionState.ACCEPTED, [ident(99), OTHER.id])) == [OTHER.name]


def test_list_nobody_by_a_change_of_something_else() -> None:
    assert listed(track(2), track(2)) == []


def test_list_writes_the_speaker_as_of_the_change_under_the_tag_that_was_read() -> None:
    (found,) = newly_listed(RecordedProgramme(HIDDEN), EVENT, None, talk(SessionState.ACCEPTED, [ident(99), HIDDEN.id]))
    made = resource(found.speaker)
    assert (made.listed, made.updated_at, made.created_at) == (True, CHANGED, HIDDEN.created_at)
    assert (found.expected_tag, found.pointer, found.speaker.public is not None) == (
        stored(HIDDEN).etag,
        "/speaker_ids/1",
        True,
    )


@pytest.mark.parametrize(("pointers", "overtaken"), [(["/speaker_ids/1"], True), (["/track_id"], False)])
def test_write_that_missed_a_speaker_who_becomes_public_is_overtaken(pointers: list[str], overtaken: bool) -> None:
    found = newly_listed(RecordedProgramme(HIDDEN), EVENT, None, talk(SessionState.ACCEPTED, [ident(99), HIDDEN.id]))
    assert is_overtaken(found, Missing(pointers)) is overtaken
