"""The possible decisions about a proposed session, and the states in which staff can make them. Pure. Applied by
cfp/services/review_proposal.py.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from chalicelib.announcements.domain.announcement import MAX_MESSAGE
from chalicelib.content.domain.programme import SessionState


class Decision(StrEnum):
    """A decision of staff about a proposal."""

    ACCEPT = "accept"
    REJECT = "reject"


class ReviewForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A decision, and a message of staff to the speakers."""

    decision: Decision
    message: Annotated[str, Meta(max_length=5 * MAX_MESSAGE, description="HTML, sanitised when written")] = ""


DECIDED: Mapping[Decision, SessionState] = {
    Decision.ACCEPT: SessionState.ACCEPTED,
    Decision.REJECT: SessionState.REJECTED,
}
REVIEWABLE = frozenset({SessionState.SUBMITTED, SessionState.ACCEPTED, SessionState.REJECTED})
"""States in which staff make or change a decision. Once confirmed, a session is no longer a proposal: staff edit it."""
