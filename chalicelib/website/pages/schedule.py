"""The schedule: sessions by day and time in the event's zone, with room and track; sessions without a time come last.

A session belongs to the day on which it starts. Sorting is by UTC, so sessions stay in order in the hour that repeats
when clocks change.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from chalicelib.content.domain.event import Event
from chalicelib.content.domain.programme import Microlocation, Session, Speaker, Track
from chalicelib.website.pages import words
from chalicelib.website.pages.files import Website
from chalicelib.website.pages.templating import render


class ScheduleEntry(NamedTuple):
    """A session with what it refers to. `until` is its end in words; `start` and `end` are machine-readable."""

    session: Session
    room: str
    track: Track | None
    speakers: list[str]
    until: str
    length: str
    start: str
    end: str


class ScheduleSlot(NamedTuple):
    """Sessions that start at the same time."""

    time: str
    start: str
    entries: list[ScheduleEntry]


class Day(NamedTuple):
    """A day in the event's zone. `offsets` is empty where it would repeat the offset already shown."""

    id: str
    name: str
    short: str
    offsets: str
    slots: list[ScheduleSlot]


def schedule_page(
    event: Event,
    *,
    sessions: Sequence[Session],
    speakers: Iterable[Speaker],
    tracks: Iterable[Track],
    rooms: Iterable[Microlocation],
    website: Website,
) -> str:
    """Returns the page with all sessions."""
    zone = ZoneInfo(event.timezone)
    cast = Cast(speakers, tracks, rooms)
    timed = sorted((s for s in sessions if s.starts_at), key=lambda s: (s.starts_at, cast.rank(s), s.title, s.id))
    days = [_day(day, group, zone, cast) for day, group in _by_day(timed, zone).items()]
    return render(
        "schedule",
        static=website.static,
        event=event,
        when=words.period(event.starts_at, event.ends_at, event.timezone),
        days=_without_repeated_offsets(days),
        unplaced=[cast.entry(s, zone, exact=False) for s in sorted(sessions, key=_title) if s.starts_at is None],
        tracks=cast.tracks_of(sessions),
        session_count=len(sessions),
        speaker_count=len({id_ for session in sessions for id_ in session.speaker_ids}),
        canonical=f"{website.url}/e/{event.slug or event.id}/schedule",
    )


class Cast:
    """The speakers, tracks and rooms that a session may refer to, by id."""

    def __init__(self, speakers: Iterable[Speaker], tracks: Iterable[Track], rooms: Iterable[Microlocation]) -> None:
        self._speakers = {speaker.id: speaker.name for speaker in speakers}
        self._tracks = {track.id: track for track in tracks}
        self._rooms = {room.id: room for room in rooms}

    def rank(self, session: Session) -> tuple[int, str]:
        """Returns the sort key of a session's room."""
        room = self._rooms.get(session.microlocation_id or "")
        if room is None:
            return (100_001, "")
        return (100_000 if room.position is None else room.position, room.name)

    def entry(self, session: Session, zone: ZoneInfo, *, exact: bool) -> ScheduleEntry:
        """Returns a session in the form that the page shows."""
        room = self._rooms.get(session.microlocation_id or "")
        names = [self._speakers[id_] for id_ in session.speaker_ids if id_ in self._speakers]
        start, end = session.starts_at, session.ends_at
        return ScheduleEntry(
            session=session,
            room=room.name if room else "",
            track=self._tracks.get(session.track_id or ""),
            speakers=names,
            until=_until(start.astimezone(zone), end.astimezone(zone), exact=exact) if start and end else "",
            length=length(start, end) if start and end else "",
            start=words.iso(start) if start else "",
            end=words.iso(end) if end else "",
        )

    def tracks_of(self, sessions: Iterable[Session]) -> list[Track]:
        """Returns the tracks of the sessions, by name."""
        used = {session.track_id for session in sessions}
        return sorted((t for t in self._tracks.values() if t.id in used), key=lambda t: (t.name.casefold(), t.id))


def length(start: datetime, end: datetime) -> str:
    """Returns the duration in real time: `45 min`, `1 h 30 min`."""
    minutes = int((end - start).total_seconds()) // 60
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def _by_day(timed: Iterable[Session], zone: ZoneInfo) -> dict[date, list[Session]]:
    grouped: dict[date, list[Session]] = {}
    for session in timed:
        if session.starts_at:
            grouped.setdefault(session.starts_at.astimezone(zone).date(), []).append(session)
    return grouped


def _day(day: date, sessions: list[Session], zone: ZoneInfo, cast: Cast) -> Day:
    moments = sorted(moment for s in sessions for moment in (s.starts_at, s.ends_at) if moment)
    offsets = list(dict.fromkeys(words.offset(moment.astimezone(zone)) for moment in moments))
    exact = len(offsets) > 1
    slots: list[ScheduleSlot] = []
    for session in sessions:
        if session.starts_at is None:
            continue
        start = words.iso(session.starts_at)
        if not slots or slots[-1].start != start:
            slots.append(ScheduleSlot(words.clock(session.starts_at.astimezone(zone), exact=exact), start, []))
        slots[-1].entries.append(cast.entry(session, zone, exact=exact))
    name = f"{day:%A} {day.day} {day:%B}"
    return Day(f"day-{day:%Y-%m-%d}", name, f"{day:%a} {day.day} {day:%b}", ", then ".join(offsets), slots)


def _without_repeated_offsets(days: list[Day]) -> list[Day]:
    """Removes repeated offsets: the page shows the offset once, and again where it changes."""
    said = days[0].offsets if days else ""
    shown = []
    for number, day in enumerate(days):
        repeated = day.offsets == said and (number > 0 or ", then " not in day.offsets)
        shown.append(day._replace(offsets="" if repeated else day.offsets))
        said = day.offsets
    return shown


def _until(start: datetime, end: datetime, *, exact: bool) -> str:
    later = (end.date() - start.date()).days
    return words.clock(end, exact=exact) + (f" (+{later} d)" if later else "")


def _title(session: Session) -> tuple[str, str]:
    return session.title.casefold(), session.id
