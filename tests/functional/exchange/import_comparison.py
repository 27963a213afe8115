"""Compares an Open Event archive with what the API says after its import: record by record, field by field.

Written from the formats' descriptions alone: it shares no code and no table with the importer. Every difference needs
one of REASONS, else it is `unexplained`. A reason that loses data counts only if the record's line in the report
mentions it.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from html.parser import HTMLParser
from typing import Any

Record = dict[str, Any]
LISTS = ("tracks", "microlocations", "speakers", "sponsors", "sessions")

REASONS = {
    "spelling": "the same value, written otherwise: blanks, the moment in UTC, a colour's case, a state's or a country's "
    "code, an account's address",
    "markup": "the same text and links, without styles and other markup that is not taken",
    "told": "the record's line of the report names it",
    "server": "says something about the server that it comes from and nothing about the programme",
    "derived": "a smaller copy of a picture that is kept or told",
    "copy": "a copy of what another record says, and it says the same",
    "draft": "an imported event is a draft, whatever it was",
}
SERVER = {
    "id", "identifier", "version", "privacy", "placeholder_url", "is_sessions_speakers_enabled",
    "has_session_speakers", "font_color", "is_mail_sent", "is_featured", "featured",
}  # fmt: skip
DERIVED = {
    "icon_image_url", "small_image_url", "thumbnail_image_url", "large_image_url", "icon", "small", "thumbnail", "large",
}  # fmt: skip
COUNTRIES = {
    "albania": "AL", "australia": "AU", "bangladesh": "BD", "belgium": "BE", "brazil": "BR", "cambodia": "KH",
    "china": "CN", "colombia": "CO", "findland": "FI", "finland": "FI", "france": "FR", "germany": "DE",
    "hong kong": "HK", "hungary": "HU", "india": "IN", "indonesia": "ID", "japan": "JP", "malaysia": "MY",
    "nigeria": "NG", "norway": "NO", "pakistan": "PK", "philippines": "PH", "portugal": "PT", "romania": "RO", "russia": "RU",
    "singapore": "SG", "slovenia": "SI", "south korea": "KR", "spain": "ES", "sri lanka": "LK", "sweden": "SE",
    "taiwan": "TW", "the netherlands": "NL", "turkey": "TR", "ukraine": "UA", "united kingdom": "GB",
    "united states": "US", "usa": "US", "vietnam": "VN", "ireland": "IE", "denmark": "DK", "italy": "IT",
}  # fmt: skip
STATES = {"pending": "submitted"}


@dataclass
class Comparison:
    """The fields that were compared, and the results."""

    records: Counter[str] = field(default_factory=Counter)
    fields: int = 0
    equal: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    unexplained: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    """Sessions with a speaker whom the source does not name."""

    def note(self, where: str, outcome: str) -> None:
        """Counts one field as equal, explained by one of REASONS, or unexplained."""
        self.fields += 1
        if outcome == "equal":
            self.equal += 1
        elif outcome in REASONS:
            self.reasons[outcome] += 1
        else:
            self.unexplained.append(f"{where}: {outcome}")


def compare(
    source: dict[str, Any],
    event: Record,
    lists: dict[str, list[Record]],
    report: list[Record],
    *,
    fresh: dict[str, Record],
) -> Comparison:
    """Compares the files of an archive with the event, its lists (in the order of their ids) and the report. `fresh`
    has one record of each kind with only its required fields; fields without a source must have the values of these.
    """
    found = Comparison()
    lines = {kind: [line for line in report if line["kind"] == kind] for kind in ("events", *LISTS)}
    told_of = {item["id"]: line["reason"] for kind in LISTS for item, line in _in_order(lists[kind], lines[kind])}
    told_of[event["id"]] = lines["events"][0]["reason"]
    _compare_record(found, "events", source["event"], event, told_of=told_of, lists={}, fresh=fresh["events"])
    for kind in LISTS:
        taken = [pair for pair in zip(source[kind], lines[kind], strict=False) if pair[1]["outcome"] != "refused"]
        refused = [line for line in lines[kind][: len(source[kind])] if line["outcome"] == "refused"]
        for line in refused:
            found.note(f"{kind} {line['source_id']}", "told" if line["reason"] else "lost without a reason")
        adopted = [line for line in lines[kind][len(source[kind]) :] if line["outcome"] != "refused"]
        if len(taken) + len(adopted) != len(lists[kind]):
            found.unexplained.append(f"{kind}: {len(taken)} + {len(adopted)} records, {len(lists[kind])} in the API")
        for (record, _), item in zip(taken, lists[kind], strict=False):
            _compare_record(found, kind, record, item, told_of=told_of, lists=lists, fresh=fresh[kind])
    _look_for_strangers(found, source["sessions"], lines["sessions"], lists)
    return found


def _in_order(items: list[Record], lines: list[Record]) -> Iterator[tuple[Record, Record]]:
    """Yields each item of a list with its report line: both are in the order in which the records were read."""
    return zip(items, [line for line in lines if line["outcome"] != "refused"], strict=False)


def _compare_record(
    found: Comparison,
    kind: str,
    record: Record,
    item: Record,
    *,
    told_of: dict[str, str],
    lists: dict[str, list[Record]],
    fresh: Record,
) -> None:
    """Compares every field of the source with ours, then the copies of other records in it, then our fields without a
    source.
    """
    found.records[kind] += 1
    told = told_of[item["id"]]
    claimed = _compare_fields(found, kind, record, item, told=told, lists=lists)
    copies = [("tracks", record.get("track"), item.get("track_id"))]
    copies += [("microlocations", record.get("microlocation"), item.get("microlocation_id"))]
    copies += [
        ("speakers", *pair) for pair in zip(record.get("speakers") or [], item.get("speaker_ids", []), strict=False)
    ]
    for other, copy, id_ in copies:
        if isinstance(copy, dict) and id_:
            meant = next(item for item in lists[other] if item["id"] == id_)
            _compare_fields(found, other, copy, meant, told=f"{told}; {told_of[id_]}", lists=lists)
    ours = {"id", "created_at", "updated_at", "slug", "state", "timezone"}
    ours |= {name for name, value in fresh.items() if item.get(name) == value}
    for name, value in item.items():
        is_claimed = name in claimed or any(target.startswith(f"{name}.") for target in claimed)
        if not is_claimed and name not in ours and not _is_blank(value) and not _is_blank(_values(value)):
            found.note(f"{kind} {record.get('id')} {name}", f"has {value!r}, which the source does not say")


def _compare_fields(
    found: Comparison, kind: str, record: Record, item: Record, *, told: str, lists: dict[str, list[Record]]
) -> set[str]:
    """Compares the source's fields and returns the names of our fields that they map to."""
    claimed = set()
    for name, value in record.items():
        key = name.lower().replace("-", "_")
        rule = RULES[kind].get(key)
        claimed |= {rule[0]} if rule else set()
        if not _is_blank(value):
            outcome = rule[1](value, _at(item, rule[0]), lists) if rule else _without_a_field(key, value, record)
            found.note(f"{kind} {record.get('id')} {key}", _explained(outcome, key, told))
    return claimed


