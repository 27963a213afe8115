"""One record of an Open Event archive: finds values under the names of either dialect and notes every mend.

Called by mapping.py, reader.py, links.py and references.py. Knows no kind of record.
"""

import json
import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, tzinfo
from typing import TypeVar

from chalicelib.exchange.open_event import text, values
from chalicelib.exchange.open_event.decoded_twice import mend as mend_text

MAX_NAMED = 50
"""Names of fields that one line of the report lists at most."""
_MAX_KEY = 60
_FIELDS = frozenset(
    re.findall(
        r"\w+",
        "id name organizer_name organizer_description code_of_conduct social_links ticket_url event_copyright "
        "copyright licence_details speakers_call call_for_papers schedule_published_on type topic sub_topic "
        "original_image_url large_image_url thumbnail_image_url background_image large thumbnail event_url website_url "
        "external_event_url owner_name owner_description room location font_color track_image_url audio_url audio "
        "signup_url comments session_type submitted_at is_featured featured city gender heard_from mobile phone "
        "speaking_experience sponsorship_required icon_image_url small_image_url icon small photo photo_url logo "
        "logo_url searchable_location_name location_name",
    )
)
"""Fields of Open Event that may be left over. The report spells them in one way, and other fields as the archive does.
"""
_EMPTY_MARKUP = re.compile(r"</?(?:p|br|div|span)\b[^<>]*>|&nbsp;|\s", re.IGNORECASE)
_MAX_NESTING = 12  # of values in which text that was decoded twice is looked for
_LONGEST_WORD = 100
_T = TypeVar("_T")


class Record:
    """The values of one record, whatever the spelling of their names, and what had to be mended to take them.

    Every reading method takes the names a value may have, best first. The first value that is not empty counts; a mend
    is noted under the first name. An absent or empty value is None (an empty text for HTML) without a mend.
    `note_what_is_left` lists what was not read, and values that another one was preferred to.
    """

    def __init__(self, source: Mapping[str, object]) -> None:
        self.mends: list[str] = []
        self._values: dict[str, object] = {}
        self._spelled: dict[str, str] = {}
        self._read: set[str] = set()
        self._lost: dict[str, object] = {}
        for name, given in source.items():
            if not is_blank(given):
                self._take(name, given)

    def _take(self, name: str, given: object) -> None:
        key = name.lower().replace("-", "_")
        name = key if key in _FIELDS else name
        value, done = _mended(given)
        self.mends.extend(f"{key} {sentence}" for what, sentence in _DONE.items() if what in done)
        if self._values.setdefault(key, value) is value:
            self._spelled[key] = name
        elif self._values[key] != value:
            self._lost[name] = None

    def mend(self, sentence: str) -> None:
        """Notes what was lost or guessed."""
        self.mends.append(sentence)

    def value(self, *names: str) -> object:
        """Returns the value as it is in the archive, or None."""
        present = [name for name in names if name in self._values]
        self._read.update(present)
        if not present:
            return None
        chosen = self._values[present[0]]
        self._lost |= {self._spelled[name]: None for name in present[1:] if self._values[name] != chosen}
        return chosen

    def content(self) -> dict[str, object]:
        """Returns all values that are not blank, by their names in the dialect of 2018."""
        return dict(self._values)

    def spelled_out(self) -> str:
        """Returns a text that is the same for records with the same values, whatever their ids."""
        return json.dumps({name: value for name, value in self._values.items() if name != "id"}, sort_keys=True)

    def pass_over(self, names: Collection[str]) -> None:
        """Marks fields as read without a mend: they say nothing about a programme."""
        self._read.update(names)

    def note_what_is_left(self) -> None:
        """Notes, in one mend, every field with content that was not read."""
        unread = [name for name in self._values if name not in self._read and has_content(self._values[name])]
        if lost := sorted(self._lost | {self._spelled[key]: key for key in unread}):
            self.mend(f"not kept: {listed(lost, shown=self._named)}")

    def _named(self, name: str) -> str:
        """Returns a field's name for the report; with the name of its value, if the value is an object with a name."""
        value = self._values.get(name.lower().replace("-", "_"))
        called = value.get("name") if isinstance(value, dict) else None
        return shortened(name) + (f" {text.shown(called)}" if called and isinstance(called, str) else "")

    def part(self, name: str) -> "Record":
        """Returns the object under a name as a record of its own; an empty record if there is none."""
        part = self._values.get(name)
        if not isinstance(part, dict):
            return Record({})
        self._read.add(name)
        return Record(part)

    def line(self, *names: str, limit: int) -> str | None:
        """Reads one line of plain text."""
        value = self.value(*names)
        return None if value is None else self._noted(names, text.read_line(value, limit))

    def html(self, *names: str) -> str:
        """Reads HTML and sanitises it."""
        value = self.value(*names)
        return "" if value is None else self._noted(names, text.read_html(value))

    def url(self, *names: str, site: str = "") -> str | None:
        """Reads a web address, or with `site` the name of an account there."""
        value = self.value(*names)
        return None if value is None else self._noted(names, text.read_url(value, site))

    def email(self, *names: str) -> str | None:
        """Reads an e-mail address."""
        value = self.value(*names)
        return None if value is None else self._noted(names, text.read_email(value))

    def number(self, *names: str, low: float, high: float) -> float | None:
        """Reads a number from `low` to `high`."""
        value = self.value(*names)
        return None if value is None else self._noted(names, values.read_number(value, low, high))

    def whole(self, *names: str, low: int, high: int) -> int | None:
        """Reads a whole number from `low` to `high`."""
        value = self.value(*names)
        return None if value is None else self._noted(names, values.read_whole(value, low, high))

    def moment(self, *names: str, zone: tzinfo) -> datetime | None:
        """Reads a moment, with the offset that it is written in; without one, in `zone`."""
        value = self.value(*names)
        return None if value is None else self._noted(names, values.read_moment(value, zone))

    def colour(self, *names: str) -> str | None:
        """Reads a colour as #rrggbb."""
        value = self.value(*names)
        return None if value is None else self._noted(names, values.read_colour(value))

    def country(self, *names: str) -> str | None:
        """Reads a country as ISO 3166-1 alpha-2 code."""
        value = self.value(*names)
        return None if value is None else self._noted(names, values.read_country(value))

    def _noted(self, names: tuple[str, ...], reading: tuple[_T, str]) -> _T:
        result, mend = reading
        if mend:
            self.mend(f"{names[0]} {mend}")
        return result


