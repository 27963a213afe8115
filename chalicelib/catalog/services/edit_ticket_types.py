"""An organiser's ticket types and their quantities. Called by routes/ticket_types.py.

A type's ETag as clients see it is `<type>-<available>`; If-Match looks at the part before the dash, so that an order
placed meanwhile does not get in an editor's way.
"""

import json
from typing import Any

import msgspec

from chalicelib.accounts.services.authorise import Authorise
from chalicelib.catalog.domain.stock import resize, shard_count, split
from chalicelib.catalog.domain.ticket_type import MAX_TYPES, TicketType, TicketTypeFields
from chalicelib.catalog.ports import CatalogView, Codes, Lost, StoredTicketType, TicketTypes
from chalicelib.catalog.services.read_ticket_types import least_left, shards_of, with_availability
from chalicelib.content.domain.event import Event
from chalicelib.content.domain.views import revive
from chalicelib.content.ports import Programme
from chalicelib.content.services.edit_programme import as_fields, sanitised
from chalicelib.core.errors import (
    AlreadyExists,
    Conflict,
    InvalidInput,
    NotFound,
    PreconditionFailed,
    StillReferenced,
    Violation,
)
from chalicelib.core.ids import is_ulid
from chalicelib.core.kinds import CodeKind, Kind
from chalicelib.core.money import is_charged
from chalicelib.core.permissions import Action
from chalicelib.core.ports import Clock, Ids
from chalicelib.core.preconditions import ANY, Match, require_match, until_settled
from chalicelib.core.principal import Principal
from chalicelib.core.times import moment
from chalicelib.core.validation import merge, validate
from chalicelib.representations.represent import Representation, represent

TRIES = 8
_HTML = ("description",)


