"""Printed tickets: their content, scripts, and that any name can be printed."""

import io
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from chalicelib.tickets.pdf.draw import tickets_pdf
from chalicelib.tickets.pdf.fonts import CHINESE, JAPANESE, KOREAN, TEXT, Run, runs_of
from chalicelib.tickets.pdf.page import TicketPage, event_place, event_time
from chalicelib.tickets.pdf.qr import QUIET, qr_modules, qr_svg

NAME = "01ARZ3NDEKTSV4RRFFQ69G5FAV-1"
CODE = f"{NAME}-ABCDEFGHJKMNPQRSTVWXYZ0123"
LATIN = frozenset(range(0x20, 0x250))


def page(attendee: str = "Ada Lovelace", **changes: str) -> TicketPage:
    made = TicketPage("Conf", "Friday", "Kursaal, Bern", "Day ticket", attendee, "Ticket 1", NAME, CODE)
    return made._replace(**changes)


def text_of(*pages: TicketPage) -> list[str]:
    return [one.extract_text() for one in PdfReader(io.BytesIO(tickets_pdf(pages, title="Conf"))).pages]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Žofie Nováková", "Žofie Nováková"),
        ("Nguyễn Thị Minh Khai", "Nguyễn Thị Minh Khai"),
        ("Ἑλένη Γλύκατζη", "Ἑλένη Γλύκατζη"),
        ("Софья Ковалевская", "Софья Ковалевская"),
        ("アダ・ラブレス 花子", "アダ・ラブレス 花子"),
        ("王小明", "王小明"),
        ("김철수", "김철수"),
        ("سميرة موسى", ""),
        ("עדה יונת", ""),
        ("สมชาย", ""),
        ("🎉 Ada", ""),
        ("Cafe\u0301", "Café"),
    ],
)
def test_pdf_shows_names_of_any_script(name: str, shown: str) -> None:
    """Names in scripts without a font (`shown` is empty) are printed in Latin letters."""
    from anyascii import anyascii

    (text,) = text_of(page(name))
    assert (shown or anyascii(name)) in text
    assert "\ufffd" not in text


def test_pdf_shows_angle_brackets_as_they_are() -> None:
    (text,) = text_of(page(event="C++ <vector> Day", ticket_type="<script>alert(1)</script>", place="Map<K, V> & more"))
    assert all(one in text for one in ("C++ <vector> Day", "<script>alert(1)</script>", "Map<K, V> & more"))


@settings(max_examples=60, deadline=None)
@given(name=st.text(min_size=1, max_size=200), event=st.text(max_size=200))
def test_pdf_of_any_text_is_one_readable_page(name: str, event: str) -> None:
    (text,) = text_of(page(name, event=event))
    assert "".join(text.split()[-2:]) == CODE


def test_pdf_long_names_leave_the_rest_readable() -> None:
    (text,) = text_of(page("W" * 200, event="M" * 200, ticket_type="X" * 200, place="Y" * 500))
    assert "Ticket 1" in text
    assert "".join(text.split()[-2:]) == CODE


def test_pdf_of_the_same_pages_is_the_same_bytes() -> None:
    assert tickets_pdf([page(), page("Grace")], title="x") == tickets_pdf([page(), page("Grace")], title="x")


def test_pdf_has_the_modules_of_the_qr_code_as_vectors() -> None:
    reader = PdfReader(io.BytesIO(tickets_pdf([page()], title="x")))
    assert list(reader.pages[0].images) == []
    content = reader.pages[0].get_contents()
    assert content is not None
    drawn = sum(1 for line in content.get_data().split(b"\n") for word in line.split() if word == b"re")
    expected = sum(1 for row in qr_modules(CODE) for left, dark in zip([False, *row], row, strict=False) if dark > left)
    assert drawn == expected


def test_pdf_is_made_without_pillow_and_leaves_no_trace_of_that() -> None:
    """Runs in a separate process that cannot import Pillow, as in Lambda's layer."""
    script = (
        "import importlib.util as u, sys\n"
        "real = u.find_spec\n"
        "u.find_spec = lambda name, *more: None if name == 'PIL' else real(name, *more)\n"
        "class Gone:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] == 'PIL': raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Gone())\n"
        "from chalicelib.tickets.pdf.page import TicketPage\n"
        "from chalicelib.tickets.pdf.draw import tickets_pdf\n"
        "made = tickets_pdf([TicketPage('E', 'T', '', 'D', 'Ada', 'Ticket 1', 'A-1', 'A-1-B')], title='E')\n"
        "print(made[:5], 'PIL' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "b'%PDF-' False\n"


def test_runs_of_han_characters_follow_their_neighbours() -> None:
    assert runs_of("王小明", known=LATIN) == [Run(CHINESE, "王小明")]
    assert runs_of("山田 タロ", known=LATIN) == [Run(JAPANESE, "山田 タロ")]
    assert runs_of("金 우진", known=LATIN) == [Run(KOREAN, "金 우진")]
    assert runs_of("Ada 王", known=LATIN) == [Run(TEXT, "Ada "), Run(CHINESE, "王")]


def test_qr_svg_scales_and_says_what_it_is() -> None:
    made = qr_svg(CODE, title="QR code of ticket <1>")
    size = len(qr_modules(CODE)) + 2 * QUIET
    assert f'viewBox="0 0 {size} {size}"' in made
    assert "<title>QR code of ticket &lt;1&gt;</title>" in made
    assert " width=" not in made
    assert len(qr_modules(CODE)) <= 37, "version 5 at most: large modules on a small screen"


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (
            {"timezone": "Europe/Zurich", "starts_at": "2027-06-11T07:00:00Z", "ends_at": "2027-06-11T15:30:00Z"},
            "Friday 11 June 2027, 09:00 to 17:30 (CEST)",
        ),
        (
            {"timezone": "America/New_York", "starts_at": "2027-01-01T02:00:00Z", "ends_at": "2027-01-01T06:00:00Z"},
            "Thursday 31 December 2026, 21:00 to Friday 1 January 2027, 01:00 (EST)",
        ),
        (
            {"timezone": None, "starts_at": "2027-01-01T02:00:00Z", "ends_at": "2027-01-01T06:00:00Z"},
            "Friday 1 January 2027, 02:00 to 06:00 (UTC)",
        ),
    ],
)
def test_event_time_is_in_the_zone_of_the_event(event: dict[str, Any], words: str) -> None:
    assert event_time(event) == words


@pytest.mark.parametrize(
    ("venue", "words"),
    [
        (None, ""),
        ({}, ""),
        ({"name": "Kursaal", "city": "Bern"}, "Kursaal, Bern"),
        ({"street": "Weg 1", "postcode": "3013", "city": "Bern"}, "Weg 1, 3013 Bern"),
    ],
)
def test_event_place_leaves_out_what_is_not_known(venue: Any, words: str) -> None:
    assert event_place({"venue": venue}) == words
