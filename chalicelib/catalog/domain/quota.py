"""A quota: a number of tickets that several types share, for example the seats of a hall. Pure."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from chalicelib.catalog.domain.ticket_type import MAX_QUANTITY
from chalicelib.core.errors import Violation
from chalicelib.core.text import Id, Name

MAX_QUOTAS = 50
"""Quotas an event may have: one read of the list returns all of them."""
MAX_QUOTAS_OF_TYPE = 5
"""Quotas a type may share: an order takes from each of them."""
QUOTA_SHARDS = 20
"""The most shards for a quota: one transaction must hold them and all shards of the types that join it."""


class QuotaFields(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an organiser may set for a quota."""

    name: Name
    quantity: Annotated[int, Meta(ge=0, le=MAX_QUANTITY)]
    ticket_type_ids: Annotated[list[Id], Meta(min_length=1, max_length=20)]

    def violations(self) -> list[Violation]:
        """Returns violations of rules that span fields."""
        if len(set(self.ticket_type_ids)) < len(self.ticket_type_ids):
            return [Violation("/ticket_type_ids", "must name each ticket type once")]
        return []


class Quota(QuotaFields, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A quota as stored."""

    id: str
    created_at: datetime
    updated_at: datetime
