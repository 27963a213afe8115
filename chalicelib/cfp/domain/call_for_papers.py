"""A call for papers: the period in which an event takes proposals. The structs are also the wire format."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from chalicelib.content.domain.event import Moment
from chalicelib.core.errors import Violation
from chalicelib.core.text import Html
from chalicelib.core.timezones import is_zone
from chalicelib.representations.stored import StoredCall


class CallFields(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields of a call that staff set. A call is open from `opens_at` until just before `closes_at`."""

    announcement: Html = ""
    opens_at: Moment
    closes_at: Moment
    timezone: Annotated[str, Meta(max_length=64, description="IANA name")] = "UTC"

    def violations(self) -> list[Violation]:
        """Returns violations of rules that span fields or need a table."""
        found = []
        if int(self.closes_at.timestamp()) <= int(self.opens_at.timestamp()):  # stored in whole seconds
            found.append(Violation("/closes_at", "must be after opens_at"))
        if not is_zone(self.timezone):
            found.append(Violation("/timezone", "is not an IANA time zone"))
        return found


class CallForPapers(CallFields, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A call as stored."""

    updated_at: datetime


def open_call(stored: StoredCall | None, *, now: float) -> CallForPapers | None:
    """Returns the stored call if it is open at `now` (Unix seconds), otherwise None."""
    if stored is None or not stored.is_open(now):
        return None
    return msgspec.json.decode(stored.body, type=CallForPapers)
