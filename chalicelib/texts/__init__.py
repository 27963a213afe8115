"""The texts of notifications and mails, in every language. Pure; the texts are in en.py and de.py.

A text has `{variables}`. A text with a count is a choice of plural forms
(cldr.unicode.org/index/cldr-spec/plural-rules: English and German need only `one` and `other`). A test checks that all
languages have the same texts with the same variables.
"""

from collections.abc import Mapping
from datetime import datetime

from chalicelib.core import money
from chalicelib.texts import de, en
from chalicelib.texts.fill import fill

Text = str | Mapping[str, str]

DEFAULT = "en"
CATALOGUES: Mapping[str, Mapping[str, Text]] = {"en": en.TEXTS, "de": de.TEXTS}
LANGUAGES = tuple(CATALOGUES)
_MONTHS = {"en": en.MONTHS, "de": de.MONTHS}
_SEPARATORS = {"en": str.maketrans({}), "de": str.maketrans(",.", ".,")}


def say(language: str, name: str, values: Mapping[str, str] | None = None, *, count: int | None = None) -> str:
    """Returns a text in a language. `count` chooses the plural form and fills `{count}`. Raises MissingVariable."""
    text = _texts(language)[name]
    given = dict(values or {})
    if count is not None:
        given["count"] = str(count)
    if not isinstance(text, str):
        text = text["one" if count == 1 else "other"]
    return fill(text, given)


def has(name: str) -> bool:
    """Whether there is a text with this name."""
    return name in CATALOGUES[DEFAULT]


def sum_of_money(language: str, amount: int, currency: str) -> str:
    """Returns minor units as people write them: 1,234.50 EUR in English, 1.234,50 EUR in German."""
    return money.display(amount, currency).translate(_SEPARATORS.get(language, _SEPARATORS[DEFAULT]))


def date_and_time(language: str, at: datetime) -> str:
    """Returns a moment in its own time zone: 01 March 2030, 09:05 UTC; in German 1. März 2030, 09:05 UTC."""
    months = _MONTHS.get(language, _MONTHS[DEFAULT])
    day = f"{at.day}." if language == "de" else f"{at.day:02d}"
    return f"{day} {months[at.month - 1]} {at.year}, {at:%H:%M %Z}"


def spoken(accept_language: str | None) -> str:
    """Returns the language that Accept-Language prefers among LANGUAGES (RFC 9110 section 12.5.4), or DEFAULT."""
    wanted: list[tuple[float, int, str]] = []
    for place, part in enumerate((accept_language or "")[:200].split(",")):
        tag, _, quality = part.strip().partition(";")
        language = tag.strip().lower().partition("-")[0]
        if language in CATALOGUES:
            wanted.append((-_quality(quality), place, language))
    return min(wanted)[2] if wanted and min(wanted)[0] < 0 else DEFAULT


def _quality(text: str) -> float:
    try:
        return float(text.strip().removeprefix("q=")) if text.strip() else 1.0
    except ValueError:
        return 0.0


def _texts(language: str) -> Mapping[str, Text]:
    return CATALOGUES.get(language, CATALOGUES[DEFAULT])
