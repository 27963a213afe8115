"""Wire structs of quotas, codes and waiting lists that are not domain objects: reads with current counts."""

from typing import Annotated

from msgspec import Meta, Struct

from chalicelib.api.schemas.sales import TicketTypeRead
from chalicelib.catalog.domain.code import AccessCode, Discount
from chalicelib.catalog.domain.quota import Quota
from chalicelib.orders.domain.order import MAX_CODE
from chalicelib.waiting_list.domain.entry import Entry


class QuotaRead(Quota, frozen=True, kw_only=True):
    """A quota with its current counts of tickets."""

    available: int
    held: int
    sold: int


class AccessCodeRead(AccessCode, frozen=True, kw_only=True):
    """An access code with how many orders used it, and how many unpaid orders hold a use."""

    held: int
    used: int


class DiscountRead(Discount, frozen=True, kw_only=True):
    """A discount with how many orders used it, and how many unpaid orders hold a use."""

    held: int
    used: int


class AccessCodeCheck(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An access code that a buyer entered."""

    code: Annotated[str, Meta(max_length=MAX_CODE)]


class TicketTypesOpened(Struct, frozen=True, kw_only=True):
    """The ticket types that an access code makes available."""

    ticket_types: list[TicketTypeRead]


class WaitingJoined(Entry, frozen=True, kw_only=True):
    """A new entry. Without an account, `access` is the secret for leaving the list; it is returned only here."""

    access: str | None = None