class EditTicketTypes:
    """Creates, changes and deletes ticket types."""

    def __init__(
        self,
        *,
        store: TicketTypes,
        view: CatalogView,
        codes: Codes,
        programme: Programme,
        authorise: Authorise,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._store = store
        self._view = view
        self._codes = codes
        self._programme = programme
        self._authorise = authorise
        self._clock = clock
        self._ids = ids

    def create(self, event_id: str, fields: TicketTypeFields, *, caller: Principal, new_id: str) -> Representation:
        """A new ticket type with its stock. Raises NotFound, Forbidden, InvalidInput (currency), Conflict."""
        self._authorise.require(caller, event_id, Action.EDIT_TICKETS)
        self._check_currency(event_id, fields)
        if len(self._view.ticket_types(event_id, consistent=True)) >= MAX_TYPES:
            raise Conflict(f"An event may have {MAX_TYPES} ticket types.", code="too_many_ticket_types")
        now = moment(self._clock.now())
        made = represent(_ticket(sanitised(fields, _HTML), new_id, created_at=now, updated_at=now))
        stock = split(fields.quantity, shard_count(fields.quantity))
        try:
            self._store.create(event_id, new_id, made, hidden=fields.hidden, stock=stock, tag=self._ids.new_id())
        except Lost as lost:
            if "event" in lost.names:
                raise NotFound from None
            return self._shown(self._existing(event_id, new_id))
        return Representation(*with_availability(made.etag, made.body, fields.quantity))

    def change(
        self, event_id: str, ticket_type_id: str, patch: object, *, caller: Principal, match: Match
    ) -> Representation:
        """A merge patch of a type whose tag is one of `match`. Raises NotFound, Forbidden, PreconditionRequired,
        PreconditionFailed, InvalidInput, Conflict (`below_sold`).
        """
        self._authorise.require(caller, event_id, Action.EDIT_TICKETS)

        def attempt() -> Representation:
            stored = self._matching(event_id, ticket_type_id, match)
            old = msgspec.json.decode(stored.body, type=TicketType)
            fields = sanitised(validate(merge(as_fields(old, TicketTypeFields), patch), TicketTypeFields), _HTML)
            if fields.price.currency != old.price.currency:
                self._check_currency(event_id, fields)
            now = moment(self._clock.now())
            made = represent(_ticket(fields, old.id, created_at=old.created_at, updated_at=now))
            deltas = {}
            if fields.quantity != old.quantity:
                deltas = resize(self._store.shards(stored.id, stored.shards), fields.quantity)
            try:
                self._store.replace(event_id, stored, made, hidden=fields.hidden, deltas=deltas, tag=self._ids.new_id())
            except Lost as lost:
                _raise_unless_moved(lost)
                raise
            return self._shown(self._existing(event_id, ticket_type_id))

        return until_settled(attempt, tries=TRIES, otherwise=PreconditionFailed())

    def delete(self, event_id: str, ticket_type_id: str, *, caller: Principal, match: Match) -> None:
        """Remove a type of which nothing is held or sold. Raises NotFound, Forbidden, PreconditionRequired,
        PreconditionFailed, StillReferenced (with the quotas and codes that name it).
        """
        self._authorise.require(caller, event_id, Action.EDIT_TICKETS)

        def attempt() -> None:
            stored = self._matching(event_id, ticket_type_id, match)
            if referrers := self._referrers(event_id, stored):
                raise StillReferenced("Quotas or codes still name it.", referrers=referrers)
            if stored.waiting:
                raise StillReferenced("People wait for it.")
            try:
                self._store.delete(event_id, stored, tag=self._ids.new_id())
            except Lost as lost:
                if lost.places:
                    raise StillReferenced("Orders hold or have bought tickets of this type.") from None
                _raise_unless_moved(lost)
                raise

        until_settled(attempt, tries=TRIES, otherwise=PreconditionFailed())

    def _check_currency(self, event_id: str, fields: TicketTypeFields) -> None:
        stored = self._programme.load(event_id, Kind.EVENTS, event_id)
        if stored is None:
            raise NotFound
        event: Event = revive(Kind.EVENTS, stored.body)
        if fields.price.currency != event.currency:
            raise InvalidInput([Violation("/price/currency", f"must be the event's, {event.currency}")])
        if fields.price.amount and not is_charged(event.currency):
            raise InvalidInput([Violation("/price/currency", "is not one that Stripe takes; tickets must be free")])

    def _referrers(self, event_id: str, stored: StoredTicketType) -> list[str]:
        codes = [one for kind in CodeKind for one in self._codes.load_all(event_id, kind)]
        naming = [one.id for one in codes if stored.id in (json.loads(one.body)["ticket_type_ids"] or ())]
        return [*dict(stored.quotas), *naming]

    def _matching(self, event_id: str, ticket_type_id: str, match: Match) -> StoredTicketType:
        stored = self._existing(event_id, ticket_type_id)
        parts = None if match is None else frozenset(tag if tag == ANY else tag.partition("-")[0] for tag in match)
        try:
            require_match(parts, etag=stored.etag, body=stored.body)
        except PreconditionFailed:
            shown = self._shown(stored)
            raise PreconditionFailed(etag=shown.etag, body=shown.body) from None
        return stored

    def _existing(self, event_id: str, ticket_type_id: str) -> StoredTicketType:
        stored = self._store.load(event_id, ticket_type_id) if is_ulid(ticket_type_id) else None
        if stored is None:
            raise NotFound
        return stored

    def _shown(self, stored: StoredTicketType) -> Representation:
        stocks = self._store.stocks(shards_of([stored]))
        left = {owner: sum(shard.left for shard in shards) for owner, shards in stocks.items()}
        return Representation(*with_availability(stored.etag, stored.body, least_left(stored, left)))


def _raise_unless_moved(lost: Lost) -> None:
    """Return when looking again may help: another editor or buyer was faster. The next look then says who loses."""
    if "event" in lost.names:
        raise NotFound from None
    if not lost.places and "resource" not in lost.names:
        raise AlreadyExists from None


def _ticket(fields: TicketTypeFields, ticket_type_id: str, **moments: Any) -> TicketType:
    return TicketType(**as_fields(fields), id=ticket_type_id, **moments)