def _explained(outcome: str, key: str, told: str) -> str:
    """Returns the outcome. A loss counts as explained only when the record's report line mentions it."""
    if outcome in REASONS or outcome == "equal":
        return outcome
    is_time = key in ("starts_at", "ends_at", "start_time", "end_time")
    names = {key} | ({"starts_at", "ends_at", "its times", "its end"} if is_time else set())
    return "told" if any(re.search(rf"\b{re.escape(name)}\b", told) for name in names) else outcome


def _without_a_field(key: str, value: Any, record: Record) -> str:
    if key in SERVER and not (key in ("is_featured", "featured") and value):
        return "server"
    if key in DERIVED and any(
        one in _keys(record) for one in ("photo", "photo_url", "original_image_url", "background_image")
    ):
        return "derived"
    if key == "state":
        return "draft"
    return f"{str(value)[:60]!r} has no field"


def _look_for_strangers(
    found: Comparison, sessions: list[Record], lines: list[Record], lists: dict[str, list[Record]]
) -> None:
    names = {speaker["id"]: _folded(speaker["name"]) for speaker in lists["speakers"]}
    taken = [record for record, line in zip(sessions, lines, strict=False) if line["outcome"] != "refused"]
    for record, item in zip(taken, lists["sessions"], strict=True):
        named = {_folded(one["name"]) for one in record.get("speakers") or []}
        found.strangers += [f"{record['id']} {item['title']}" for id_ in item["speaker_ids"] if names[id_] not in named]


