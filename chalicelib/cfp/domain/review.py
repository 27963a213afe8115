"""What may be decided of a proposed session, and when. Pure; cfp/services/review_proposal.py carries it
out.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from chalicelib.announcements.domain.announcement import MAX_MESSAGE
from chalicelib.content.domain.programme import SessionState


class Decision(StrEnum):
    """What staff decide of a proposal."""

    ACCEPT = "accept"
    REJECT = "reject"


class ReviewForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A decision, and what staff write about it to the people it concerns."""

    decision: Decision
    message: Annotated[str, Meta(max_length=5 * MAX_MESSAGE, description="HTML, sanitised when written")] = ""


DECIDED: Mapping[Decision, SessionState] = {
    Decision.ACCEPT: SessionState.ACCEPTED,
    Decision.REJECT: SessionState.REJECTED,
}
REVIEWABLE = frozenset({SessionState.SUBMITTED, SessionState.ACCEPTED, SessionState.REJECTED})
"""States in which a decision is made or changed. One that is confirmed is no proposal any more: staff edit it."""
