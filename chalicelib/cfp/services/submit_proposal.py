"""Lets users propose a session with themselves as its speaker, edit it while the call is open, and withdraw it. Called
by routes/proposals.py.

Session, speaker, proposer and the messages to staff are one transaction, on condition that the call is open. Nothing of
it is public before staff accept the session (ADR 18).
"""

from typing import Any, NamedTuple

import msgspec

from chalicelib.cfp.domain.submission import (
    CHANGEABLE,
    MOST_A_PERSON,
    WITHDRAWABLE,
    Proposer,
    Shown,
    Submission,
    SubmissionForm,
    represent_submission,
    represent_submissions,
)
from chalicelib.cfp.ports import NotOpen, ProposalChange, Submissions, room_for_messages
from chalicelib.cfp.services.notify_reviewers import NotifyReviewers
from chalicelib.content.domain.programme import ProposedSession, Session, SessionState, Speaker, SpeakerProfile
from chalicelib.content.domain.views import revive, written
from chalicelib.content.ports import Missing, ProgrammeStore
from chalicelib.content.services.edit_programme import TRIES, as_fields, sanitised
from chalicelib.content.services.load_event import load_event
from chalicelib.core.errors import Conflict, InvalidInput, NotFound, PreconditionFailed, Violation
from chalicelib.core.ids import is_ulid
from chalicelib.core.kinds import Kind
from chalicelib.core.ports import Clock, Ids
from chalicelib.core.preconditions import Match, Overtaken, require_match, until_settled
from chalicelib.core.principal import Principal
from chalicelib.core.times import moment
from chalicelib.core.validation import merge, validate
from chalicelib.notifications.ports import Contacts
from chalicelib.representations.ports import Representations
from chalicelib.representations.represent import Representation

CLOSED = "The call for papers is not open."


class StoredSpeaker(NamedTuple):
    """A user's speaker in an event, with the tag of the stored version (None for a new one)."""

    speaker: Speaker
    tag: str | None


