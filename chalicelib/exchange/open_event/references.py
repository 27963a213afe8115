"""Finds the record of an Open Event archive that a session names as speaker, track or room. Called by links.py and
reader.py.

A record is identified by its id and its name together. Where both cannot be true of one record, or are true of several,
the answer says so in words for the report. Nobody is taken for somebody else because of a number. Pure.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from typing import NamedTuple

from chalicelib.core.kinds import Kind
from chalicelib.exchange.open_event.mapping import WITHOUT_MEANING
from chalicelib.exchange.open_event.record import Record, has_content
from chalicelib.exchange.open_event.text import read_line, shown
from chalicelib.exchange.open_event.values import read_id

NAMES = {Kind.TRACKS: "track", Kind.MICROLOCATIONS: "microlocation", Kind.SPEAKERS: "speaker"}
"""What the report calls a record of each kind."""
MOST_ALIKE = 20
"""Records with one id or one name that are searched for the right one, at most."""
_COPIES = frozenset(
    ("icon_image_url", "small_image_url", "thumbnail_image_url", "icon", "small", "thumbnail", "sessions")
)
"""Fields of a record inside a session that derive from other fields of the list's record."""


class Known(NamedTuple):
    """A record that was taken: its key in the programme, its id and name in the archive, and its values."""

    key: str
    source_id: str
    name: str
    record: Record


class Reference(NamedTuple):
    """A record as another record names it: by id, by name or by both, perhaps with more of its values."""

    source_id: str | None
    name: str | None
    value: object


class FoundRecord(NamedTuple):
    """The result of a search: the record, if it was found, what was unclear, and whether it may be a new record that
    only the session holds.
    """

    known: Known | None
    doubt: str
    may_be_new: bool = False


class SessionIdentity(NamedTuple):
    """What identifies a session. The title may be empty where another record names it. `is_alone`: no other session has
    its id, so the id is enough.
    """

    source_id: str
    title: str
    is_alone: bool = True


