"""Writes of events themselves, and the caller's own list of them. Called by routes/events.py.

Like content/services/edit_programme.py, with what only events have: a slug, an owner, a place in the public list, a
state.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from chalicelib.accounts.ports import Accounts, RolesOfUsers
from chalicelib.accounts.services.authorise import Authorise
from chalicelib.content.domain.event import Event, EventFields, EventState
from chalicelib.content.domain.slugs import slugify
from chalicelib.content.domain.views import revive, written
from chalicelib.content.ports import EventStore, Programme
from chalicelib.content.services.edit_programme import TRIES, as_fields, sanitised
from chalicelib.core.errors import (
    AlreadyExists,
    Forbidden,
    InvalidInput,
    NotFound,
    PreconditionFailed,
    StillReferenced,
    Violation,
)
from chalicelib.core.kinds import Kind
from chalicelib.core.permissions import Action
from chalicelib.core.ports import Clock, Ids
from chalicelib.core.preconditions import ANY, Match, Overtaken, require_match, until_settled
from chalicelib.core.principal import Principal
from chalicelib.core.times import moment
from chalicelib.core.validation import merge, validate
from chalicelib.representations.json_text import hash_of, write_list
from chalicelib.representations.ports import Representations
from chalicelib.representations.read import Found
from chalicelib.representations.represent import Representation, Written
from chalicelib.representations.stored import StoredItem

_HTML = ("description",)


class EditEvents:
    def __init__(
        self,
        *,
        events: EventStore,
        programme: Programme,
        accounts: Accounts,
        roles: RolesOfUsers,
        on_sale: Callable[[str], list[str]],
        stored: Representations,
        authorise: Authorise,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._events = events
        self._programme = programme
        self._accounts = accounts
        self._roles = roles
        self._on_sale = on_sale
        self._stored = stored
        self._authorise = authorise
        self._clock = clock
        self._ids = ids

    def create_event(self, fields: EventFields, *, caller: Principal, new_id: str) -> Representation:
        """A new event owned by the caller. Raises AlreadyExists (slug), Forbidden (publishing unverified)."""
        self._check_publication(fields.state, caller)
        chosen = fields.slug
        slug = chosen or slugify(fields.name, new_id.lower())
        try:
            return self._create(fields, slug, caller, new_id)
        except AlreadyExists as taken:
            if taken.code == "already_exists":  # an earlier try of this request was cut off (idempotency/run_once.py)
                stored = self._matching(new_id, frozenset({ANY}))
                return Representation(stored.etag, stored.body)
            if chosen:
                raise
        return self._create(fields, f"{slug}-{new_id[-6:].lower()}", caller, new_id)

    def update_event(self, event_id: str, patch: object, *, caller: Principal, match: Match) -> Representation:
        """A merge patch of an event whose tag is one of `match`. Raises NotFound, Forbidden, PreconditionFailed,
        InvalidInput, AlreadyExists (slug).
        """
        self._authorise.require(caller, event_id, Action.EDIT_EVENT)

        def attempt() -> Representation:
            stored = self._matching(event_id, match)
            old: Event = revive(Kind.EVENTS, stored.body)
            fields = validate(merge(as_fields(old, EventFields), patch), EventFields)
            if fields.state is not old.state:
                self._check_publication(fields.state, caller)
            if fields.currency != old.currency and self._on_sale(event_id):
                raise InvalidInput([Violation("/currency", "stays as long as there are ticket types")])
            after = self._changed(old, fields)
            try:
                self._events.replace_event(
                    after,
                    expected_tag=stored.etag,
                    slug=fields.slug or slug_of(old),
                    old_slug=slug_of(old),
                    was_public=old.state is EventState.PUBLISHED,
                    tag=self._ids.new_id(),
                    call_due_at=self._call_due_at(old, after),
                )
            except PreconditionFailed as failed:
                if match and ANY in match:
                    raise Overtaken from failed
                raise
            return after.representation

        return until_settled(attempt, tries=TRIES)

    def delete_event(self, event_id: str, *, caller: Principal, match: Match) -> None:
        """Remove an event whose tag is one of `match`. Raises NotFound, Forbidden, PreconditionFailed,
        StillReferenced (while it has ticket types: their orders need it).
        """
        self._authorise.require(caller, event_id, Action.DELETE_EVENT)

        def attempt() -> None:
            stored = self._matching(event_id, match)
            if ticket_types := self._on_sale(event_id):
                raise StillReferenced("It has ticket types; archive it instead.", referrers=ticket_types)
            slug = slug_of(revive(Kind.EVENTS, stored.body))
            try:
                self._events.delete_event(event_id, slug=slug, expected_tag=stored.etag, tag=self._ids.new_id())
            except PreconditionFailed as failed:
                raise Overtaken from failed

        until_settled(attempt, tries=TRIES)

    def list_own(self, caller: Principal) -> Found:
        """The list of events in which the caller holds a role, oldest first. Few a person, so made when read, from
        stored representations.
        """
        found = [
            self._programme.load(event_id, Kind.EVENTS, event_id)
            for event_id in self._roles.list_event_ids(caller.user_id)
        ]
        items = [item for item in found if item is not None]
        return Found.made(hash_of("".join(item.etag for item in items)), write_list(item.body for item in items))

    def _create(self, fields: EventFields, slug: str, caller: Principal, new_id: str) -> Representation:
        now = moment(self._clock.now())
        fields = msgspec.structs.replace(sanitised(fields, _HTML), slug=slug)
        made = Event(**as_fields(fields), id=new_id, created_at=now, updated_at=now)
        change = written(new_id, Kind.EVENTS, made)
        self._events.create_event(
            change, slug=slug, owner_id=caller.user_id, now=int(now.timestamp()), tag=self._ids.new_id()
        )
        return change.representation

    def _changed(self, old: Event, fields: EventFields) -> Written:
        fields = msgspec.structs.replace(sanitised(fields, _HTML), slug=fields.slug or slug_of(old))
        now = moment(self._clock.now())
        values: dict[str, Any] = as_fields(fields)
        return written(old.id, Kind.EVENTS, Event(**values, id=old.id, created_at=old.created_at, updated_at=now))

    def _call_due_at(self, old: Event, after: Written) -> int | None:
        """When people are to hear of the call for papers of an event that comes to be public by this."""
        if old.state is EventState.PUBLISHED or after.public is None:
            return None
        call = self._stored.call_for_papers(old.id, consistent=True)
        return max(call.opens_at, int(self._clock.now())) if call else None

    def _check_publication(self, state: EventState, caller: Principal) -> None:
        if state is EventState.PUBLISHED and not self._accounts.is_verified(caller.user_id):
            raise Forbidden("Confirm your e-mail address before you publish an event.", code="unverified")

    def _matching(self, event_id: str, match: Match) -> StoredItem:
        stored = self._programme.load(event_id, Kind.EVENTS, event_id)
        if stored is None:
            raise NotFound
        require_match(match, etag=stored.etag, body=stored.body)
        return stored


def slug_of(event: Event) -> str:
    """The slug of a stored event; every stored event has one."""
    if event.slug is None:
        raise InvalidInput([Violation("/slug", "is missing")])
    return event.slug
