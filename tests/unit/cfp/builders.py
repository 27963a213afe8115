"""A call for papers as it is stored, open from second 100 to second 200."""

from datetime import UTC, datetime
from typing import Any

from chalicelib.cfp.domain.call_for_papers import CallForPapers
from chalicelib.representations.represent import represent
from chalicelib.representations.stored import StoredCall

OPENS, CLOSES = 100, 200


def call(**fields: Any) -> CallForPapers:
    opens_at, closes_at = (datetime.fromtimestamp(second, UTC) for second in (OPENS, CLOSES))
    return CallForPapers(**{"opens_at": opens_at, "closes_at": closes_at, "updated_at": opens_at, **fields})


def stored_call(*, published: bool = True, **fields: Any) -> StoredCall:
    made = represent(call(**fields))
    return StoredCall(made.etag, made.body, OPENS, CLOSES, published)