class References:
    """The records of one kind, found by what sessions may call them."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._noun = NAMES.get(kind, "")
        self._by_id: defaultdict[str, list[Known]] = defaultdict(list)
        self._by_name: defaultdict[str, list[Known]] = defaultdict(list)
        self._by_both: defaultdict[tuple[str, str], list[Known]] = defaultdict(list)
        self._claims: defaultdict[str, list[tuple[Known, str]]] = defaultdict(list)

    def add(self, known: Known) -> None:
        """Adds a record."""
        name = folded(known.name)
        self._by_id[known.source_id].append(known)
        self._by_name[name].append(known)
        self._by_both[known.source_id, name].append(known)
        for session in _listed(known):
            if len(claims := self._claims[session.source_id]) < MOST_ALIKE:
                claims.append((known, folded(session.title)))

    def named(self, source_id: str) -> list[Known]:
        """Returns the records with this id."""
        return self._by_id.get(source_id, [])

    def claiming(self, session: SessionIdentity) -> list[Known]:
        """Returns the records that list the session as one of their own: by id and title, or by an id that no other
        session has.
        """
        titles = ("", folded(session.title)) if session.is_alone else (folded(session.title),)
        return [known for known, title in self._claims.get(session.source_id, []) if title in titles]

    def perhaps_claiming(self, session: SessionIdentity) -> list[Known]:
        """Returns the records that list the session or another one of the same id, without saying which."""
        claims = self._claims.get(session.source_id, [])
        return [] if session.is_alone else [known for known, title in claims if not title]

    def find(self, reference: Reference, session: SessionIdentity) -> FoundRecord:
        """Returns the record that the reference of a session means."""
        by_id = self._by_id.get(reference.source_id or "", [])
        if reference.name is None:
            return self._only(by_id or self._by_name.get(folded(reference.source_id), []), session)
        name = folded(reference.name)
        if both := self._by_both.get((reference.source_id or "", name)):
            return self._first(both, session)
        if by_name := self._by_name.get(name):
            return self._of_that_name(by_name, reference, session)
        return FoundRecord(None, self._other(reference, by_id), may_be_new=True)

    def missing(self, sessions: Container[str]) -> Iterator[tuple[Known, list[str]]]:
        """Yields the records that list sessions which are not among these, with the ids of those sessions."""
        for same in self._by_id.values():
            for known in same:
                if missing := [one.source_id for one in _listed(known) if one.source_id not in sessions]:
                    yield known, missing

    def _first(self, same: list[Known], session: SessionIdentity) -> FoundRecord:
        """Chooses among records with the id and the name that the session gives: the one that lists the session, or the
        first.
        """
        if one := self._one_of(same, session):
            return FoundRecord(one, "")
        return FoundRecord(same[0], f"{self._noun} {shown(same[0].name)} is {len(same)} records; the first is taken")

    def _of_that_name(self, same: list[Known], reference: Reference, session: SessionIdentity) -> FoundRecord:
        """Chooses among records with the name that the session gives; None of several unless one lists the session."""
        by_id = self.named(reference.source_id or "")
        if one := self._one_of(same, session):
            alone = f"; {shown(reference.name)} is found by name"
            return FoundRecord(one, self._is_whom(reference, by_id) + alone if reference.source_id else "")
        several = f"{shown(reference.name)} is {len(same)} records; it is unclear which, and none is taken"
        start = self._is_whom(reference, by_id) + ", and" if reference.source_id else self._noun
        return FoundRecord(None, f"{start} {several}")

    def _only(self, same: list[Known], session: SessionIdentity) -> FoundRecord:
        """Chooses among records that an id alone names; none of several unless one lists the session."""
        if not same:
            return FoundRecord(None, "")
        if one := self._one_of(same, session):
            return FoundRecord(one, "")
        names = ", ".join(shown(known.name) for known in same[:5])
        is_several = f"{self._noun} {shown(same[0].source_id)} is {len(same)} records ({names})"
        return FoundRecord(None, f"{is_several}; it is unclear which, and none is taken")

    def _one_of(self, same: list[Known], session: SessionIdentity) -> Known | None:
        """Returns the only record, or the only one that lists the session."""
        keys = {known.key for known in self.claiming(session)}
        claiming = [known for known in same[:MOST_ALIKE] if known.key in keys]
        return same[0] if len(same) == 1 else claiming[0] if len(claiming) == 1 else None

    def _other(self, reference: Reference, by_id: list[Known]) -> str:
        if not by_id:
            return ""
        return (
            f"{self._noun} {shown(reference.source_id)} is {shown(by_id[0].name)} in the archive; "
            f"{shown(reference.name)}, as the session says, is taken as another"
        )

    def _is_whom(self, reference: Reference, by_id: list[Known]) -> str:
        """Says which record has the id that the session gives."""
        is_whom = f"is {shown(by_id[0].name)} in the archive" if by_id else "is not in the archive"
        return f"{self._noun} {shown(reference.source_id)} {is_whom}"


def reference_of(value: object) -> Reference:
    """Returns what a value of a session says about the record that it names."""
    if not isinstance(value, dict):
        return Reference(read_id(value), None, value)
    record = Record(value)
    name = record.value("name")
    return Reference(read_id(record.value("id")), read_line(name, 200)[0] if isinstance(name, str) else None, value)


def folded(name: str | None) -> str:
    """Returns a name in the form that is compared: case, width and spaces do not count."""
    return " ".join(unicodedata.normalize("NFKC", name or "").casefold().split())


def _listed(known: Known) -> Iterator[SessionIdentity]:
    """Yields the sessions that a speaker or a track lists."""
    value = known.record.value("sessions")
    for one in value if isinstance(value, list) else []:
        record = Record(one) if isinstance(one, dict) else Record({"id": one})
        if source_id := read_id(record.value("id")):
            yield SessionIdentity(source_id, read_line(record.value("title", "name"), 200)[0] or "")


def told_otherwise(known: Known, reference: Reference, kind: Kind) -> list[str]:
    """Returns the fields in which a session's own copy of a record has content that the record does not have."""
    if not isinstance(reference.value, dict):
        return []
    listed, copy = known.record.content(), Record(reference.value).content()
    passed = WITHOUT_MEANING[kind] | _COPIES | {"id", "name"}
    return [
        name for name, value in copy.items() if name not in passed and has_content(value) and listed.get(name) != value
    ]


def several_sessions(values: Iterable[object]) -> frozenset[str]:
    """Returns the ids that more than one session of a list has; identical copies count once."""
    found: defaultdict[str, list[object]] = defaultdict(list)
    for value in values:
        given = {name: part for name, part in value.items() if name.lower() == "id"} if isinstance(value, dict) else {}
        same = found[read_id(Record(given).value("id")) or ""]
        if len(same) < 2 and value not in same:
            same.append(value)
    return frozenset(source_id for source_id, same in found.items() if source_id and len(same) > 1)
