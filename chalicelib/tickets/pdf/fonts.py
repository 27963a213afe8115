"""Chooses the font for each part of a ticket's text. Used by tickets/pdf/draw.py, which knows where the font files are.

Noto Sans has Latin, Greek, Cyrillic and Devanagari letters. Chinese, Japanese and Korean use the fonts that PDF readers
bring for them (ISO 32000-1, 9.7.5.2). Letters of all other scripts are transliterated to Latin, so that no name becomes
a row of boxes. Combining marks of Devanagari are placed one after the other, since nothing here shapes text.
"""

import unicodedata
from collections.abc import Container, Iterator
from typing import NamedTuple

TEXT = "Noto Sans"
JAPANESE = "HeiseiKakuGo-W5"
CHINESE = "STSong-Light"
KOREAN = "HYSMyeongJo-Medium"
READER_FONTS = (JAPANESE, CHINESE, KOREAN)
_KANA = ((0x3040, 0x30FF), (0x31F0, 0x31FF), (0xFF66, 0xFF9D))
_HANGUL = ((0x1100, 0x11FF), (0x3130, 0x318F), (0xAC00, 0xD7A3))
_HAN = ((0x2E80, 0x2FDF), (0x3000, 0x303F), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0xFF00, 0xFFEF))


class Run(NamedTuple):
    """Text in one font."""

    font: str
    text: str


def runs_of(text: str, *, known: Container[int]) -> list[Run]:
    """Returns the text in pieces with one font each. `known` are the code points that TEXT has."""
    line = unicodedata.normalize("NFC", " ".join(text.split()))
    if all(ord(character) in known for character in line):
        return [Run(TEXT, line)]
    runs: list[Run] = []
    for font, piece in _pieces(line, known):
        if runs and (runs[-1].font == font or piece == " "):
            runs[-1] = Run(runs[-1].font, runs[-1].text + piece)
        else:
            runs.append(Run(font, piece))
    return runs


def _pieces(line: str, known: Container[int]) -> Iterator[tuple[str, str]]:
    eastern = _eastern_font(line)
    for character in line:
        if ord(character) in known:
            yield TEXT, character
        elif _within(character, *_KANA, *_HANGUL, *_HAN):
            yield eastern, character
        else:
            yield TEXT, _as_latin(character)


def _eastern_font(text: str) -> str:
    """Returns the font for Han characters: Japanese with kana in the text, Korean with hangul, otherwise Chinese."""
    if any(_within(character, *_KANA) for character in text):
        return JAPANESE
    return KOREAN if any(_within(character, *_HANGUL) for character in text) else CHINESE


def _as_latin(character: str) -> str:
    from anyascii import anyascii

    return str(anyascii(character))


def _within(character: str, *ranges: tuple[int, int]) -> bool:
    return any(first <= ord(character) <= last for first, last in ranges)
