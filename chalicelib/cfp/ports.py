"""What services need of stored calls for papers and submissions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from chalicelib.core.preconditions import Overtaken
from chalicelib.core.transactions import MAX_ITEMS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.cfp.domain.submission import Proposer, Submission
    from chalicelib.core.kinds import Kind
    from chalicelib.notifications.domain.notification import Mail, Notification
    from chalicelib.representations.represent import Representation, Written


class NotOpen(Exception):
    """The call closed, or its event went out of sight; nothing was written."""


class SpeakerOvertaken(Overtaken):
    """The proposer's speaker or number of submissions, or the session, changed meanwhile; nothing was written."""


class CallTimes(NamedTuple):
    """When a call opens and closes, and when it is to be looked at whether it is open (Unix seconds)."""

    opens_at: int
    closes_at: int
    due: set[int]


class Calls(Protocol):
    """Keeps calls for papers."""

    def put(self, event_id: str, call: Representation, times: CallTimes, *, expected_tag: str | None, tag: str) -> None:
        """A new call (`expected_tag` None) or a changed one, and a fresh tag of public pages, which tell of it. Raises
        PreconditionFailed, NotFound (event).
        """

    def delete(self, event_id: str, *, expected_tag: str, tag: str) -> None:
        """Remove a call. Raises PreconditionFailed, NotFound (event)."""

    def refresh(self, event_id: str, *, tag: str) -> None:
        """Public pages are to be made anew: a call came to be open or is no more. Nothing for an event that is gone."""


class ProposalChange(NamedTuple):
    """A session and its speaker to be written, and the tags they had (None: new). `speaker` None: it stays as it is.
    `references` are new ones.
    """

    session: Written
    session_tag: str | None
    speaker: Written | None
    speaker_tag: str | None
    speaker_public: bool
    references: list[tuple[str, Kind, str]]
    tag: str
    now: int


def room_for_messages(change: ProposalChange) -> int:
    """Items that `Submissions.submit` has left for messages, beside the submission, its proposer, the call, session and
    speaker, the tags of both views, and what the session points at.
    """
    return MAX_ITEMS - 7 - len({target for _, _, target in change.references})


class Submissions(Protocol):
    """Keeps submissions. Reads are strongly consistent."""

    def load_proposer(self, event_id: str, user_id: str) -> Proposer | None:
        """What somebody proposed in an event so far."""

    def load_submission(self, user_id: str, session_id: str) -> Submission | None:
        """A submission of somebody's."""

    def list_submissions(self, user_id: str) -> list[Submission]:
        """All submissions of somebody's, oldest first."""

    def submit(
        self,
        submission: Submission,
        change: ProposalChange,
        *,
        before: Proposer | None,
        notifications: Sequence[Notification],
        mails: Sequence[Mail],
    ) -> None:
        """A new submission with what is told of it. Raises NotOpen, SpeakerOvertaken, Missing, NotFound."""

    def revise(self, change: ProposalChange) -> None:
        """A changed submission, while the call is open. Raises NotOpen, SpeakerOvertaken, Missing, NotFound."""


class Appearance(NamedTuple):
    """A speaker, and the session they are put into (None: they stand in it), with the tags these had (None: a new one).
    `before`: as which speaker of the event the user was known.
    """

    user_id: str
    speaker: Written
    speaker_tag: str | None
    session_id: str
    session: Written | None
    session_tag: str
    before: Proposer | None
    tag: str