class SubmitProposal:
    def __init__(
        self,
        *,
        store: ProgrammeStore,
        submissions: Submissions,
        stored: Representations,
        contacts: Contacts,
        notify_reviewers: NotifyReviewers,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._store = store
        self._submissions = submissions
        self._stored = stored
        self._contacts = contacts
        self._notify_reviewers = notify_reviewers
        self._clock = clock
        self._ids = ids

    def submit_proposal(self, event_id: str, form: SubmissionForm, *, caller: Principal, new_id: str) -> Representation:
        """Creates a submission. Raises NotFound (event), Conflict (`call_closed`, `too_many_submissions`) and
        InvalidInput.
        """
        form = _sanitised(form)

        def attempt() -> Representation:
            if made := self._submissions.load_submission(caller.user_id, new_id):  # an earlier try was cut off
                return self._read(made).representation
            self._require_open(event_id)
            before = self._submissions.load_proposer(event_id, caller.user_id)
            if before and before.submissions >= MOST_A_PERSON:
                raise Conflict(f"At most {MOST_A_PERSON} submissions in an event.", code="too_many_submissions")
            try:
                return self._submit(event_id, form, caller, new_id, before)
            except NotOpen:
                raise Conflict(CLOSED, code="call_closed") from None
            except Missing as missing:
                raise _nothing(missing) from None

        return until_settled(attempt, tries=TRIES)

    def _submit(
        self, event_id: str, form: SubmissionForm, caller: Principal, new_id: str, before: Proposer | None
    ) -> Representation:
        now = self._clock.now()
        held = self._speaker(event_id, form, caller, before)
        session = Session(
            **as_fields(form.session),
            id=new_id,
            speaker_ids=[held.speaker.id],
            state=SessionState.SUBMITTED,
            created_at=moment(now),
            updated_at=moment(now),
        )
        submission = Submission(new_id, event_id, caller.user_id, held.speaker.id, int(now))
        change = self._change(event_id, session, None, held, form.session.references())
        event = load_event(self._store, event_id)
        room = room_for_messages(change)
        messages = self._notify_reviewers.compose_messages(event, session, held.speaker, caller=caller, room=room)
        self._submissions.submit(
            submission, change, before=before, notifications=messages.notifications, mails=messages.mails
        )
        return represent_submission(event, session, held.speaker, can_be_changed=True, submission=submission)

    def list_proposals(self, caller: Principal) -> Representation:
        """Returns the caller's submissions, oldest first. They are few, so the list is built on each read."""
        found = []
        for one in self._submissions.list_submissions(caller.user_id):
            try:
                found.append(self._read(one).representation)
            except NotFound:  # staff removed it
                continue
        return represent_submissions(found)

    def read_proposal(self, submission_id: str, *, caller: Principal) -> Representation:
        """Returns a submission of the caller. Raises NotFound."""
        return self._read(self._find(submission_id, caller)).representation

    def update_proposal(self, submission_id: str, patch: object, *, caller: Principal, match: Match) -> Representation:
        """Applies a merge patch to {session, speaker} of the caller's submission, while the call is open and the
        session is not decided. Raises NotFound, PreconditionRequired, PreconditionFailed, Conflict
        (`submission_closed`) and InvalidInput.
        """
        submission = self._find(submission_id, caller)

        def attempt() -> Representation:
            shown = self._read(submission)
            require_match(match, etag=shown.representation.etag, body=shown.representation.body)
            if not shown.can_be_changed:
                raise Conflict("This submission cannot be changed any more.", code="submission_closed")
            change = self._revised(shown, patch)
            try:
                self._submissions.revise(change)
            except NotOpen:
                raise Conflict(CLOSED, code="submission_closed") from None
            except Missing as missing:
                raise _nothing(missing) from None
            return self._read(submission).representation

        return until_settled(attempt, tries=TRIES)

    def withdraw_proposal(self, submission_id: str, *, caller: Principal) -> Representation:
        """Withdraws the caller's submission; safe to repeat. Raises NotFound and Conflict (`not_withdrawable`)."""
        submission = self._find(submission_id, caller)

        def attempt() -> Representation:
            shown = self._read(submission)
            old = shown.session
            if old.state is SessionState.WITHDRAWN:
                return shown.representation
            if old.state not in WITHDRAWABLE:
                raise Conflict(f"This session is {old.state.value}.", code="not_withdrawable")
            made = msgspec.structs.replace(old, state=SessionState.WITHDRAWN, updated_at=moment(self._clock.now()))
            event_id = submission.event_id
            was_public = written(event_id, Kind.SESSIONS, old).public is not None
            after = written(event_id, Kind.SESSIONS, made)
            try:
                self._store.replace(
                    after, expected_tag=shown.session_tag, was_public=was_public, references=[], tag=self._ids.new_id()
                )
            except PreconditionFailed as failed:
                raise Overtaken from failed
            return self._read(submission).representation

        return until_settled(attempt, tries=TRIES)

    def _find(self, submission_id: str, caller: Principal) -> Submission:
        found = self._submissions.load_submission(caller.user_id, submission_id) if is_ulid(submission_id) else None
        if found is None:
            raise NotFound
        return found

    def _read(self, submission: Submission) -> Shown:
        """Returns a submission as it is stored now. Raises NotFound when its event or session is gone."""
        event_id = submission.event_id
        stored = self._store.load(event_id, Kind.SESSIONS, submission.session_id)
        if stored is None:
            raise NotFound
        session: Session = revive(Kind.SESSIONS, stored.body)
        kept = self._store.load(event_id, Kind.SPEAKERS, submission.speaker_id)
        speaker: Speaker | None = revive(Kind.SPEAKERS, kept.body) if kept else None
        if speaker is not None and speaker.user_id != submission.user_id:
            speaker = None
        call = self._stored.call_for_papers(event_id, consistent=True)
        can_be_changed = call is not None and call.is_open(self._clock.now()) and session.state in CHANGEABLE
        event = load_event(self._store, event_id)
        made = represent_submission(event, session, speaker, can_be_changed=can_be_changed, submission=submission)
        return Shown(made, event_id, session, stored.etag, speaker, kept.etag if kept else None, can_be_changed)

    def _revised(self, shown: Shown, patch: object) -> ProposalChange:
        old, speaker = shown.session, shown.speaker
        if speaker is None:
            raise Conflict("Its speaker is not yours any more.", code="submission_closed")
        current = {"session": as_fields(old, ProposedSession), "speaker": as_fields(speaker, SpeakerProfile)}
        form = _sanitised(validate(merge(current, patch), SubmissionForm))
        now = moment(self._clock.now())
        session = msgspec.structs.replace(old, **as_fields(form.session), updated_at=now)
        held = StoredSpeaker(speaker, shown.speaker_tag)
        if as_fields(form.speaker, SpeakerProfile) != current["speaker"]:
            held = StoredSpeaker(
                msgspec.structs.replace(speaker, **as_fields(form.speaker), updated_at=now), shown.speaker_tag
            )
        references = form.session.references() if session.track_id != old.track_id else []
        return self._change(shown.event_id, session, shown.session_tag, held, references)

    def _change(
        self,
        event_id: str,
        session: Session,
        tag: str | None,
        held: StoredSpeaker,
        references: list[tuple[str, Kind, str]],
    ) -> ProposalChange:
        return ProposalChange(
            session=written(event_id, Kind.SESSIONS, session),
            session_tag=tag,
            speaker=written(event_id, Kind.SPEAKERS, held.speaker),
            speaker_tag=held.tag,
            speaker_public=held.speaker.listed,
            references=[(f"/session{pointer}", kind, target) for pointer, kind, target in references],
            tag=self._ids.new_id(),
            now=int(self._clock.now()),
        )

    def _speaker(
        self, event_id: str, form: SubmissionForm, caller: Principal, before: Proposer | None
    ) -> StoredSpeaker:
        """Returns the caller's speaker in the event with the fields of the form; a new speaker when there is none or it
        belongs to another account.
        """
        now = moment(self._clock.now())
        stored = self._store.load(event_id, Kind.SPEAKERS, before.speaker_id) if before else None
        old: Speaker | None = revive(Kind.SPEAKERS, stored.body) if stored else None
        if old is not None and stored is not None and old.user_id == caller.user_id:
            return StoredSpeaker(msgspec.structs.replace(old, **_said(form.speaker), updated_at=now), stored.etag)
        contact = self._contacts.load_contacts([caller.user_id]).get(caller.user_id)
        speaker = Speaker(
            **as_fields(form.speaker),
            id=self._ids.new_id(),
            email=contact.email if contact else None,
            user_id=caller.user_id,
            listed=False,
            created_at=now,
            updated_at=now,
        )
        return StoredSpeaker(speaker, None)

    def _require_open(self, event_id: str) -> None:
        event, call = load_event(self._store, event_id), self._stored.call_for_papers(event_id, consistent=True)
        if event.state != "published":
            raise NotFound
        if call is None or not call.is_open(self._clock.now()):
            raise Conflict(CLOSED, code="call_closed")


def _said(profile: SpeakerProfile) -> dict[str, Any]:
    """Returns the fields of a profile that have a value. Fields left empty do not overwrite those of an earlier
    proposal.
    """
    empty = SpeakerProfile(name="")
    return {name: value for name, value in as_fields(profile).items() if value != getattr(empty, name)}


def _sanitised(form: SubmissionForm) -> SubmissionForm:
    session = sanitised(form.session, ProposedSession.HTML)
    return SubmissionForm(session=session, speaker=sanitised(form.speaker, SpeakerProfile.HTML))


def _nothing(missing: Missing) -> InvalidInput:
    return InvalidInput([Violation(pointer, "names nothing in this event") for pointer in missing.pointers])
