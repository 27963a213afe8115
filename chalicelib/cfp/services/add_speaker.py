"""Adds a user who accepts an invitation to speak to the session. Called by team/services/answer_invitation.py, which
writes the result in the transaction of the answer.

The user becomes the first of: a speaker of this session that staff made with the user's address, the user's own speaker
in the event, another speaker that staff made with the address, a new speaker. Later proposals of the user use the
speaker that accepted last.
"""

import msgspec

from chalicelib.accounts.domain.account import Account
from chalicelib.cfp.domain.submission import Proposer
from chalicelib.cfp.ports import Appearance, Submissions
from chalicelib.content.domain.programme import MOST_SPEAKERS, PUBLIC_SESSION_STATES, Session, SessionState, Speaker
from chalicelib.content.domain.views import revive, written
from chalicelib.content.ports import Programme
from chalicelib.core.email_address import normalised
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.ids import is_ulid
from chalicelib.core.kinds import Kind
from chalicelib.core.ports import Clock, Ids
from chalicelib.core.times import moment
from chalicelib.representations.stored import StoredItem

Known = list[tuple[str, Speaker]]
"""Speakers of an event, each with the tag of its stored version."""

OVER = frozenset({SessionState.REJECTED, SessionState.WITHDRAWN, SessionState.CANCELLED})
"""States of a session that does not take place."""


class AddSpeaker:
    """Finds or creates the speaker of an account."""

    def __init__(self, programme: Programme, submissions: Submissions, clock: Clock, ids: Ids) -> None:
        self._programme = programme
        self._submissions = submissions
        self._clock = clock
        self._ids = ids

    def add_speaker(self, event_id: str, session_id: str, account: Account) -> tuple[str, Appearance | None]:
        """Returns the id of the account's speaker in this session, and what to write for it (None: nothing). Raises
        NotFound (session) and Conflict (`session_over`, `too_many_speakers`).
        """
        stored, session = session_of(self._programme, event_id, session_id)
        # The proposer is read first, so that the speaker it names is among the speakers read next.
        proposer = self._submissions.load_proposer(event_id, account.id)
        known = [(one.etag, _speaker(one)) for one in self._programme.load_all(event_id, Kind.SPEAKERS)]
        on_stage = [(tag, one) for tag, one in known if one.id in session.speaker_ids]
        own = next((one.id for _, one in on_stage if one.user_id == account.id), None)
        if own is not None:
            return own, None
        tag, speaker = _found(on_stage, known, proposer, account) or (None, self._new(account))
        is_new = speaker.id not in session.speaker_ids
        listed = speaker.listed or (is_new and session.state in PUBLIC_SESSION_STATES)
        now = moment(self._clock.now())
        speaker = msgspec.structs.replace(speaker, user_id=account.id, listed=listed, updated_at=now)
        joined = None
        if is_new:
            if len(session.speaker_ids) >= MOST_SPEAKERS:
                raise Conflict(f"A session has at most {MOST_SPEAKERS} speakers.", code="too_many_speakers")
            joined = msgspec.structs.replace(session, speaker_ids=[*session.speaker_ids, speaker.id], updated_at=now)
        return speaker.id, Appearance(
            user_id=account.id,
            speaker=written(event_id, Kind.SPEAKERS, speaker),
            speaker_tag=tag,
            session_id=session_id,
            session=written(event_id, Kind.SESSIONS, joined) if joined else None,
            session_tag=stored.etag,
            before=proposer,
            tag=self._ids.new_id(),
        )

    def _new(self, account: Account) -> Speaker:
        now = moment(self._clock.now())
        return Speaker(
            id=self._ids.new_id(),
            name=account.name,
            email=account.email,
            listed=False,
            created_at=now,
            updated_at=now,
        )


def session_of(programme: Programme, event_id: str, session_id: str) -> tuple[StoredItem, Session]:
    """Returns a session that people can be invited to. Raises NotFound and Conflict (`session_over`)."""
    stored = programme.load(event_id, Kind.SESSIONS, session_id) if is_ulid(session_id) else None
    if stored is None:
        raise NotFound
    session: Session = revive(Kind.SESSIONS, stored.body)
    if session.state in OVER:
        raise Conflict(f"This session is {session.state.value}.", code="session_over")
    return stored, session


def _speaker(stored: StoredItem) -> Speaker:
    speaker: Speaker = revive(Kind.SPEAKERS, stored.body)
    return speaker


def _found(on_stage: Known, known: Known, proposer: Proposer | None, account: Account) -> tuple[str, Speaker] | None:
    """Returns the account's speaker in this event in the order of the module's docstring; the speaker of the account's
    proposals comes before its other speakers.
    """
    own = [(tag, one) for tag, one in known if one.user_id == account.id]
    proposing = [(tag, one) for tag, one in own if proposer is not None and one.id == proposer.speaker_id]
    return next(iter([*_nameless(on_stage, account), *proposing, *own, *_nameless(known, account)]), None)


def _nameless(known: Known, account: Account) -> Known:
    """Returns the speakers that staff made with the account's address and that belong to no account yet."""
    return [(tag, one) for tag, one in known if one.user_id is None and _same(one.email, account.email)]


def _same(one: str | None, other: str) -> bool:
    return one is not None and normalised(one) == normalised(other)
