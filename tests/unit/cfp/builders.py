"""A call for papers as it is stored, open from second 100 to second 200, and its announcement."""

from datetime import UTC, datetime
from typing import Any

from chalicelib.announcements.domain.announcement import Audience, Dispatch
from chalicelib.cfp.domain.call_for_papers import CallForPapers
from chalicelib.notifications.domain.notification import NotificationAction
from chalicelib.representations.represent import represent
from chalicelib.representations.stored import StoredCall

OPENS, CLOSES = 100, 200


def call(**fields: Any) -> CallForPapers:
    opens_at, closes_at = (datetime.fromtimestamp(second, UTC) for second in (OPENS, CLOSES))
    return CallForPapers(**{"opens_at": opens_at, "closes_at": closes_at, "updated_at": opens_at, **fields})


def stored_call(*, published: bool = True, **fields: Any) -> StoredCall:
    made = represent(call(**fields))
    return StoredCall(made.etag, made.body, OPENS, CLOSES, published)


def announcement_of_call(event_name: str, *, created_at: int) -> Dispatch:
    """The announcement of the call of event E."""
    return Dispatch(
        id="E",
        event_id="E",
        event_name=event_name,
        title="",
        message="",
        audience=Audience(),
        created_by="",
        created_at=created_at,
        action=NotificationAction.CALL_FOR_PAPERS_OPEN,
    )
