"""Submissions: somebody proposes a session and themselves as its speaker; and a submission as they read it. Pure;
carried out, and made when read, by cfp/services/submit_proposal.py.

Of what staff add to a session (room, time, other speakers) nothing is shown before it is public.
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
"""Submissions of one person in one event."""

CHANGEABLE = frozenset({SessionState.SUBMITTED})
"""States in which whoever proposed a session may edit it, while the call is open."""

WITHDRAWABLE = frozenset({SessionState.SUBMITTED, SessionState.ACCEPTED, SessionState.CONFIRMED})
"""States in which it may be withdrawn, whenever it is."""


class SubmissionForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A session that is proposed, and who would give it."""

    session: ProposedSession
    speaker: SpeakerProfile


class Submission(NamedTuple):
    """That somebody proposed a session. `created_at` in Unix seconds."""

    session_id: str
    event_id: str
    user_id: str
    speaker_id: str
    created_at: int


class Proposer(NamedTuple):
    """Somebody who proposed something in an event: as which speaker, and how often."""

    speaker_id: str
    submissions: int


class SubmissionShown(Struct, frozen=True, kw_only=True):
    """A submission; its id is the session's. `speaker` is null where staff gave it to somebody else or removed it."""

    id: str
    event: EventReference
    session: ProposedSession
    speaker: SpeakerProfile | None
    state: SessionState
    can_be_changed: bool
    created_at: datetime
    updated_at: datetime


class Shown(NamedTuple):
    """A submission with what it was made of."""

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
    """Its bytes under their hash."""
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
    """The list of them."""
    return Representation(*tagged(write_list(one.body for one in found)))


def _part(whole: Struct, struct: type[S]) -> S:
    return struct(**{name: getattr(whole, name) for name in struct.__struct_fields__})
