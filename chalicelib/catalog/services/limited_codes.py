"""Discounts and access codes for catalog/services/edit_limited.py. Their limit is how many orders may use them.

Buyers use them in catalog/services/redeem_code.py.
"""

from collections.abc import Sequence

from chalicelib.catalog.domain.code import (
    FIELDS,
    MAX_CODES,
    MOST_SHARDS,
    STORED,
    AccessCodeFields,
    DiscountFields,
    capacity_of,
    normalised,
)
from chalicelib.catalog.domain.stock import Shard, code_stock
from chalicelib.catalog.ports import CatalogView, Codes, Lost, StoredLimit
from chalicelib.catalog.services import usage
from chalicelib.content.ports import Programme
from chalicelib.content.services.load_event import load_event
from chalicelib.core.errors import AlreadyExists, Conflict, InvalidInput, Violation
from chalicelib.core.kinds import CodeKind
from chalicelib.representations.represent import Representation

CodeFields = AccessCodeFields | DiscountFields


class LimitedCodes:
    """The codes of one kind."""

    most_shards = MOST_SHARDS
    in_use = "Orders have used this code. Let its time end instead."

    def __init__(self, kind: CodeKind, codes: Codes, view: CatalogView, programme: Programme) -> None:
        self.fields, self.resource = FIELDS[kind], STORED[kind]
        self._kind = kind
        self._codes = codes
        self._view = view
        self._programme = programme

    def load(self, event_id: str, id: str) -> StoredLimit | None:
        return self._codes.load(event_id, self._kind, id)

    def load_all(self, event_id: str) -> list[StoredLimit]:
        return self._codes.load_all(event_id, self._kind)

    def represent_all(self, stored: Sequence[StoredLimit]) -> list[Representation]:
        """Returns them with how often they were used, and how many uses unpaid orders hold."""
        stocks = self._codes.load_stocks({code_stock(one.id): one.shards for one in stored})
        both = [(one, stocks[code_stock(one.id)]) for one in stored]
        return [usage.with_numbers(one, held=usage.held(shards), used=usage.sold(shards)) for one, shards in both]

    def capacity_of(self, fields: CodeFields) -> int:
        """Returns how often the code may be used in total."""
        return capacity_of(fields)

    def load_shards(self, stored: StoredLimit) -> list[Shard]:
        """Returns the stock of its uses."""
        owner = code_stock(stored.id)
        return self._codes.load_stocks({owner: stored.shards})[owner]

    def require_room(self, event_id: str) -> None:
        """Raises Conflict (`too_many_codes`)."""
        if len(self.load_all(event_id)) >= MAX_CODES:
            raise Conflict(f"An event may have {MAX_CODES} of these.", code="too_many_codes")

    def check_fields(self, event_id: str, fields: CodeFields, *, old: CodeFields | None) -> CodeFields:
        """Raises NotFound, InvalidInput for types that the event does not have, or an amount in another currency."""
        del old
        known = {one.id for one in self._view.load_ticket_types(event_id, consistent=True)}
        found = [
            Violation(f"/ticket_type_ids/{index}", "names no ticket type of this event")
            for index, one in enumerate(fields.ticket_type_ids or [])
            if one not in known
        ]
        if isinstance(fields, DiscountFields) and fields.amount is not None:
            currency = load_event(self._programme, event_id).currency
            if fields.amount.currency != currency:
                found.append(Violation("/amount/currency", f"must be the event's, {currency}"))
        if found:
            raise InvalidInput(found)
        return fields

    def require_unused(self, event_id: str, stored: StoredLimit) -> None:
        """Never raises: only orders name a code."""

    def create(self, event_id: str, id: str, made: Representation, fields: CodeFields, *, stock: list[int]) -> None:
        """Writes a new code."""
        self._codes.create(event_id, self._kind, id, made, name=normalised(fields.code), stock=stock)

    def replace(
        self,
        event_id: str,
        stored: StoredLimit,
        made: Representation,
        *,
        old: CodeFields,
        fields: CodeFields,
        deltas: dict[int, int],
    ) -> None:
        """Writes a changed code."""
        names = normalised(old.code), normalised(fields.code)
        self._codes.replace(event_id, self._kind, stored, made, names=names, deltas=deltas)

    def delete(self, event_id: str, stored: StoredLimit, *, old: CodeFields) -> None:
        """Deletes a code and its name."""
        self._codes.delete(event_id, self._kind, stored, name=normalised(old.code))

    def raise_unless_moved(self, lost: Lost) -> None:
        """Raises AlreadyExists (`code_taken`)."""
        if "name" in lost.names:
            raise AlreadyExists("The event has this code already.", code="code_taken") from None
