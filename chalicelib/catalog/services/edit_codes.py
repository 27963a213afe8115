"""An organiser's discounts and access codes. Called by routes/codes.py.

What buyers do with them: catalog/services/redeem_code.py.
"""

from typing import Any

import msgspec

from chalicelib.accounts.services.authorise import Authorise
from chalicelib.catalog.domain.code import (
    FIELDS,
    MAX_CODES,
    MOST_SHARDS,
    STORED,
    AccessCodeFields,
    DiscountFields,
    capacity_of,
    code_shards,
    normalised,
)
from chalicelib.catalog.domain.stock import Shard, code_stock, resize, split
from chalicelib.catalog.ports import CatalogView, Codes, Lost, StoredLimit
from chalicelib.catalog.services import usage
from chalicelib.content.domain.event import Event
from chalicelib.content.domain.views import revive
from chalicelib.content.ports import Programme
from chalicelib.content.services.edit_programme import as_fields
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
from chalicelib.core.permissions import Action
from chalicelib.core.ports import Clock
from chalicelib.core.preconditions import Match, until_settled
from chalicelib.core.principal import Principal
from chalicelib.core.times import moment
from chalicelib.core.validation import merge, validate
from chalicelib.representations.read import Found
from chalicelib.representations.represent import Representation, represent

TRIES = 8
Fields = AccessCodeFields | DiscountFields


class EditCodes:
    """Creates, shows, changes and deletes codes."""

    def __init__(
        self, *, codes: Codes, view: CatalogView, programme: Programme, authorise: Authorise, clock: Clock
    ) -> None:
        self._codes = codes
        self._view = view
        self._programme = programme
        self._authorise = authorise
        self._clock = clock

    def codes(self, event_id: str, kind: CodeKind, *, caller: Principal) -> Found:
        """All codes of a kind. Raises NotFound, Forbidden."""
        self._authorise.require(caller, event_id, Action.EDIT_TICKETS)
        found = self._codes.load_all(event_id, kind)
        stocks = self._codes.stocks({code_stock(one.id): one.shards for one in found})
        return usage.as_list([usage.of_code(one, stocks[code_stock(one.id)]) for one in found])

    def code(self, event_id: str, kind: CodeKind, code_id: str, *, caller: Principal) -> Found:
        """One code. Raises NotFound, Forbidden."""
        self._authorise.require(caller, event_id, Action.EDIT_TICKETS)
        return usage.as_found(self._shown(self._existing(event_id, kind, code_id)))

    def create(
        self, event_id: str, kind: CodeKind, fields: Fields, *, caller: Principal, new_id: str
    ) -> Representation:
        """A new code. Raises NotFound, Forbidden, InvalidInput, AlreadyExists (`code_taken`), Conflict."""
        self._authorise.require(caller, event_id, Action.EDIT_TICKETS)
        self._check(event_id, fields)
        if len(self._codes.load_all(event_id, kind)) >= MAX_CODES:
            raise Conflict(f"An event may have {MAX_CODES} of these.", code="too_many_codes")
        now = moment(self._clock.now())
        made = represent(STORED[kind](**as_fields(fields), id=new_id, created_at=now, updated_at=now))
        uses = capacity_of(fields)
        stock = split(uses, code_shards(uses))
        try:
            self._codes.create(event_id, kind, new_id, made, name=normalised(fields.code), stock=stock)
        except Lost as lost:
            if "resource" not in lost.names:
                raise _taken() from None
        return self._shown(self._existing(event_id, kind, new_id))

    def change(
        self, event_id: str, kind: CodeKind, code_id: str, patch: object, *, caller: Principal, match: Match
    ) -> Representation:
        """A merge patch of a code whose tag is one of `match`. Raises NotFound, Forbidden, PreconditionRequired,
        PreconditionFailed, InvalidInput, AlreadyExists (`code_taken`), Conflict (`below_sold`).
        """
        self._authorise.require(caller, event_id, Action.EDIT_TICKETS)

        def attempt() -> Representation:
            stored = self._matching(event_id, kind, code_id, match)
            old: Any = msgspec.json.decode(stored.body, type=STORED[kind])
            fields: Any = validate(merge(as_fields(old, FIELDS[kind]), patch), FIELDS[kind])
            self._check(event_id, fields)
            now = moment(self._clock.now())
            made = represent(STORED[kind](**as_fields(fields), id=old.id, created_at=old.created_at, updated_at=now))
            deltas = {}
            if capacity_of(fields) != capacity_of(old):
                deltas = resize(self._shards(stored), capacity_of(fields), most_shards=MOST_SHARDS)
            names = normalised(old.code), normalised(fields.code)
            try:
                self._codes.replace(event_id, kind, stored, made, names=names, deltas=deltas)
            except Lost as lost:
                if "name" in lost.names:
                    raise _taken() from None
                raise
            return self._shown(self._existing(event_id, kind, code_id))

        return until_settled(attempt, tries=TRIES, otherwise=PreconditionFailed())

    def delete(self, event_id: str, kind: CodeKind, code_id: str, *, caller: Principal, match: Match) -> None:
        """Remove a code that no order used. Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed,
        StillReferenced.
        """
        self._authorise.require(caller, event_id, Action.EDIT_TICKETS)

        def attempt() -> None:
            stored = self._matching(event_id, kind, code_id, match)
            old: Any = msgspec.json.decode(stored.body, type=STORED[kind])
            try:
                self._codes.delete(event_id, kind, stored, name=normalised(old.code))
            except Lost as lost:
                if lost.places:
                    raise StillReferenced("Orders have used this code. Let its time end instead.") from None
                raise

        until_settled(attempt, tries=TRIES, otherwise=PreconditionFailed())

    def _check(self, event_id: str, fields: Fields) -> None:
        """Raise InvalidInput for types that the event does not have, or an amount in another currency."""
        known = {one.id for one in self._view.ticket_types(event_id, consistent=True)}
        found = [
            Violation(f"/ticket_type_ids/{index}", "names no ticket type of this event")
            for index, one in enumerate(fields.ticket_type_ids or [])
            if one not in known
        ]
        if isinstance(fields, DiscountFields) and fields.amount is not None:
            currency = self._currency(event_id)
            if fields.amount.currency != currency:
                found.append(Violation("/amount/currency", f"must be the event's, {currency}"))
        if found:
            raise InvalidInput(found)

    def _currency(self, event_id: str) -> str:
        stored = self._programme.load(event_id, Kind.EVENTS, event_id)
        if stored is None:
            raise NotFound
        event: Event = revive(Kind.EVENTS, stored.body)
        return event.currency

    def _matching(self, event_id: str, kind: CodeKind, code_id: str, match: Match) -> StoredLimit:
        stored = self._existing(event_id, kind, code_id)
        usage.require_same(match, self._shown(stored))
        return stored

    def _existing(self, event_id: str, kind: CodeKind, code_id: str) -> StoredLimit:
        stored = self._codes.load(event_id, kind, code_id) if is_ulid(code_id) else None
        if stored is None:
            raise NotFound
        return stored

    def _shards(self, stored: StoredLimit) -> list[Shard]:
        owner = code_stock(stored.id)
        return self._codes.stocks({owner: stored.shards})[owner]

    def _shown(self, stored: StoredLimit) -> Representation:
        return usage.of_code(stored, self._shards(stored))


def _taken() -> AlreadyExists:
    return AlreadyExists("The event has this code already.", code="code_taken")
