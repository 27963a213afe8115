"""A submission as whoever made it reads it. Pure; made when read by cfp/services/submit_proposal.py.

Of what staff add to a session (room, time, other speakers) nothing is shown before it is public.
"""

from datetime import datetime
from typing import NamedTuple, TypeVar

from msgspec import Struct

from chalicelib.cfp.domain.submission import Submission
from chalicelib.content.domain.event import Event
from chalicelib.content.domain.programme import ProposedSession, Session, SessionState, Speaker, SpeakerProfile
from chalicelib.core.times import moment
from chalicelib.representations.json_text import encode, tagged, write_list
from chalicelib.representations.represent import Representation

S = TypeVar("S", bound=Struct)


class SubmittedTo(Struct, frozen=True, kw_only=True):
    """The event it was proposed to."""

    id: str
    name: str
    slug: str | None


class SubmissionShown(Struct, frozen=True, kw_only=True):
    """A submission; its id is the session's. `speaker` is null where staff gave it to somebody else or removed it."""

    id: str
    event: SubmittedTo
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
        event=SubmittedTo(id=event.id, name=event.name, slug=event.slug),
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
