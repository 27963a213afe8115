"""Staff accept or reject proposals; speakers confirm that they will come. Called by routes/proposals.py.

The session's new state and the messages to its speakers are one transaction, on condition that nobody changed the
session in the meantime. A repeated decision changes nothing and sends no second message.
"""

import msgspec

from chalicelib.accounts.services.authorise import Authorise
from chalicelib.announcements.domain.announcement import MAX_MESSAGE
from chalicelib.cfp.domain.review import DECIDED, REVIEWABLE, ReviewForm
from chalicelib.content.domain.programme import Session, SessionState
from chalicelib.content.domain.views import revive, written
from chalicelib.content.ports import Missing, ProgrammeStore, room_for_messages
from chalicelib.content.services.list_speakers import newly_listed
from chalicelib.content.services.notify_speakers import NotifySpeakers, accounts_of
from chalicelib.core.errors import Conflict, InvalidInput, NotFound, PreconditionFailed, Violation
from chalicelib.core.ids import is_ulid
from chalicelib.core.kinds import Kind
from chalicelib.core.permissions import Action
from chalicelib.core.ports import Clock, Ids
from chalicelib.core.preconditions import Overtaken, until_settled
from chalicelib.core.principal import Principal
from chalicelib.core.text import plain, sanitise
from chalicelib.core.times import moment
from chalicelib.representations.represent import Representation
from chalicelib.representations.stored import StoredItem

TRIES = 20


class ReviewProposal:
    def __init__(
        self, store: ProgrammeStore, notify_speakers: NotifySpeakers, authorise: Authorise, clock: Clock, ids: Ids
    ) -> None:
        self._store = store
        self._notify_speakers = notify_speakers
        self._authorise = authorise
        self._clock = clock
        self._ids = ids

    def review_proposal(self, event_id: str, session_id: str, form: ReviewForm, *, caller: Principal) -> Representation:
        """Applies a decision and returns the session. Raises NotFound, Forbidden, InvalidInput and Conflict
        (`not_reviewable`).
        """
        self._authorise.require(caller, event_id, Action.REVIEW)
        message = _message(form)
        wanted = DECIDED[form.decision]

        def attempt() -> Representation:
            stored, session = self._session(event_id, session_id)
            if session.state is wanted:
                return Representation(stored.etag, stored.body)
            if session.state not in REVIEWABLE:
                raise Conflict(f"This session is {session.state.value}.", code="not_reviewable")
            return self._move(event_id, stored, session, state=wanted, caller=caller, message=message)

        return until_settled(attempt, tries=TRIES)

    def confirm_session(self, event_id: str, session_id: str, *, caller: Principal) -> Representation:
        """Confirms the session for one of its speakers and returns it. Raises NotFound (also to everybody who does not
        speak in it) and Conflict (`not_accepted`).
        """

        def attempt() -> Representation:
            stored, session = self._session(event_id, session_id)
            if caller.user_id not in accounts_of(self._store, event_id, session.speaker_ids):
                raise NotFound
            if session.state is SessionState.CONFIRMED:
                return Representation(stored.etag, stored.body)
            if session.state is not SessionState.ACCEPTED:
                raise Conflict(f"This session is {session.state.value}.", code="not_accepted")
            return self._move(event_id, stored, session, state=SessionState.CONFIRMED, caller=caller)

        return until_settled(attempt, tries=TRIES)

    def _session(self, event_id: str, session_id: str) -> tuple[StoredItem, Session]:
        stored = self._store.load(event_id, Kind.SESSIONS, session_id) if is_ulid(session_id) else None
        if stored is None:
            raise NotFound
        return stored, revive(Kind.SESSIONS, stored.body)

    def _move(
        self,
        event_id: str,
        stored: StoredItem,
        old: Session,
        *,
        state: SessionState,
        caller: Principal,
        message: str = "",
    ) -> Representation:
        """Writes the session in another state. Raises Overtaken when the session or one of its speakers has changed."""
        made = msgspec.structs.replace(old, state=state, updated_at=moment(self._clock.now()))
        before, after = written(event_id, Kind.SESSIONS, old), written(event_id, Kind.SESSIONS, made)
        tag = after.representation.etag
        listing = newly_listed(self._store, event_id, old, made)
        room = room_for_messages([], listing)
        messages = self._notify_speakers.compose_messages(
            event_id, old, made, tag=tag, caller=caller, room=room, message=message
        )
        try:
            self._store.replace(
                after,
                expected_tag=stored.etag,
                was_public=before.public is not None,
                references=[],
                tag=self._ids.new_id(),
                notifications=messages.notifications,
                mails=messages.mails,
                listing=listing,
            )
        except (PreconditionFailed, Missing) as failed:
            raise Overtaken from failed
        return after.representation


def _message(form: ReviewForm) -> str:
    """Returns the sanitised message, or an empty one when it has no visible text. Raises InvalidInput when it is too
    long.
    """
    message = sanitise(form.message)
    if len(message) > MAX_MESSAGE:
        raise InvalidInput([Violation("/message", f"may have at most {MAX_MESSAGE} characters")])
    return message if plain(message) else ""
