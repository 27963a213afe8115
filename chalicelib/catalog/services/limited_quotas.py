"""Quotas for catalog/services/edit_limited.py: numbers of tickets that several types share.

A type may join a quota only while nothing of it is sold or held. So the tickets that a quota has given are exactly
those of its types, and tickets that return to a type return to its quotas too (ADR 10).
"""

from collections.abc import Sequence

from chalicelib.catalog.domain.quota import MAX_QUOTAS, MAX_QUOTAS_OF_TYPE, QUOTA_SHARDS, Quota, QuotaFields
from chalicelib.catalog.domain.stock import Shard, is_ticket_type, quota_stock
from chalicelib.catalog.ports import Joining, Lost, Quotas, StoredLimit, StoredTicketType, TicketTypes
from chalicelib.catalog.services import usage
from chalicelib.core.errors import Conflict, InvalidInput, Violation
from chalicelib.core.kinds import View
from chalicelib.core.ports import Ids
from chalicelib.core.transactions import MAX_ITEMS
from chalicelib.representations.represent import Representation

MOST_ITEMS = MAX_ITEMS - 1 - len(View)
"""Items that a transaction can hold besides the quota itself and the tags of the event's pages."""


class LimitedQuotas:
    """The quotas of an event."""

    fields = QuotaFields
    resource = Quota
    most_shards = QUOTA_SHARDS
    in_use = "Tickets of this quota are held or sold."

    def __init__(self, quotas: Quotas, types: TicketTypes, ids: Ids) -> None:
        self._quotas = quotas
        self._types = types
        self._ids = ids

    def load(self, event_id: str, id: str) -> StoredLimit | None:
        return self._quotas.load(event_id, id)

    def load_all(self, event_id: str) -> list[StoredLimit]:
        return self._quotas.load_all(event_id)

    def represent_all(self, stored: Sequence[StoredLimit]) -> list[Representation]:
        """Returns them with how many tickets are available, held and sold."""
        stocks = self._quotas.load_stocks({quota_stock(one.id): one.shards for one in stored})
        return [_represent(one, stocks[quota_stock(one.id)]) for one in stored]

    def capacity_of(self, fields: QuotaFields) -> int:
        return fields.quantity

    def load_shards(self, stored: StoredLimit) -> list[Shard]:
        owner = quota_stock(stored.id)
        return self._quotas.load_stocks({owner: stored.shards})[owner]

    def require_room(self, event_id: str) -> None:
        """Raises Conflict (`too_many_quotas`)."""
        if len(self.load_all(event_id)) >= MAX_QUOTAS:
            raise Conflict(f"An event may have {MAX_QUOTAS} quotas.", code="too_many_quotas")

    def check_fields(self, event_id: str, fields: QuotaFields, *, old: QuotaFields | None) -> QuotaFields:
        """Returns the fields unchanged: `create` and `replace` check the types that they name."""
        del event_id, old
        return fields

    def require_unused(self, event_id: str, stored: StoredLimit) -> None:
        """Never raises: a deleted quota is removed from its types."""

    def create(self, event_id: str, id: str, made: Representation, fields: QuotaFields, *, stock: list[int]) -> None:
        """Writes a new quota. Raises InvalidInput, Conflict (`too_large`), Lost."""
        joining = self._joining(event_id, [], fields.ticket_type_ids, quota_id=id, shards=len(stock))
        self._quotas.create(event_id, id, made, stock=stock, joining=joining, tag=self._ids.new_id())

    def replace(
        self,
        event_id: str,
        stored: StoredLimit,
        made: Representation,
        *,
        old: QuotaFields,
        fields: QuotaFields,
        deltas: dict[int, int],
    ) -> None:
        """Writes a changed quota. Raises InvalidInput, Conflict (`too_large`), Lost."""
        shards = max(stored.shards, len(deltas))
        before, after = old.ticket_type_ids, fields.ticket_type_ids
        joining = self._joining(event_id, before, after, quota_id=stored.id, shards=shards)
        self._quotas.replace(event_id, stored, made, deltas=deltas, joining=joining, tag=self._ids.new_id())

    def delete(self, event_id: str, stored: StoredLimit, *, old: QuotaFields) -> None:
        """Deletes a quota and removes it from its types."""
        joining = self._joining(event_id, old.ticket_type_ids, [], quota_id=stored.id, shards=stored.shards)
        self._quotas.delete(event_id, stored, joining=joining, tag=self._ids.new_id())

    def raise_unless_moved(self, lost: Lost) -> None:
        """Raises Conflict (`already_sold`)."""
        if "terms" not in lost.names and any(is_ticket_type(owner) for owner, _ in lost.places):
            raise Conflict(
                "Tickets of these types are sold or held. Types join a quota before their sale begins.",
                code="already_sold",
                ticket_type_ids=sorted({owner for owner, _ in lost.places if is_ticket_type(owner)}),
            ) from None

    def _joining(self, event_id: str, before: list[str], after: list[str], *, quota_id: str, shards: int) -> Joining:
        """Returns the types that a change concerns. Raises InvalidInput for types that do not exist or have too many
        quotas, Conflict when one transaction cannot hold all of them.
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


def _represent(stored: StoredLimit, shards: Sequence[Shard]) -> Representation:
    available = sum(shard.left for shard in shards)
    return usage.with_numbers(stored, available=available, held=usage.held(shards), sold=usage.sold(shards))


def _present(types: dict[str, StoredTicketType | None], wanted: list[str]) -> list[StoredTicketType]:
    return [stored for one in wanted if (stored := types[one]) is not None]
