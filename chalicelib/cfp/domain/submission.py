"""Submissions: a user proposes a session with themselves as its speaker. Also the form in which the user reads a
submission. Pure; cfp/services/submit_proposal.py writes submissions and builds this form on each read.

What staff add to a session (room, time, other speakers) is not shown here before it is public.
"""

from datetime import datetime
from typing import NamedTuple, TypeVar

from msgspec import Struct

from chalicelib.content.domain.event import Event, EventReference, reference_to
from chalicelib.content.domain.programme import ProposedSession, Session, SessionState, Speaker, SpeakerProfile
from chalicelib.core.times import moment
from chalicelib.representations.json_text import encode, tagged, write_list
from chalicelib.representations.represent import Representation

S = TypeVar("S", bound=Struct)

MOST_A_PERSON = 20
"""Submissions per person and event."""

CHANGEABLE = frozenset({SessionState.SUBMITTED})
"""States in which the proposer may edit a session, while the call is open."""

WITHDRAWABLE = frozenset({SessionState.SUBMITTED, SessionState.ACCEPTED, SessionState.CONFIRMED})
"""States in which the proposer may withdraw a session, even after the call has closed."""


class SubmissionForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A proposed session and the profile of its speaker."""

    session: ProposedSession
    speaker: SpeakerProfile


class Submission(NamedTuple):
    """The fact that a user proposed a session. `created_at` is in Unix seconds."""

    session_id: str
    event_id: str
    user_id: str
    speaker_id: str
    created_at: int


class Proposer(NamedTuple):
    """A user who proposed something in an event: as which speaker, and how often."""

    speaker_id: str
    submissions: int


class SubmissionShown(Struct, frozen=True, kw_only=True):
    """A submission as its proposer reads it. Its id is the session's. `speaker` is null when staff gave the speaker to
    another account or deleted it.
    """

    id: str
    event: EventReference
    session: ProposedSession
    speaker: SpeakerProfile | None
    state: SessionState
    can_be_changed: bool
    created_at: datetime
    updated_at: datetime


class Shown(NamedTuple):
    """A submission's representation together with the session and the speaker from which it was made."""

    representation: Representation
    event_id: str
    session: Session
    session_tag: str
    speaker: Speaker | None
    speaker_tag: str | None
    can_be_changed: bool


def represent_submission(
    event: Event, session: Session, speaker: Speaker | None, *, can_be_changed: bool, submission: Submission
) -> Representation:
    """Returns the submission's JSON with a tag that is its hash."""
    shown = SubmissionShown(
        id=session.id,
        event=reference_to(event),
        session=_part(session, ProposedSession),
        speaker=_part(speaker, SpeakerProfile) if speaker else None,
        state=session.state,
        can_be_changed=can_be_changed,
        created_at=moment(submission.created_at),
        updated_at=max(session.updated_at, speaker.updated_at) if speaker else session.updated_at,
    )
    return Representation(*tagged(encode(shown)))


def represent_submissions(found: list[Representation]) -> Representation:
    """Returns the JSON list with a tag that is its hash."""
    return Representation(*tagged(write_list(one.body for one in found)))


def _part(whole: Struct, struct: type[S]) -> S:
    return struct(**{name: getattr(whole, name) for name in struct.__struct_fields__})
