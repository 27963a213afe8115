"""As which speaker somebody comes into a session who accepts an invitation, and what is to be written for it."""

from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.cfp.domain.submission import Proposer
from chalicelib.cfp.ports import Appearance
from chalicelib.cfp.services.add_speaker import AddSpeaker
from chalicelib.content.domain.programme import MOST_SPEAKERS, Session, SessionState, Speaker
from chalicelib.content.domain.views import revive
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.kinds import Kind
from tests.unit.accounts.builders import MOMENT, account
from tests.unit.content.fake_programme import FakeProgramme, stored_item
from tests.unit.orders.builders import clock_at
from tests.unit.website.builders import ident, session, speaker

TALK, USER, OTHER, NEW = (ident(number) for number in (1, 7, 8, 9))
ADA = account(USER, email="Ada@example.org", name="Ada")
NAMELESS = {"user_id": None, "email": "ada@EXAMPLE.org"}
OWN = {"user_id": USER, "email": None}


def added(
    *people: Speaker, talk: Session | None = None, proposer: Proposer | None = None, id: str = TALK
) -> tuple[str, Appearance | None]:
    """Ada is to speak in a talk at an event with these speakers."""
    programme = FakeProgramme(sessions=[talk or session(1)], speakers=list(people))
    submissions: Any = SimpleNamespace(load_proposer=lambda event_id, user_id: proposer)
    ids: Any = SimpleNamespace(new_id=lambda: NEW)
    return AddSpeaker(programme, submissions, clock_at(MOMENT.timestamp()), ids).add_speaker("E", id, ADA)


def speaker_of(appearance: Appearance | None) -> Speaker:
    assert appearance is not None
    found: Speaker = revive(Kind.SPEAKERS, appearance.speaker.representation.body)
    return found


def test_add_somebody_unknown_makes_a_speaker_and_puts_them_into_the_session() -> None:
    talk = session(1, speaker_ids=[ident(2)])
    id, made = added(speaker(2), talk=talk)
    assert id == NEW
    assert made is not None
    assert made.session is not None
    assert revive(Kind.SESSIONS, made.session.representation.body) == replace(
        talk, speaker_ids=[ident(2), NEW], updated_at=MOMENT
    )
    person = Speaker(id=NEW, name="Ada", email="Ada@example.org", user_id=USER, created_at=MOMENT, updated_at=MOMENT)
    assert speaker_of(made) == person
    assert (made.user_id, made.speaker_tag, made.session_tag, made.before, made.tag) == (
        USER,
        None,
        stored_item(Kind.SESSIONS, talk).etag,
        None,
        NEW,
    )


def test_add_who_stands_in_the_session_already_writes_nothing() -> None:
    assert added(speaker(2, **OWN), talk=session(1, speaker_ids=[ident(2)])) == (ident(2), None)


def test_add_who_waits_in_the_session_becomes_theirs_and_leaves_it_as_it_is() -> None:
    waits = speaker(2, **NAMELESS)
    id, made = added(speaker(3, **OWN), waits, talk=session(1, speaker_ids=[ident(2)]))
    assert (id, made and made.session) == (ident(2), None)
    assert made is not None
    assert made.speaker_tag == stored_item(Kind.SPEAKERS, waits).etag
    assert speaker_of(made) == replace(waits, user_id=USER, updated_at=MOMENT)


@pytest.mark.parametrize(
    ("people", "proposer", "found"),
    [
        ([speaker(2, **NAMELESS), speaker(3, **OWN), speaker(4, **OWN)], Proposer(ident(4), 1), ident(4)),
        ([speaker(2, **NAMELESS), speaker(3, **OWN), speaker(4, **OWN)], None, ident(3)),
        ([speaker(2, **NAMELESS), speaker(3, **OWN)], Proposer(ident(5), 1), ident(3)),
        ([speaker(2, **NAMELESS)], None, ident(2)),
        ([speaker(2, user_id=OTHER, email="ada@example.org")], None, NEW),
        ([speaker(2, email="eve@example.org"), speaker(3, email=None)], None, NEW),
    ],
    ids=[
        "whom they propose as",
        "their own",
        "their own, proposed as who is gone",
        "who waits",
        "of another",
        "nobody",
    ],
)
def test_add_finds_who_they_are_in_the_event(people: list[Speaker], proposer: Proposer | None, found: str) -> None:
    id, made = added(*people, proposer=proposer)
    assert (id, made and made.before) == (found, proposer)


@pytest.mark.parametrize(
    ("state", "was_listed", "listed"),
    [
        (SessionState.ACCEPTED, False, True),
        (SessionState.SUBMITTED, False, False),
        (SessionState.SUBMITTED, True, True),
    ],
)
def test_add_to_a_session_lists_a_speaker_when_it_is_public(
    state: SessionState, *, was_listed: bool, listed: bool
) -> None:
    _, made = added(speaker(2, **OWN, listed=was_listed), talk=session(1, state=state))
    assert speaker_of(made).listed is listed


def test_add_who_stays_where_they_stand_keeps_hidden_whom_staff_hid() -> None:
    _, made = added(speaker(2, **NAMELESS, listed=False), talk=session(1, speaker_ids=[ident(2)]))
    assert speaker_of(made).listed is False


def test_add_to_a_session_that_is_full_is_refused() -> None:
    most = [ident(100 + number) for number in range(MOST_SPEAKERS)]
    added(talk=session(1, speaker_ids=most[1:]))
    with pytest.raises(Conflict) as refused:
        added(talk=session(1, speaker_ids=most))
    assert refused.value.code == "too_many_speakers"


@pytest.mark.parametrize("state", [SessionState.REJECTED, SessionState.WITHDRAWN, SessionState.CANCELLED])
def test_add_to_a_session_that_is_over_is_refused(state: SessionState) -> None:
    with pytest.raises(Conflict) as refused:
        added(talk=session(1, state=state))
    assert refused.value.code == "session_over"


@pytest.mark.parametrize("id", [ident(99), "no id"])
def test_add_to_a_session_that_is_none_is_not_found(id: str) -> None:
    with pytest.raises(NotFound):
        added(id=id)
