"""Repairs text that was decoded twice: UTF-8 that somebody read as Latin-1 or Windows-1252 (`KÃ¶ln` for `Köln`).

Called by exchange/open_event/record.py for every text of an archive. A text is repaired only as a whole: each of its
characters beyond ASCII must be a byte of UTF-8, so that decoding the result wrongly gives the same text again, and the
result must be something that people write. Knows nothing of records.
"""

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

_C1 = range(0x80, 0xA0)


def _wrong(byte: int) -> str:
    """Returns the character that a byte is read as: Windows-1252, and Latin-1 for the five bytes that it leaves open
    (encoding.spec.whatwg.org, index windows-1252).
    """
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


_BYTES = {_wrong(byte): byte for byte in range(0x80, 0x100)} | {chr(byte): byte for byte in _C1}


def _any_of(first: int, last: int) -> str:
    return "[" + "".join(re.escape(c) for c, byte in _BYTES.items() if first <= byte <= last) + "]"


_NEXT = _any_of(0x80, 0xBF)
_SEQUENCE = re.compile(
    f"{_any_of(0xC2, 0xDF)}{_NEXT}|{_any_of(0xE0, 0xEF)}{_NEXT}{{2}}|{_any_of(0xF0, 0xF4)}{_NEXT}{{3}}"
)
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_CLOSING = "‘’“”‹›«»–—…™®\u00a0"
"""Characters that may follow a capital letter in correct text: SMÅ”, CAFÉ’S."""
_INSIDE = "’–—…\u00a0"
"""Those of them that may have a letter on either side."""
_SCRIPTS = ("GREEK", "CYRILLIC", "ARMENIAN", "HEBREW", "ARABIC")
"""Scripts that two bytes are likely to mean, beside Latin letters; the others are Syriac, Thaana and N'Ko."""
_WORD = r"(?=[a-zß-öø-ÿ]|[^\W\d_]{2})"
"""The rest of a word: a small letter, or more than one letter. A single capital may be one of a list (`Ã–Õ`)."""
_CAPITAL = re.compile(rf"(?<!\w)Ã[…–]{_WORD}")
"""Å and Ö, decoded twice, at the start of a word: people write no dash or dots inside a word that begins with Ã."""
_TRACES = re.compile(
    "â€|Ã[^\\w\\s–]Â|ï¿½|\ufffd|ðŸ"
    "|(?<=[a-zß-öø-ÿ])Ã|Ã[ƒ‚¤¶¼Ÿ©¨«®±³º¡¢£ª¬\u00ad¯°²´µ¸¹½¾¿¥¦§]"
    rf"|(?<!\w)Ã[…–†‡‰ˆŠ‹ŒŽ„˜€•œ]{_WORD}|(?<!\w)Ã\s(?=\s?[a-z])"
    rf"|(?<=[a-zß-öø-ÿ])[ÄÅÆÇÈÉÐÑ]{_NEXT}|(?<!\w)Å\u00a0(?=[a-z])"
    r"|(?<=[a-z0-9])Â(?=[\s\u0080-\u00bf])"
)
_MOST_TIMES = 3


def mend(text: str) -> tuple[str, str]:
    """Returns the text as it was before it was decoded wrongly, and what was done: `mended`, `left` (it shows traces,
    and decoding it again would lose or invent something), or an empty text when nothing is wrong.
    """
    if text.isascii():
        return text, ""
    tries = [text]
    while len(tries) <= _MOST_TIMES and (again := _decoded_again(tries[-1])) is not None:
        tries.append(again)
    for found in reversed(tries[1:]):
        if _is_plausible(found):
            return (text, "left") if _TRACES.search(found) else (found, "mended")
    return text, "left" if _TRACES.search(text) else ""


def _decoded_again(text: str) -> str | None:
    """Returns the text decoded once more; None when it is not such a text as a whole, or may be correct as it is."""
    if not _SEQUENCE.search(text) or _BEYOND_ASCII.search(_SEQUENCE.sub("", text)) or _is_as_written(text):
        return None
    try:
        return _SEQUENCE.sub(lambda match: bytes(_BYTES[c] for c in match[0]).decode(), text)
    except UnicodeDecodeError:
        return None


def _is_as_written(text: str) -> bool:
    """Whether everything that could be decoded again may be correct as it is."""
    if not all(map(_reads_well, _SEQUENCE.finditer(text))):
        return False
    firsts = [match[0][0] for match in itertools.islice(_SEQUENCE.finditer(text), 2)]
    return len(firsts) == 1 or any(match[0][0] != "Ã" for match in _SEQUENCE.finditer(text))


def _reads_well(match: re.Match[str]) -> bool:
    """Whether the characters may be correct as they are: a capital letter and a mark that closes a word."""
    text, start, end = match.string, match.start(), match.end()
    capital, mark = match[0][0], match[0][1:]
    if (
        not capital.isupper()
        or mark not in _CLOSING
        or text[start - 1 : start].islower()
        or _CAPITAL.match(text, start)
    ):
        return False
    return mark in _INSIDE or not text[end : end + 1].isalpha()


def _is_plausible(text: str) -> bool:
    """Whether people write such a text: without rare scripts, and without a word in two scripts."""
    two_bytes = 0
    for (character, neighbours), times in Counter(_with_neighbours(text)).items():
        if not character.isalpha():
            if unicodedata.category(character) in ("Cc", "Cn", "Co", "Cs") or _is_stray(character, neighbours):
                return False
            continue
        script = unicodedata.name(character, "").partition(" ")[0]
        if script == "LATIN":
            if "\u0250" <= character <= "\u02af":  # phonetic signs
                return False
        elif any(neighbour.isascii() and neighbour.isalpha() for neighbour in neighbours):
            return False
        elif character < "\u0800":
            two_bytes += times
            if script not in _SCRIPTS:
                return False
    return two_bytes != 1


def _is_stray(character: str, neighbours: str) -> bool:
    """Whether a mark, digit or sign of another script has no character of a script beyond Latin beside it, or is of a
    rare script: `3×³` has no geresh after a digit, and `Spaß…` does not end in N'Ko.
    """
    if "\u0700" <= character <= "\u07ff":
        return True
    return "\u0370" <= character < "\u1e00" and not any(neighbour >= "\u0370" for neighbour in neighbours)


def _with_neighbours(text: str) -> Iterator[tuple[str, str]]:
    """Yields each character beyond ASCII, and the characters before and after it."""
    for match in _BEYOND_ASCII.finditer(text):
        yield match[0], text[max(0, match.start() - 1) : match.start()] + text[match.end() : match.end() + 1]
