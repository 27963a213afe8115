"""One record of an Open Event archive: finds values under the names of either dialect and notes every mend.

Called by formats/open_event_mapping.py and formats/open_event.py. Knows no kind of record.
"""

from collections.abc import Mapping
from datetime import tzinfo
from typing import TypeVar

from chalicelib.formats import open_event_text as text
from chalicelib.formats import open_event_values as values

_T = TypeVar("_T")


class Record:
    """The values of one record, whatever the spelling of their names, and what had to be mended to take them.

    Every reading method takes the names a value may have, best first; the first non-empty value counts, and a mend
    is noted under the first name. An absent or empty value is None (an empty text for HTML) without a mend.
    """

    def __init__(self, source: Mapping[str, object]) -> None:
        self.mends: list[str] = []
        self._values: dict[str, object] = {}
        for name, value in source.items():
            key = name.lower().replace("-", "_")
            if not is_blank(value):
                self._values.setdefault(key, value)

    def mend(self, sentence: str) -> None:
        """Note what was lost or guessed."""
        self.mends.append(sentence)

    def value(self, *names: str) -> object:
        """The value as it came, or None."""
        return next((self._values[name] for name in names if name in self._values), None)

    def part(self, name: str) -> "Record":
        """The object under a name as a record of its own; an empty one if there is none."""
        value = self.value(name)
        return Record(value if isinstance(value, dict) else {})

    def line(self, *names: str, limit: int) -> str | None:
        """One line of plain text."""
        value = self.value(*names)
        return None if value is None else self._noted(names, text.read_line(value, limit))

    def html(self, *names: str) -> str:
        """Sanitised HTML."""
        value = self.value(*names)
        return "" if value is None else self._noted(names, text.read_html(value))

    def url(self, *names: str, site: str = "") -> str | None:
        """A web address, or with `site` an account there."""
        value = self.value(*names)
        return None if value is None else self._noted(names, text.read_url(value, site))

    def email(self, *names: str) -> str | None:
        """An e-mail address."""
        value = self.value(*names)
        return None if value is None else self._noted(names, text.read_email(value))

    def number(self, *names: str, low: float, high: float) -> float | None:
        """A number within limits."""
        value = self.value(*names)
        return None if value is None else self._noted(names, values.read_number(value, low, high))

    def whole(self, *names: str, low: int, high: int) -> int | None:
        """A whole number within limits."""
        value = self.value(*names)
        return None if value is None else self._noted(names, values.read_whole(value, low, high))

    def moment(self, *names: str, zone: tzinfo) -> str | None:
        """A moment as RFC 3339 in UTC."""
        value = self.value(*names)
        return None if value is None else self._noted(names, values.read_moment(value, zone))

    def colour(self, *names: str) -> str | None:
        """A colour as #rrggbb."""
        value = self.value(*names)
        return None if value is None else self._noted(names, values.read_colour(value))

    def country(self, *names: str) -> str | None:
        """An ISO 3166-1 alpha-2 code."""
        value = self.value(*names)
        return None if value is None else self._noted(names, values.read_country(value))

    def not_kept(self, *names: str) -> None:
        """Note, in one mend, which of these hold something that Marquee has no field for."""
        lost = [name for name in names if has_content(self.value(name))]
        if lost:
            self.mend(f"not kept: {', '.join(lost)}")

    def _noted(self, names: tuple[str, ...], reading: tuple[_T, str]) -> _T:
        result, mend = reading
        if mend:
            self.mend(f"{names[0]} {mend}")
        return result


def is_blank(value: object) -> bool:
    """Whether a value says nothing: null, an empty or white text, an empty list, an object of such values."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, dict):
        return all(part is None or part in ("", [], {}) for part in value.values())
    return value is None or value == []


def has_content(value: object) -> bool:
    """Whether a person would miss the value: more than blanks, empty markup, false and zero."""
    return bool(text.read_html(value)[0]) if isinstance(value, str) else bool(value)
