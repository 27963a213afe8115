"""Ports of calls for papers: what services need from the storage of calls and submissions."""

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
    """Raised when the call is closed or its event is not public any more. Nothing was written."""


class SpeakerOvertaken(Overtaken):
    """Raised when the session, the proposer's speaker or their number of submissions changed in the meantime. Nothing
    was written.
    """


class CallTimes(NamedTuple):
    """When a call opens and closes, and the times (`due`) at which cfp/services/announce_call.py checks it. All in Unix
    seconds.
    """

    opens_at: int
    closes_at: int
    due: set[int]


class Calls(Protocol):
    """Stores calls for papers."""

    def put(self, event_id: str, call: Representation, times: CallTimes, *, expected_tag: str | None, tag: str) -> None:
        """Writes a new call (`expected_tag` None) or a changed one, and sets `tag` on the public pages, because they
        show the call. Raises PreconditionFailed and NotFound (event).
        """

    def delete(self, event_id: str, *, expected_tag: str, tag: str) -> None:
        """Deletes a call. Raises PreconditionFailed and NotFound (event)."""

    def refresh(self, event_id: str, *, tag: str) -> None:
        """Sets `tag` on the public pages, because a call opened or closed. Does nothing when the event is gone."""


class ProposalChange(NamedTuple):
    """A session and its speaker that a proposal writes, with the tags of the stored versions (None for new ones). With
    `speaker` None, the stored speaker does not change. `references` are the new references only; `now` is in Unix
    seconds.
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
    """Returns how many items of the transaction of `Submissions.submit` are left for messages. The others are the
    submission, its proposer, the call, the session, the speaker, the versions of both views, and the targets of
    references.
    """
    return MAX_ITEMS - 7 - len({target for _, _, target in change.references})


class Submissions(Protocol):
    """Stores submissions. Reads are strongly consistent."""

    def load_proposer(self, event_id: str, user_id: str) -> Proposer | None:
        """Returns the user's speaker and number of submissions in an event, or None before the first submission."""

    def load_submission(self, user_id: str, session_id: str) -> Submission | None:
        """Returns the user's submission, or None when this user did not propose the session."""

    def list_submissions(self, user_id: str) -> list[Submission]:
        """Returns all submissions of a user, oldest first."""

    def submit(
        self,
        submission: Submission,
        change: ProposalChange,
        *,
        before: Proposer | None,
        notifications: Sequence[Notification],
        mails: Sequence[Mail],
    ) -> None:
        """Writes a new submission with its messages. Raises NotOpen, SpeakerOvertaken, Missing and NotFound."""

    def revise(self, change: ProposalChange) -> None:
        """Writes a changed submission while the call is open. Raises NotOpen, SpeakerOvertaken, Missing, NotFound."""


class Appearance(NamedTuple):
    """A speaker and the session they join, with the tags of the stored versions. `session` is None when the speaker is
    in it already; `speaker_tag` is None for a new speaker. `before` is the stored proposer of this user in the event.
    """

    user_id: str
    speaker: Written
    speaker_tag: str | None
    session_id: str
    session: Written | None
    session_tag: str
    before: Proposer | None
    tag: str
