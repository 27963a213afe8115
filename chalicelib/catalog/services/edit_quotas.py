"""An organiser's quotas, numbers of tickets that several types share. Called by routes/quotas.py.

A type may join a quota while nothing of it is sold or held: so what a quota has given away is exactly what its types
have, and what comes back to a type comes back to its quotas (ADR 10).
"""

import msgspec

from chalicelib.accounts.services.authorise import Authorise
from chalicelib.catalog.domain.quota import MAX_QUOTAS, MAX_QUOTAS_OF_TYPE, QUOTA_SHARDS, Quota, QuotaFields
from chalicelib.catalog.domain.stock import Shard, is_ticket_type, quota_stock, resize, shard_count, split
from chalicelib.catalog.ports import Joining, Lost, Quotas, StoredLimit, StoredTicketType, TicketTypes
from chalicelib.catalog.services import usage
from chalicelib.content.services.edit_programme import as_fields
from chalicelib.core.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    PreconditionFailed,
    StillReferenced,
    Violation,
)
from chalicelib.core.ids import is_ulid
from chalicelib.core.kinds import View
from chalicelib.core.permissions import Action
from chalicelib.core.ports import Clock, Ids
from chalicelib.core.preconditions import Match, until_settled
from chalicelib.core.principal import Principal
from chalicelib.core.times import moment
from chalicelib.core.transactions import MAX_ITEMS
from chalicelib.core.validation import merge, validate
from chalicelib.representations.read import Found
from chalicelib.representations.represent import Representation, represent

TRIES = 8
MOST_ITEMS = MAX_ITEMS - 1 - len(View)
"""What a transaction takes beside the quota itself and the tags of the event's pages."""


