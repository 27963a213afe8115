"""Text that was decoded twice is repaired when that loses nothing; ordinary text is not changed."""

import itertools
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.exchange.open_event.decoded_twice import mend

WRITTEN = (
    "Köln", "Gapševičius", "Zażółć gęślą jaźń", "Straße des 17. Juni", "It’s “fine” – ok…", "日本語 Köln", "Москва",
    "Ελλάδα", "שלום", "مرحبا", "한국어", "Nguyễn Văn", "😀 party", "à la carte, voilà", "ÉCOLE", "Óscar", "Émile",
    "naïve café", "São Paulo", "€ 5", "p≡p", "İstanbul", "Łódź", "नमस्ते", "Ørsted", "10 °C", "Ñandú", "ÅNGSTRÖM",
    "MÜNCHEN", "Ðorđe", "ไทย", "Αθήνα 2027 – Köln", "Åsa Holm", "Özlem Kaya", "Österreich", "Åse", "ÖSTERREICH", "שָׁלוֹם, ok",
    "مرحبا؟ 2027 ٢٠", "m² und 3×4", "1️⃣ cafe\u0301",
)  # fmt: skip
AMBIGUOUS = (
    "CAFÉ’S", "KLASSE Ä“", "le café”…", "SMÅ’S", "SMÅ\u00a0BARN", "IRMÃ“", "„Spaß“", "Spaß“", "MENÜ–Karte", "SÃO", "Â",
    "Alles wird groß…", "Spaß…", "Weiß·Schwarz", "Gruß€", "3×³", "Ganz heiß…", "ß·", "Ö¼ Zoll", "4×¼, 5×½", "Ã–Õ", "«voilà»…",
    "Muße… Spaß… groß… 3×³", "Å lære Python", "SÃ…", "Ã… ou Ã",
    'la "Ñ”', "3×°", "A É”B", "É…", "«À»", "À»", "ETÉ™", "TÜV®", "ça", "Mr. Ñ",
)  # fmt: skip
"""Ordinary text whose bytes happen to be valid UTF-8 of another text."""


def misread(text: str, encoding: str) -> str:
    """Returns the text as shown by a program that decodes its UTF-8 in another encoding; undefined bytes as Latin-1
    (WHATWG).
    """
    if encoding == "latin-1":
        return text.encode().decode("latin-1")
    return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in text.encode())


@pytest.mark.parametrize("text", WRITTEN)
@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_mend_of_text_decoded_twice_gives_it_back(text: str, times: int, encoding: str) -> None:
    seen = text
    for _ in range(times):
        seen = misread(seen, encoding)
    assert mend(seen) == (text, "mended")


@pytest.mark.parametrize("text", [*WRITTEN, *AMBIGUOUS, "plain", "", "\n"])
def test_mend_of_text_as_written_changes_nothing(text: str) -> None:
    assert mend(text) == (text, "")


@pytest.mark.parametrize(
    "text",
    [
        "Ã†rø", "l’Ã‰cole", "l’Ã–sterreich", "Ã…ngström", "Å\u00a0umava", misread("Å\u00a0umava", "cp1252"), "Å eÅ¡", "RÃ\u00admac – x", "– SÃ£o Paulo", "Ã  la carte",
        "KÃ¶ln and Gapševičius", "itâ€™s “fine”", "voilÃ  Ã ", "caf\ufffd", "fooÂ bar", "itâ€s", "caf\u00ef\u00bf\u00bd",
    ],
)  # fmt: skip
def test_mend_of_text_that_would_lose_something_leaves_it_and_says_so(text: str) -> None:
    assert mend(text) == (text, "left")


def test_mend_never_touches_words_in_capitals_before_what_closes_them() -> None:
    letters = [chr(code) for code in range(0xC0, 0xDF) if chr(code).isalpha()]
    marks = ["’", "”", "“", "»", "…", "–", "—", "™", "®", "\u00a0", "’S", " – A", "…\n"]
    texts = [f"A {word}{letter}{mark}" for word, letter, mark in itertools.product(("", "AB", "X "), letters, marks)]
    assert [text for text in texts if mend(text)[0] != text] == []


def test_mend_of_a_long_text_takes_little_more_memory_than_the_text() -> None:
    text = "Ã¶" * 100_000
    tracemalloc.start()
    try:
        assert mend(text) == ("ö" * 100_000, "mended")
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


@settings(deadline=None)
@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x24F, exclude_categories=["Cc", "Cf"]), max_size=40))
def test_mend_always_gives_what_can_be_misread_into_the_same_text(text: str) -> None:
    found, done = mend(text)
    assert done in ("", "left") or text in {
        misread(found, "latin-1"), misread(found, "cp1252"), misread(misread(found, "cp1252"), "cp1252"),
        misread(misread(found, "latin-1"), "cp1252"), misread(misread(found, "latin-1"), "latin-1"),
    }  # fmt: skip
    assert done == "mended" or found == text
