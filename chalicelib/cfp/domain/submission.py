"""Submissions: somebody proposes a session and themselves as its speaker. cfp/services/submit_proposal.py carries it
out.
"""

from typing import NamedTuple

from msgspec import Struct

from chalicelib.content.domain.programme import ProposedSession, SessionState, SpeakerProfile

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
