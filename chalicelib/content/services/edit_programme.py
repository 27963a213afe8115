"""Creates, changes and deletes the parts of an event (tracks, sessions, …). Called by routes/programme.py.

Every write makes new representations of the part and one fresh tag for the lists it changes. The store writes all of it
in one transaction, on condition of the ETag that the editor saw. Events themselves: content/services/edit_events.py.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from chalicelib.accounts.services.authorise import Authorise
from chalicelib.content.domain.programme import FIELDS, STORED, Resource, Session
from chalicelib.content.domain.views import revive, written
from chalicelib.content.ports import Listing, Missing, ProgrammeStore, room_for_messages
from chalicelib.content.services.list_speakers import is_overtaken, newly_listed
from chalicelib.content.services.notify_speakers import NotifySpeakers
from chalicelib.core.errors import (
    AlreadyExists,
    InvalidInput,
    NotFound,
    PreconditionFailed,
    StillReferenced,
    Violation,
)
from chalicelib.core.ids import is_ulid
from chalicelib.core.kinds import Kind
from chalicelib.core.permissions import Action
from chalicelib.core.ports import Clock, Ids
from chalicelib.core.preconditions import ANY, Match, Overtaken, require_match, until_settled
from chalicelib.core.principal import Principal
from chalicelib.core.text import MAX_HTML, sanitise
from chalicelib.core.times import moment
from chalicelib.core.validation import merge, validate
from chalicelib.notifications.services.compose import Messages
from chalicelib.representations.represent import Representation
from chalicelib.representations.stored import StoredItem

S = TypeVar("S", bound=msgspec.Struct)

TRIES = 20
_REFERRED = {Kind.TRACKS: "track_id", Kind.SPEAKERS: "speaker_ids", Kind.MICROLOCATIONS: "microlocation_id"}


class EditProgramme:
    def __init__(
        self,
        store: ProgrammeStore,
        authorise: Authorise,
        clock: Clock,
        ids: Ids,
        notify_speakers: Callable[[], NotifySpeakers],
    ) -> None:
        self._store = store
        self._notify_speakers = notify_speakers
        self._authorise = authorise
        self._clock = clock
        self._ids = ids

    def create(self, kind: Kind, event_id: str, fields: Resource, *, caller: Principal, new_id: str) -> Representation:
        """Creates a part of an event. Raises NotFound, Forbidden and InvalidInput (references to nothing)."""
        self._authorise.require(caller, event_id, Action.EDIT_CONTENT)
        now = moment(self._clock.now())
        fields = sanitised(fields, fields.HTML)
        made: Any = STORED[kind](**as_fields(fields), id=new_id, created_at=now, updated_at=now)
        change = written(event_id, kind, made)

        def attempt() -> Representation:
            listing, tag = newly_listed(self._store, event_id, None, made), self._ids.new_id()
            try:
                self._store.create(change, references=fields.references(), tag=tag, listing=listing)
            except Missing as missing:
                raise _refusal(listing, missing) from None
            except AlreadyExists:
                return self._made_before(kind, event_id, new_id)
            return change.representation

        return until_settled(attempt, tries=TRIES)

    def _made_before(self, kind: Kind, event_id: str, resource_id: str) -> Representation:
        """Returns what an earlier, interrupted try of the same request created (idempotency/run_once.py)."""
        stored = self._store.load(event_id, kind, resource_id)
        if stored is None:
            raise NotFound
        return Representation(stored.etag, stored.body)

    def update(
        self, kind: Kind, event_id: str, resource_id: str, patch: object, *, caller: Principal, match: Match
    ) -> Representation:
        """Applies a merge patch to a part whose tag is one of `match`. Raises NotFound, Forbidden, PreconditionFailed
        and InvalidInput.
        """
        self._authorise.require(caller, event_id, Action.EDIT_CONTENT)

        def attempt() -> Representation:
            stored = self._matching(kind, event_id, resource_id, match)
            old = revive(kind, stored.body)
            fields = validate(merge(as_fields(old, FIELDS[kind]), patch), FIELDS[kind])
            fields = sanitised(fields, fields.HTML)
            now = moment(self._clock.now())
            made: Any = STORED[kind](**as_fields(fields), id=old.id, created_at=old.created_at, updated_at=now)
            before, after = written(event_id, kind, old), written(event_id, kind, made)
            references = [r for r in fields.references() if r[1:] not in {o[1:] for o in old.references()}]
            listing = newly_listed(self._store, event_id, old, made)
            room = room_for_messages(references, listing)
            messages = self._messages(event_id, old, made, after.representation.etag, caller, room=room)
            try:
                self._store.replace(
                    after,
                    expected_tag=stored.etag,
                    was_public=before.public is not None,
                    references=references,
                    tag=self._ids.new_id(),
                    notifications=messages.notifications,
                    mails=messages.mails,
                    listing=listing,
                )
            except PreconditionFailed as failed:
                if match and ANY in match:
                    raise Overtaken from failed
                raise
            except Missing as missing:
                raise _refusal(listing, missing) from None
            return after.representation

        return until_settled(attempt, tries=TRIES)

    def _messages(
        self, event_id: str, old: Resource, made: Resource, tag: str, caller: Principal, *, room: int
    ) -> Messages:
        if not isinstance(old, Session) or not isinstance(made, Session):
            return Messages()
        return self._notify_speakers().compose_messages(event_id, old, made, tag=tag, caller=caller, room=room)

    def delete(self, kind: Kind, event_id: str, resource_id: str, *, caller: Principal, match: Match) -> None:
        """Deletes a part whose tag is one of `match`. Raises NotFound, Forbidden, PreconditionFailed and
        StillReferenced (with the ids of the sessions that refer to it).
        """
        self._authorise.require(caller, event_id, Action.EDIT_CONTENT)

        def attempt() -> None:
            stored = self._matching(kind, event_id, resource_id, match)
            sessions_tag = self._store.sessions_tag(event_id) if kind in _REFERRED else None
            if referrers := self._referrers(kind, event_id, resource_id):
                raise StillReferenced("Sessions still refer to it.", referrers=referrers)
            change = written(event_id, kind, revive(kind, stored.body))
            try:
                self._store.delete(change, expected_tag=stored.etag, sessions_tag=sessions_tag, tag=self._ids.new_id())
            except (PreconditionFailed, Missing) as failed:
                raise Overtaken from failed

        until_settled(attempt, tries=TRIES)

    def _matching(self, kind: Kind, event_id: str, resource_id: str, match: Match) -> StoredItem:
        stored = self._store.load(event_id, kind, resource_id) if is_ulid(resource_id) else None
        if stored is None:
            raise NotFound
        require_match(match, etag=stored.etag, body=stored.body)
        return stored

    def _referrers(self, kind: Kind, event_id: str, resource_id: str) -> list[str]:
        if kind not in _REFERRED:
            return []
        sessions = (revive(Kind.SESSIONS, item.body) for item in self._store.load_all(event_id, Kind.SESSIONS))
        return [session.id for session in sessions if resource_id in {target for _, _, target in session.references()}]


def _refusal(listing: list[Listing], missing: Missing) -> Exception:
    """Returns the error for a write that raised Missing: Overtaken when somebody edited one of the speakers in the
    meantime, otherwise InvalidInput.
    """
    if is_overtaken(listing, missing):
        return Overtaken()
    return InvalidInput([Violation(one, "names nothing in this event") for one in missing.pointers])


def as_fields(resource: msgspec.Struct, fields: type[msgspec.Struct] | None = None) -> dict[str, Any]:
    """Returns the settable fields of a resource: as JSON-like values with `fields`, as Python values without."""
    if fields is None:
        return {name: getattr(resource, name) for name in resource.__struct_fields__}
    values = msgspec.to_builtins(resource)
    return {name: values[name] for name in fields.__struct_fields__}


def sanitised(fields: S, names: tuple[str, ...]) -> S:
    """Returns the fields with active content removed from their HTML. Raises InvalidInput when the rest is too long."""
    clean = {name: sanitise(getattr(fields, name)) for name in names}
    long = [name for name, html in clean.items() if len(html) > MAX_HTML]
    if long:
        raise InvalidInput([Violation(f"/{name}", f"may have at most {MAX_HTML} characters") for name in long])
    return msgspec.structs.replace(fields, **clean)
