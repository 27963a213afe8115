"""A call for papers: from when until when an event takes proposals. The struct is the wire format too."""

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
    """What staff may set. Open from `opens_at` until just before `closes_at`."""

    announcement: Html = ""
    opens_at: Moment
    closes_at: Moment
    timezone: Annotated[str, Meta(max_length=64, description="IANA name")] = "UTC"

    def violations(self) -> list[Violation]:
        """Rules that span fields or need a table."""
        found = []
        if int(self.closes_at.timestamp()) <= int(self.opens_at.timestamp()):  # what is stored of them
            found.append(Violation("/closes_at", "must be after opens_at"))
        if not is_zone(self.timezone):
            found.append(Violation("/timezone", "is not an IANA time zone"))
        return found


class CallForPapers(CallFields, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A call as stored."""

    updated_at: datetime


def open_call(stored: StoredCall | None, *, now: float) -> CallForPapers | None:
    """The call, while it is open."""
    if stored is None or not stored.is_open(now):
        return None
    return msgspec.json.decode(stored.body, type=CallForPapers)
