"""Text types of the wire structs, and the rules for text that users send.

HTML fields are sanitised when written, so that stored representations can be sent as they are.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from chalicelib.core import names
from chalicelib.core.email_address import MOST, broken_rule

RULE = "rule"
"""Key in `extra` of a rule that is code: a function from the value to the broken rule in words, or None."""
_IN_WORDS: dict[str, str] = {}


def matching(pattern: str, words: str, *, max_length: int | None = None, description: str | None = None) -> Meta:
    """Returns a pattern for a text type, and registers `words` to show instead of the regular expression."""
    _IN_WORDS[pattern] = words
    return Meta(pattern=pattern, max_length=max_length, description=description)


def in_words(message: str) -> str:
    """Returns the registered words when msgspec's message names a pattern; any other message unchanged."""
    for pattern, words in _IN_WORDS.items():
        if message.endswith(f"matching regex {pattern!r}"):
            return words
    return message


Name = Annotated[str, Meta(min_length=1, max_length=200, extra={RULE: names.broken_rule})]
Title = Annotated[str, Meta(min_length=1, max_length=300, extra={RULE: names.broken_rule})]
Line = Annotated[str, Meta(max_length=500)]
MAX_HTML = 60_000
"""Characters of sanitised HTML. Checked after sanitising, which may lengthen a text (`&` becomes `&amp;`), so that what
is stored can always be read again.
"""
Html = Annotated[str, Meta(description="HTML, sanitised when written")]
Url = Annotated[
    str,
    matching(r"^https?://[^\s<>\"']{1,2000}\Z", "must be a web address, beginning with https://", max_length=2_000),
]
Email = Annotated[str, Meta(max_length=MOST, extra={RULE: broken_rule}, extra_json_schema={"format": "idn-email"})]
"""An address that mail may reach (core/email_address.py)."""
Slug = Annotated[
    str,
    matching(r"^[a-z0-9]+(-[a-z0-9]+)*\Z", "must have only letters a to z, digits and single hyphens", max_length=80),
]
Colour = Annotated[str, matching(r"^#[0-9a-fA-F]{6}\Z", "must be a colour like #1f6feb")]
Country = Annotated[
    str, matching(r"^[A-Z]{2}\Z", "must be a country's two capital letters", description="ISO 3166-1 alpha-2")
]
Id = Annotated[str, matching(r"^[0-7][0-9A-HJKMNP-TV-Z]{25}\Z", "must be an id", description="ULID")]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]

_ALLOWED_CONTROLS = "\t\n\r"
# Zero-width spaces and bidirectional overrides can make two names look alike or text read backwards. The joiners U+200C
# and U+200D are kept, because several scripts and emoji need them.
_INVISIBLE = dict.fromkeys([0x00AD, 0x200B, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_MOST_MARKS = 30
"""Marks on one letter (unicode.org/reports/tr15, Stream-Safe Text Format). No script uses more."""
_MARKS_OF_CLASS_0 = "\u0f73\u0f75\u0f81"  # combining class 0, but they decompose into marks


def clean(text: str) -> str:
    """Returns the text NFC-normalised, without invisible characters, and with at most 30 marks on a letter: sorting
    marks takes time in the square of their number. Raises ValueError for control characters.
    """
    if any(unicodedata.category(c) == "Cc" and c not in _ALLOWED_CONTROLS for c in text):
        raise ValueError("contains a control character")
    seen = text.translate(_INVISIBLE)
    return seen if seen.isascii() else unicodedata.normalize("NFC", "".join(_few_marks(seen)))


def _few_marks(text: str) -> Iterator[str]:
    """Yields the characters of a text, with at most `_MOST_MARKS` marks on one of them."""
    marks = 0
    for character in text:
        is_mark = unicodedata.combining(character) or character in _MARKS_OF_CLASS_0
        marks = marks + 1 if is_mark else 0
        if marks <= _MOST_MARKS:
            yield character


_PERHAPS_A_TAG = re.compile(r"<(?:/?[a-z][a-z0-9:-]*([\s/][^<>]*)?>|!--|[!?][^<>]*>)?", re.IGNORECASE)
_ALONE = re.compile(
    r"(?:\s|/|async|defer|hidden|disabled|checked|controls|loop|muted|open|required|reversed)*", re.IGNORECASE
)
"""What a tag may contain besides attributes that have a value."""


def with_text_escaped(html: str) -> str:
    """Returns the HTML with each `<` escaped that does not begin a tag: no `>` follows before the next `<`, or the text
    up to the `>` is words (`a<b or c>d`). A parser would read those words as attributes and drop them.
    """
    return _PERHAPS_A_TAG.sub(lambda match: match[0] if _is_tag(match) else "&lt;" + match[0][1:], html)


def _is_tag(match: re.Match[str]) -> bool:
    return len(match[0]) > 1 and (match[1] is None or "=" in match[1] or _ALONE.fullmatch(match[1]) is not None)


def sanitise(html: str) -> str:
    """Removes everything that could run, frame or track. Links open without referrer or opener."""
    import nh3

    return nh3.clean(
        with_text_escaped(html),
        tags={"a", "abbr", "b", "blockquote", "br", "code", "em", "h3", "h4", "hr", "i", "li", "ol", "p", "pre", "s"}
        | {"strong", "sub", "sup", "u", "ul"},
        attributes={"a": {"href", "title"}, "abbr": {"title"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )


def plain(html: str) -> str:
    """Returns the text without tags or entities; for titles that came as HTML."""
    import html as entities

    import nh3

    return entities.unescape(nh3.clean(html, tags=set())).strip()
