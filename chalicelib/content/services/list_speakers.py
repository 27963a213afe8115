"""Finds the speakers who become public because a session of theirs does. Called by content/services/edit_programme.py
and cfp/services/review_proposal.py, which write session and speakers in one transaction (ADR 18).
"""

import msgspec

from chalicelib.content.domain.programme import PUBLIC_SESSION_STATES, Resource, Session, Speaker
from chalicelib.content.domain.views import revive, written
from chalicelib.content.ports import Listing, Missing, Programme
from chalicelib.core.kinds import Kind


def is_overtaken(listing: list[Listing], missing: Missing) -> bool:
    """Returns whether a write failed because somebody edited one of these speakers in the meantime."""
    return bool({one.pointer for one in listing} & set(missing.pointers))


def newly_listed(programme: Programme, event_id: str, before: Resource | None, after: Resource) -> list[Listing]:
    """Returns the speakers who become public by this change: they are not listed yet, and their session becomes public
    or they are added to a public one. `before` is None for a new session. Nothing else lists a speaker, so staff may
    hide the speaker again.
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