# --- Comparisons of a source's value with ours: return "equal", one of REASONS, or the problem


def _text(value: Any, ours: Any, _: Any) -> str:
    if value == ours:
        return "equal"
    return "spelling" if " ".join(str(value).split()) == ours else f"{value!r} is {ours!r}"


def _html(value: Any, ours: Any, _: Any) -> str:
    if value == ours:
        return "equal"
    if not Text.of(value):
        return "equal" if not ours else f"is {ours!r}"
    same = Text.of(value) == Text.of(ours or "") and Text.links(value) == Text.links(ours or "")
    return "markup" if same else f"{Text.of(value)[:80]!r} is {Text.of(ours or '')[:80]!r}"


def _moment(value: Any, ours: Any, _: Any) -> str:
    same = ours is not None and _instant(value) == _instant(ours)
    return "equal" if value == ours else "spelling" if same else f"{value!r} is {ours!r}"


def _instant(text: str) -> float:
    """Returns Unix seconds; 24:00 is the end of the day."""
    ends_a_day = "T24:00" in text
    return datetime.fromisoformat(text.replace("T24:00", "T00:00")).timestamp() + 86_400 * ends_a_day


def _country(value: Any, ours: Any, _: Any) -> str:
    same = ours is not None and COUNTRIES.get(value.strip().lower()) == ours
    return "equal" if value == ours else "spelling" if same else f"{value!r} is {ours!r}"


def _colour(value: Any, ours: Any, _: Any) -> str:
    return "equal" if value == ours else "spelling" if value.lower() == ours else f"{value!r} is {ours!r}"


def _state(value: Any, ours: Any, _: Any) -> str:
    return "equal" if value == ours else "spelling" if STATES.get(value) == ours else f"{value!r} is {ours!r}"


def _number(value: Any, ours: Any, _: Any) -> str:
    return "equal" if value == ours else f"{value!r} is {ours!r}"


def _link(value: Any, ours: Any, _: Any) -> str:
    return "equal" if value.strip() in (ours or []) else f"{value!r} is not among {ours!r}"


def _named_as(kind: str) -> Callable[[Any, Any, dict[str, list[Record]]], str]:
    """Returns a comparison of the record that a session references with the name that the session gives."""

    def compared(value: Any, ours: Any, lists: dict[str, list[Record]]) -> str:
        meant = [item["name"] for item in lists[kind] if item["id"] == ours]
        same = [_folded(name) for name in meant] == [_folded(value["name"])]
        return "copy" if same else f"{value!r} is {meant!r}"

    return compared


def _speakers(value: Any, ours: Any, lists: dict[str, list[Record]]) -> str:
    names = {item["id"]: item["name"] for item in lists["speakers"]}
    meant, named = [names[id_] for id_ in ours], [one["name"] for one in value]
    return "copy" if list(map(_folded, meant)) == list(map(_folded, named)) else f"{named!r} are {meant!r}"


def _back(value: Any, _: Any, lists: dict[str, list[Record]]) -> str:
    """Checks that the sessions listed by a speaker or a track exist; they have the reference in our data."""
    titles = {_folded(item["title"]) for item in lists["sessions"]}
    lost = [one["id"] for one in value if _folded(one["title"]) not in titles]
    return "copy" if not lost else f"sessions {lost} are not there"


