"""Finds the speakers, track and room that the sessions of an Open Event archive name, as keys of the programme.

Notes what was unclear as a mend of the session. Called by exchange/open_event/reader.py, which takes the records that
only a session holds.
"""

from collections.abc import Callable, Mapping

from chalicelib.core.kinds import Kind
from chalicelib.exchange.open_event.record import Record, is_blank, listed
from chalicelib.exchange.open_event.references import (
    NAMES,
    Known,
    Reference,
    References,
    SessionIdentity,
    reference_of,
    told_otherwise,
)
from chalicelib.exchange.open_event.text import shown
from chalicelib.exchange.open_event.values import read_id

MAX_SPEAKERS = 50
"""Speakers of one session."""
Adopt = Callable[[Kind, Reference, SessionIdentity], Known | None]
"""Takes a record that only a session holds, if it can be taken."""


class SessionLinks:
    """Finds the records that sessions refer to."""

    def __init__(self, known: Mapping[Kind, References], adopt: Adopt) -> None:
        self._known = known
        self._adopt = adopt
        self._otherwise: dict[Kind, dict[str, None]] = {}

    def of(self, record: Record, session: SessionIdentity) -> dict[str, object]:
        """Returns the fields of a session that refer to other records."""
        self._otherwise = {}
        fields: dict[str, object] = {
            "track_id": self._one(record, Kind.TRACKS, session),
            "microlocation_id": self._one(record, Kind.MICROLOCATIONS, session),
            "speaker_ids": self._speakers(record, session),
        }
        for kind, names in self._otherwise.items():
            record.mend(f"not kept of its {kind.value}, whose own records count: {listed(list(names))}")
        return fields

    def _one(self, record: Record, kind: Kind, session: SessionIdentity) -> str | None:
        """Returns the key of the one record of a kind that a session names. Notes a mend when it is not in the archive
        or unclear.
        """
        noun = NAMES[kind]
        by_value, by_id = record.value(noun), record.value(f"{noun}_id")
        claiming = self._known[kind].claiming(session)
        perhaps = self._known[kind].perhaps_claiming(session)
        if by_value is None and by_id is None:
            _report_unclear(record, noun, perhaps, session)
            if len(claiming) == 1:
                record.mend(f"names no {noun}; {shown(claiming[0].name)}, which lists it, is taken")
                return claiming[0].key
            return None
        unknown: list[str] = []
        found = self._resolve(record, kind, by_id if by_value is None else by_value, session, unknown)
        if unknown:
            record.mend(f"{noun} {unknown[0]} is not in the archive and is left out")
        if by_value is not None and by_id is not None and read_id(by_id) != (found and found.source_id):
            record.mend(f"not kept: {noun}_id {shown(by_id)}")
        _report_unclear(record, noun, [known for known in perhaps if known is not found], session)
        if others := [shown(known.name) for known in claiming if known is not found]:
            record.mend(f"{noun} {', '.join(others)} lists it too")
        return found.key if found else None

    def _speakers(self, record: Record, session: SessionIdentity) -> list[str]:
        """Returns the keys of a session's speakers, each once."""
        value = record.value("speakers", "speaker_ids")
        given = [one for one in (value if isinstance(value, list) else [value]) if not is_blank(one)]
        claiming = self._known[Kind.SPEAKERS].claiming(session)
        unknown: list[str] = []
        found = [known for one in given if (known := self._resolve(record, Kind.SPEAKERS, one, session, unknown))]
        if unknown:
            more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
            record.mend(f"speaker {', '.join(unknown[:5])}{more} is not in the archive and is left out")
        perhaps = self._known[Kind.SPEAKERS].perhaps_claiming(session)
        _report_unclear(record, "speaker", [known for known in perhaps if known not in found], session)
        if others := [known for known in claiming if known not in found]:
            names = ", ".join(shown(known.name) for known in others)
            if given:
                record.mend(f"speaker {names} lists it, which does not name them, and is left out")
            else:
                record.mend(f"names no speakers; those who list it are taken: {names}")
                found = others
        keys = list(dict.fromkeys(known.key for known in found))
        if len(keys) > MAX_SPEAKERS:
            record.mend(f"had {len(keys)} speakers; the first {MAX_SPEAKERS} are kept")
        return keys[:MAX_SPEAKERS]

    def _resolve(
        self, record: Record, kind: Kind, value: object, session: SessionIdentity, unknown: list[str]
    ) -> Known | None:
        """Returns the record that a session names, and takes it from the session if only the session holds it. Adds a
        name that cannot be found to `unknown`.
        """
        reference = reference_of(value)
        known, doubt, may_be_new = self._known[kind].find(reference, session)
        if doubt:
            record.mend(doubt)
        if known is None:
            known = self._adopt(kind, reference, session) if may_be_new else None
            if known is None and not doubt:
                unknown.append(_shown(value))
        elif otherwise := told_otherwise(known, reference, kind):
            self._otherwise.setdefault(kind, {}).update(dict.fromkeys(otherwise))
        return known


def _report_unclear(record: Record, noun: str, perhaps: list[Known], session: SessionIdentity) -> None:
    """Notes which records list an id that several sessions have, without the title of one."""
    if names := ", ".join(shown(known.name) for known in perhaps):
        several = f"session {shown(session.source_id)}, which is several"
        record.mend(f"{noun} {names} lists {several}; it is unclear which, and none is taken")


def _shown(value: object) -> str:
    """Returns a reference for a sentence of the report: its id, else its name."""
    return shown(Record(value).value("id", "name") if isinstance(value, dict) else value)