def is_blank(value: object) -> bool:
    """Whether a value says nothing: null, an empty text or spaces, an empty list, an object of such values."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, dict):
        return all(part is None or part in ("", [], {}) for part in value.values())
    return value is None or value == []


def has_content(value: object) -> bool:
    """Whether a value has content: more than blanks and empty markup."""
    return bool(_EMPTY_MARKUP.sub("", value)) if isinstance(value, str) else not is_blank(value)


def shortened(name: str) -> str:
    """Returns the name of a field for a sentence of the report."""
    return text.read_line(name, _MAX_KEY)[0] or "(a field without a name)"


def listed(names: list[str], *, shown: Callable[[str], str] = str) -> str:
    """Returns names for a sentence of the report; of very many the first ones and how many more."""
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return ", ".join(map(shown, names[:MAX_NAMED])) + more


_DONE = {
    "cut": f"was longer than {text.MAX_RAW} characters and was cut",
    "mended": "was decoded twice and is mended",
    "left": "seems to have been decoded twice or damaged, and is left as it is",
}


def _cut(value: str) -> str:
    """Returns the start of a text that is too long, up to the end of a word: half a character would prevent mending."""
    return value[: text.MAX_RAW - _LONGEST_WORD] + value[text.MAX_RAW - _LONGEST_WORD : text.MAX_RAW].rpartition(" ")[0]


def _mended(value: object, depth: int = 0) -> tuple[object, set[str]]:
    """Returns the value with all texts as before they were decoded twice, and what was done (keys of _DONE)."""
    if isinstance(value, str):
        whole = value if len(value) <= text.MAX_RAW else _cut(value)
        found, done = mend_text(whole)
        return found, {done, "" if whole is value else "cut"} - {""}
    if depth > _MAX_NESTING or not isinstance(value, dict | list):
        return value, set()
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    made = {name: _mended(part, depth + 1) for name, part in parts}
    done_in_it = set().union(*(done for _, done in made.values()))
    if isinstance(value, dict):
        return {name: part for name, (part, _) in made.items()}, done_in_it
    return [part for part, _ in made.values()], done_in_it
