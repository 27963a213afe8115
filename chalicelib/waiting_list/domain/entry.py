"""A waiting list: people who want tickets of a type that is sold out, first come first served. Pure."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from chalicelib.catalog.domain.ticket_type import MAX_PER_ORDER
from chalicelib.core.text import Email, Id, Name


class EntryState(StrEnum):
    """Where a person on a waiting list is in the process."""

    WAITING = "waiting"
    OFFERED = "offered"
    LEFT = "left"
    PASSED_OVER = "passed_over"


class WaitingForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person sends to join a waiting list."""

    ticket_type_id: Id
    quantity: Annotated[int, Meta(ge=1, le=MAX_PER_ORDER)]
    name: Name
    email: Email


class Entry(Struct, frozen=True, kw_only=True):
    """A person on a waiting list. `order_id` is the order that was made for them, which they must pay before its hold
    ends. A person who may not buy that many tickets when their turn comes is passed over.
    """

    id: str
    event_id: str
    ticket_type_id: str
    quantity: int
    name: str
    email: str
    state: EntryState
    created_at: datetime
    updated_at: datetime
    order_id: str | None = None