Rule = tuple[str, Callable[[Any, Any, Any], str]]
RULES: dict[str, dict[str, Rule]] = {
    "events": {
        "name": ("name", _text), "description": ("description", _html), "email": ("contact_email", _text),
        "starts_at": ("starts_at", _moment), "ends_at": ("ends_at", _moment), "start_time": ("starts_at", _moment),
        "end_time": ("ends_at", _moment), "timezone": ("timezone", _text), "logo_url": ("logo_url", _text),
        "logo": ("logo_url", _text), "event_url": ("website_url", _text), "external_event_url": ("website_url", _text), "location_name": ("venue.name", _text),
        "searchable_location_name": ("venue.city", _text), "latitude": ("venue.latitude", _number),
        "longitude": ("venue.longitude", _number),
    },
    "tracks": {
        "name": ("name", _text), "color": ("color", _colour), "description": ("description", _html),
        "sessions": ("", _back),
    },
    "microlocations": {
        "name": ("name", _text), "floor": ("floor", _number), "latitude": ("latitude", _number),
        "longitude": ("longitude", _number),
    },
    "speakers": {
        "name": ("name", _text), "email": ("email", _text), "photo_url": ("photo_url", _text),
        "photo": ("photo_url", _text), "short_biography": ("short_biography", _html),
        "long_biography": ("long_biography", _html), "organisation": ("organisation", _text),
        "position": ("position", _text), "country": ("country", _country), "sessions": ("", _back),
        **dict.fromkeys(("website", "twitter", "github", "linkedin", "facebook"), ("links", _link)),
    },
    "sponsors": {
        "name": ("name", _text), "type": ("level", _text), "level": ("level", _text), "url": ("url", _text), "logo_url": ("logo_url", _text),
        "description": ("description", _html),
    },
    "sessions": {
        "title": ("title", _text), "subtitle": ("subtitle", _text), "short_abstract": ("short_abstract", _html),
        "long_abstract": ("long_abstract", _html), "language": ("language", _text), "level": ("level", _text),
        "state": ("state", _state), "starts_at": ("starts_at", _moment), "ends_at": ("ends_at", _moment),
        "start_time": ("starts_at", _moment), "end_time": ("ends_at", _moment), "slides_url": ("slides_url", _text),
        "slides": ("slides_url", _text), "video_url": ("video_url", _text), "video": ("video_url", _text),
        "track": ("track_id", _named_as("tracks")), "microlocation": ("microlocation_id", _named_as("microlocations")),
        "speakers": ("speaker_ids", _speakers),
    },
}  # fmt: skip


class Text(HTMLParser):
    """The visible text of some HTML, and the targets of its links."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hrefs: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style")
        self.parts.append(" ")
        self.hrefs += [unescape(value) for name, value in attrs if tag == "a" and name == "href" and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")
        self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        self.parts += [] if self._silent > 0 else [data]

    @classmethod
    def _read(cls, html: str) -> "Text":
        reader = cls()
        reader.feed(html)
        reader.close()
        return reader

    @classmethod
    def of(cls, html: str) -> str:
        """Returns the text without blanks and invisible characters."""
        shown = "".join(c for c in "".join(cls._read(html).parts) if unicodedata.category(c) not in ("Cf", "Cc"))
        return re.sub(r"\s+", "", unicodedata.normalize("NFC", shown))

    @classmethod
    def links(cls, html: str) -> list[str]:
        """Returns the targets of links that a browser follows."""
        return [href for href in cls._read(html).hrefs if re.match(r"(https?|mailto):", href)]


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _keys(record: Record) -> set[str]:
    return {name.lower().replace("-", "_") for name, value in record.items() if not _is_blank(value)}


def _is_blank(value: Any) -> bool:
    return value in (None, "", [], {}) or (isinstance(value, str) and not value.strip())


def _values(value: Any) -> Any:
    """Returns the values of an object that are not blank; anything else unchanged."""
    return [one for one in value.values() if not _is_blank(one)] if isinstance(value, dict) else value


def _at(item: Record, path: str) -> Any:
    value: Any = item
    for name in path.split(".") if path else ():
        value = value[name]
    return value


def report_of(name: str, found: Comparison) -> Iterator[str]:
    """Yields the figures as lines to print."""
    yield f"{name}: {sum(found.records.values())} records ({', '.join(f'{n} {kind}' for kind, n in found.records.items())})"
    yield f"  {found.fields} fields compared, {found.equal} equal, {found.fields - found.equal} different:"
    yield from (f"  {count:6} {reason}: {REASONS[reason]}" for reason, count in found.reasons.most_common())
    yield f"  {len(found.unexplained):6} unexplained; {len(found.strangers)} sessions under somebody not named"
