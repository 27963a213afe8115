"""Unveiling: which speakers become public because a session of theirs does. Called by
content/services/edit_programme.py and cfp/services/review_proposal.py, which write both in one transaction (ADR 18).
"""

from typing import Protocol

import msgspec

from chalicelib.content.domain.programme import PUBLIC_SESSION_STATES, Resource, Session, Speaker
from chalicelib.content.domain.views import revive, written
from chalicelib.content.ports import Listing, Missing
from chalicelib.core.kinds import Kind
from chalicelib.representations.stored import StoredItem


class Programme(Protocol):
    def load(self, event_id: str, kind: Kind, resource_id: str) -> StoredItem | None:
        """The staff's representation, strongly consistent."""


def is_overtaken(listing: list[Listing], missing: Missing) -> bool:
    """Whether a write failed because somebody edited one of these speakers meanwhile."""
    return bool({one.pointer for one in listing} & set(missing.pointers))


def newly_listed(programme: Programme, event_id: str, before: Resource | None, after: Resource) -> list[Listing]:
    """Speakers of a session that was not public before (None: there was none), or not theirs, and is now. Staff may
    hide somebody again: what makes public is the step, not the state.
    """
    if not isinstance(after, Session) or after.state not in PUBLIC_SESSION_STATES:
        return []
    shown = before.speaker_ids if isinstance(before, Session) and before.state in PUBLIC_SESSION_STATES else []
    found = []
    for place, speaker_id in enumerate(after.speaker_ids):
        stored = programme.load(event_id, Kind.SPEAKERS, speaker_id) if speaker_id not in shown else None
        if stored is None:
            continue
        speaker: Speaker = revive(Kind.SPEAKERS, stored.body)
        if not speaker.listed:
            made = msgspec.structs.replace(speaker, listed=True, updated_at=after.updated_at)
            found.append(Listing(written(event_id, Kind.SPEAKERS, made), stored.etag, f"/speaker_ids/{place}"))
    return found
