"""The parts of a programme: tracks, microlocations, speakers, sessions, sponsors.

Each part has a struct with the fields that staff set, and one that adds the fields of Marquee. The structs are also the
wire format.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from chalicelib.content.domain.event import Moment
from chalicelib.core.errors import Violation
from chalicelib.core.kinds import Kind
from chalicelib.core.text import Colour, Country, Email, Html, Id, Latitude, Line, Longitude, Name, Title, Url
from chalicelib.notifications.domain.notification import NotificationAction

MOST_SPEAKERS = 50
"""Speakers per session."""


class SessionState(StrEnum):
    """The stages of a session from draft to programme."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"


PUBLIC_SESSION_STATES = frozenset({SessionState.ACCEPTED, SessionState.CONFIRMED})


class Resource(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Any part of a programme."""

    HTML: ClassVar[tuple[str, ...]] = ()
    """Fields that hold HTML and are sanitised when written."""

    def violations(self) -> list[Violation]:
        """Returns violations of rules that span fields."""
        return []

    def references(self) -> list[tuple[str, Kind, str]]:
        """Returns what this resource refers to: (JSON pointer of the field, kind, id)."""
        return []


class TrackFields(Resource, frozen=True, kw_only=True):
    """A theme that sessions belong to."""

    HTML = ("description",)
    name: Name
    color: Colour = "#4f46e5"
    description: Html = ""


class MicrolocationFields(Resource, frozen=True, kw_only=True):
    """A room or another place inside the venue."""

    name: Name
    floor: Annotated[int, Meta(ge=-99, le=999)] | None = None
    capacity: Annotated[int, Meta(ge=0, le=1_000_000)] | None = None
    position: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None


class SpeakerProfile(Resource, frozen=True, kw_only=True):
    """The fields that speakers may set about themselves."""

    HTML = ("short_biography", "long_biography")
    name: Name
    photo_url: Url | None = None
    short_biography: Html = ""
    long_biography: Html = ""
    organisation: Line | None = None
    position: Line | None = None
    country: Country | None = None
    links: Annotated[list[Url], Meta(max_length=20)] = []


class SpeakerFields(SpeakerProfile, frozen=True, kw_only=True):
    """A person on stage. Email and account are visible to staff only. A speaker is public while `listed`: somebody who
    has only proposed a session is not listed until it is accepted (ADR 18).
    """

    email: Email | None = None
    user_id: Id | None = None
    listed: bool = True


class SponsorFields(Resource, frozen=True, kw_only=True):
    """An organisation or person that supports the event."""

    HTML = ("description",)
    name: Name
    level: Line | None = None
    url: Url | None = None
    logo_url: Url | None = None
    description: Html = ""


class ProposedSession(Resource, frozen=True, kw_only=True):
    """The fields of a session that its proposer sets; staff set the others."""

    HTML = ("short_abstract", "long_abstract")
    title: Title
    subtitle: Line | None = None
    short_abstract: Html = ""
    long_abstract: Html = ""
    language: Annotated[str, Meta(max_length=35)] | None = None
    level: Line | None = None
    track_id: Id | None = None
    slides_url: Url | None = None
    video_url: Url | None = None

    def references(self) -> list[tuple[str, Kind, str]]:
        """Returns the reference to the track, if it is set."""
        return [("/track_id", Kind.TRACKS, self.track_id)] if self.track_id else []


class SessionFields(ProposedSession, frozen=True, kw_only=True):
    """A talk, workshop or break. Public once accepted or confirmed."""

    speaker_ids: Annotated[list[Id], Meta(max_length=MOST_SPEAKERS)] = []
    microlocation_id: Id | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    state: SessionState = SessionState.DRAFT

    def violations(self) -> list[Violation]:
        """Requires both times or none, an end after the start, and each speaker only once."""
        found = []
        if (self.starts_at is None) != (self.ends_at is None):
            found.append(Violation("/ends_at", "starts_at and ends_at go together"))
        elif self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            found.append(Violation("/ends_at", "must be after starts_at"))
        if len(set(self.speaker_ids)) != len(self.speaker_ids):
            found.append(Violation("/speaker_ids", "names a speaker twice"))
        return found

    def references(self) -> list[tuple[str, Kind, str]]:
        """Returns the references to the track, the room and the speakers."""
        found = [(f"/speaker_ids/{n}", Kind.SPEAKERS, speaker) for n, speaker in enumerate(self.speaker_ids)]
        if self.track_id:
            found.append(("/track_id", Kind.TRACKS, self.track_id))
        if self.microlocation_id:
            found.append(("/microlocation_id", Kind.MICROLOCATIONS, self.microlocation_id))
        return found


class Track(TrackFields, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A track as stored."""

    id: str
    created_at: datetime
    updated_at: datetime


class Microlocation(MicrolocationFields, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A microlocation as stored."""

    id: str
    created_at: datetime
    updated_at: datetime


class Speaker(SpeakerFields, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A speaker as stored."""

    id: str
    created_at: datetime
    updated_at: datetime


class Sponsor(SponsorFields, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A sponsor as stored."""

    id: str
    created_at: datetime
    updated_at: datetime


class Session(SessionFields, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A session as stored."""

    id: str
    created_at: datetime
    updated_at: datetime


FIELDS: dict[Kind, type[Resource]] = {
    Kind.MICROLOCATIONS: MicrolocationFields,
    Kind.SESSIONS: SessionFields,
    Kind.SPEAKERS: SpeakerFields,
    Kind.SPONSORS: SponsorFields,
    Kind.TRACKS: TrackFields,
}
STORED: dict[Kind, type[Resource]] = {
    Kind.MICROLOCATIONS: Microlocation,
    Kind.SESSIONS: Session,
    Kind.SPEAKERS: Speaker,
    Kind.SPONSORS: Sponsor,
    Kind.TRACKS: Track,
}


_TOLD_FROM: Mapping[SessionState, tuple[NotificationAction, frozenset[SessionState]]] = {
    SessionState.ACCEPTED: (
        NotificationAction.SESSION_ACCEPTED,
        frozenset({SessionState.SUBMITTED, SessionState.REJECTED}),
    ),
    SessionState.REJECTED: (
        NotificationAction.SESSION_REJECTED,
        frozenset({SessionState.SUBMITTED, *PUBLIC_SESSION_STATES}),
    ),
}
"""The notification about each decision, and the states from which the change counts as a decision on a proposal."""


def decision_told(before: SessionState, after: SessionState) -> NotificationAction | None:
    """Returns the notification that speakers get when a session goes from one state to another, or None when the change
    is not a decision on a proposal. Accepting a draft of the organisers is no such decision.
    """
    action, told_from = _TOLD_FROM.get(after, (None, frozenset()))
    return action if before in told_from else None