class EditQuotas:
    """Creates, shows, changes and deletes quotas."""

    def __init__(self, *, quotas: Quotas, types: TicketTypes, authorise: Authorise, clock: Clock, ids: Ids) -> None:
        self._quotas = quotas
        self._types = types
        self._authorise = authorise
        self._clock = clock
        self._ids = ids

    def quotas(self, event_id: str, *, caller: Principal) -> Found:
        """All quotas. Raises NotFound, Forbidden."""
        self._authorise.require(caller, event_id, Action.EDIT_TICKETS)
        found = self._quotas.load_all(event_id)
        stocks = self._quotas.stocks({quota_stock(one.id): one.shards for one in found})
        return usage.as_list([usage.of_quota(one, stocks[quota_stock(one.id)]) for one in found])

    def quota(self, event_id: str, quota_id: str, *, caller: Principal) -> Found:
        """One quota. Raises NotFound, Forbidden."""
        self._authorise.require(caller, event_id, Action.EDIT_TICKETS)
        return usage.as_found(self._shown(self._existing(event_id, quota_id)))

    def create(self, event_id: str, fields: QuotaFields, *, caller: Principal, new_id: str) -> Representation:
        """A new quota. Raises NotFound, Forbidden, InvalidInput, Conflict (`already_sold`, `too_many_quotas`,
        `too_large`).
        """
        self._authorise.require(caller, event_id, Action.EDIT_TICKETS)
        if len(self._quotas.load_all(event_id)) >= MAX_QUOTAS:
            raise Conflict(f"An event may have {MAX_QUOTAS} quotas.", code="too_many_quotas")
        now = moment(self._clock.now())
        made = represent(Quota(**as_fields(fields), id=new_id, created_at=now, updated_at=now))
        stock = split(fields.quantity, shard_count(fields.quantity, most=QUOTA_SHARDS))

        def attempt() -> Representation:
            joining = self._joining(event_id, [], fields.ticket_type_ids, quota_id=new_id, shards=len(stock))
            try:
                self._quotas.create(event_id, new_id, made, stock=stock, joining=joining, tag=self._ids.new_id())
            except Lost as lost:
                if "resource" not in lost.names:
                    _raise_unless_moved(lost)
                    raise
            return self._shown(self._existing(event_id, new_id))

        otherwise = Conflict("These ticket types are being changed. Try again.")
        return until_settled(attempt, tries=TRIES, otherwise=otherwise)

    def change(self, event_id: str, quota_id: str, patch: object, *, caller: Principal, match: Match) -> Representation:
        """A merge patch of a quota whose tag is one of `match`. Raises NotFound, Forbidden, PreconditionRequired,
        PreconditionFailed, InvalidInput, Conflict (`below_sold`, and as create).
        """
        self._authorise.require(caller, event_id, Action.EDIT_TICKETS)

        def attempt() -> Representation:
            stored = self._matching(event_id, quota_id, match)
            old = msgspec.json.decode(stored.body, type=Quota)
            fields = validate(merge(as_fields(old, QuotaFields), patch), QuotaFields)
            now = moment(self._clock.now())
            made = represent(Quota(**as_fields(fields), id=old.id, created_at=old.created_at, updated_at=now))
            deltas = {}
            if fields.quantity != old.quantity:
                deltas = resize(self._shards(stored), fields.quantity, most_shards=QUOTA_SHARDS)
            shards = max(stored.shards, len(deltas))
            before, after = old.ticket_type_ids, fields.ticket_type_ids
            joining = self._joining(event_id, before, after, quota_id=quota_id, shards=shards)
            tag = self._ids.new_id()
            try:
                self._quotas.replace(event_id, stored, made, deltas=deltas, joining=joining, tag=tag)
            except Lost as lost:
                _raise_unless_moved(lost)
                raise
            return self._shown(self._existing(event_id, quota_id))

        return until_settled(attempt, tries=TRIES, otherwise=PreconditionFailed())

    def delete(self, event_id: str, quota_id: str, *, caller: Principal, match: Match) -> None:
        """Remove a quota of which nothing is held or sold. Raises NotFound, Forbidden, PreconditionRequired,
        PreconditionFailed, StillReferenced.
        """
        self._authorise.require(caller, event_id, Action.EDIT_TICKETS)

        def attempt() -> None:
            stored = self._matching(event_id, quota_id, match)
            before = msgspec.json.decode(stored.body, type=Quota).ticket_type_ids
            joining = self._joining(event_id, before, [], quota_id=quota_id, shards=stored.shards)
            try:
                self._quotas.delete(event_id, stored, joining=joining, tag=self._ids.new_id())
            except Lost as lost:
                if lost.places:
                    raise StillReferenced("Tickets of this quota are held or sold.") from None
                _raise_unless_moved(lost)
                raise

        until_settled(attempt, tries=TRIES, otherwise=PreconditionFailed())

    def _joining(self, event_id: str, before: list[str], after: list[str], *, quota_id: str, shards: int) -> Joining:
        """The types a change touches. Raises InvalidInput for those that are absent or have quotas enough, Conflict
        when they are more than one transaction holds.
        """
        types = {one: self._types.load(event_id, one) for one in {*before, *after}}
        found = []
        for index, one in enumerate(after):
            stored = types[one]
            if stored is None:
                found.append(Violation(f"/ticket_type_ids/{index}", "names no ticket type of this event"))
            elif len({*dict(stored.quotas), quota_id}) > MAX_QUOTAS_OF_TYPE:
                found.append(Violation(f"/ticket_type_ids/{index}", f"has {MAX_QUOTAS_OF_TYPE} quotas already"))
        if found:
            raise InvalidInput(found)
        stays = _present(types, [one for one in after if one in before])
        joining = Joining(
            tuple(_present(types, [one for one in after if one not in before])),
            tuple(one for one in stays if dict(one.quotas).get(quota_id) != shards),
            tuple(_present(types, [one for one in before if one not in after])),
        )
        if shards + sum(one.shards + 1 for part in joining for one in part) > MOST_ITEMS:
            raise Conflict("These types are too large for one quota.", code="too_large")
        return joining

    def _matching(self, event_id: str, quota_id: str, match: Match) -> StoredLimit:
        stored = self._existing(event_id, quota_id)
        usage.require_same(match, self._shown(stored))
        return stored

    def _existing(self, event_id: str, quota_id: str) -> StoredLimit:
        stored = self._quotas.load(event_id, quota_id) if is_ulid(quota_id) else None
        if stored is None:
            raise NotFound
        return stored

    def _shards(self, stored: StoredLimit) -> list[Shard]:
        owner = quota_stock(stored.id)
        return self._quotas.stocks({owner: stored.shards})[owner]

    def _shown(self, stored: StoredLimit) -> Representation:
        return usage.of_quota(stored, self._shards(stored))


def _present(types: dict[str, StoredTicketType | None], wanted: list[str]) -> list[StoredTicketType]:
    return [stored for one in wanted if (stored := types[one]) is not None]


def _raise_unless_moved(lost: Lost) -> None:
    """Return when looking again may help: another editor or buyer was faster."""
    if "event" in lost.names:
        raise NotFound from None
    if "terms" not in lost.names and any(is_ticket_type(owner) for owner, _ in lost.places):
        raise Conflict(
            "Tickets of these types are sold or held. Types join a quota before their sale begins.",
            code="already_sold",
            ticket_type_ids=sorted({owner for owner, _ in lost.places if is_ticket_type(owner)}),
        ) from None
