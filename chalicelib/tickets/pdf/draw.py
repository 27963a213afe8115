"""Draws tickets as a PDF: one page each, only vectors and text.

Called by tickets/services/issue_tickets.py, which imports it late. The same pages give the same bytes, so their ETag
does not need the bytes (tickets/pdf/page.REVISION).
"""

import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from chalicelib.tickets.pdf.fonts import READER_FONTS, TEXT, runs_of
from chalicelib.tickets.pdf.page import TicketPage
from chalicelib.tickets.pdf.qr import qr_modules

WIDTH, HEIGHT = 420.0, 595.0
"""A5 in points."""
MARGIN = 36.0
QR_SIZE = 210.0
CODE_FONT = "Courier"
_FONT_PACKAGE = "fontpkg_noto_sans"
_FONT_FILE = "files/NotoSans[wdth,wght].ttf"


def tickets_pdf(pages: Sequence[TicketPage], *, title: str) -> bytes:
    """Returns the PDF of these pages. `title` is the title of the document in a PDF reader."""
    canvas_type, known = _tools()
    buffer = io.BytesIO()
    canvas = canvas_type(buffer, pagesize=(WIDTH, HEIGHT), invariant=1, pageCompression=1, lang="en")
    canvas.setTitle(title)
    for page in pages:
        _draw(canvas, page, known)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _draw(canvas: Any, page: TicketPage, known: frozenset[int]) -> None:
    top = HEIGHT - MARGIN
    for text, size, gap in (
        (page.event, 20, 8),
        (page.time, 10, 4),
        (page.place, 10, 18),
        (page.attendee, 16, 6),
        (page.ticket_type, 12, 4),
        (page.position, 10, 12),
    ):
        if text:
            top = _lines(canvas, text, known, size=size, top=top) - gap
    _qr(canvas, page.code, bottom=MARGIN + 48)
    half = len(page.name) + 1  # two lines, the first with a dash at its end, so that both can be typed as printed
    _centred(canvas, page.code[:half], bottom=MARGIN + 28, size=9)
    _centred(canvas, page.code[half:], bottom=MARGIN + 14, size=9)


def _lines(canvas: Any, text: str, known: frozenset[int], *, size: float, top: float) -> float:
    """Draws text in at most two lines that fit the page, smaller if long. Returns the y position below, in points."""
    width = WIDTH - 2 * MARGIN
    while size > 7 and _width(canvas, text, known, size) > 2 * width * 0.9:
        size -= 1
    for line in _broken(canvas, text, known, size=size, width=width)[:2]:
        top -= size * 1.25
        left = MARGIN
        for run in runs_of(line, known=known):
            canvas.setFont(run.font, size)
            canvas.drawString(left, top, run.text)
            left += canvas.stringWidth(run.text, run.font, size)
    return top


def _broken(canvas: Any, text: str, known: frozenset[int], *, size: float, width: float) -> list[str]:
    """Returns the text in lines of that width, broken between words where possible."""
    lines = [""]
    for word in " ".join(text.split()).split(" "):
        joined = f"{lines[-1]} {word}".strip()
        if _width(canvas, joined, known, size) <= width:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        for character in word:
            if _width(canvas, lines[-1] + character, known, size) > width:
                lines.append("")
            lines[-1] += character
    return lines


def _width(canvas: Any, text: str, known: frozenset[int], size: float) -> float:
    return sum(float(canvas.stringWidth(run.text, run.font, size)) for run in runs_of(text, known=known))


def _centred(canvas: Any, text: str, *, bottom: float, size: float) -> None:
    canvas.setFont(CODE_FONT, size)
    canvas.drawCentredString(WIDTH / 2, bottom, text)


def _qr(canvas: Any, code: str, *, bottom: float) -> None:
    """Draws all dark modules as one path, with a rectangle for each run, so that printers smooth no edges inside."""
    rows = qr_modules(code)
    side = QR_SIZE / len(rows)
    left = (WIDTH - QR_SIZE) / 2
    path = canvas.beginPath()
    for number, row in enumerate(rows):
        start = 0
        while start < len(row):
            end = start
            while end < len(row) and row[end]:
                end += 1
            if end > start:
                path.rect(left + start * side, bottom + QR_SIZE - (number + 1) * side, (end - start) * side, side)
            start = max(end, start) + 1
    canvas.drawPath(path, stroke=0, fill=1)


@cache
def _tools() -> tuple[Any, frozenset[int]]:
    """Returns reportlab's canvas with our fonts registered, and the code points that TEXT has."""
    with _without_pillow():
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.cidfonts import UnicodeCIDFont
        from reportlab.pdfbase.ttfonts import TTFont
        from reportlab.pdfgen.canvas import Canvas

    font = TTFont(TEXT, str(_font_file()))
    pdfmetrics.registerFont(font)
    for name in READER_FONTS:
        pdfmetrics.registerFont(UnicodeCIDFont(name))
    return Canvas, frozenset(font.face.charToGlyph)


def _font_file() -> Path:
    """Returns the path of the font in its package, without importing the package."""
    found = find_spec(_FONT_PACKAGE)
    assert found is not None and found.origin is not None, "requirements.txt has the font"  # noqa: S101, PT018
    return Path(found.origin).parent / _FONT_FILE


@contextmanager
def _without_pillow() -> Iterator[None]:
    """Lets reportlab be imported without Pillow, which it imports but uses for raster images only; tickets have none.
    The Lambda package leaves out Pillow's 7 MB (infra/package/trim.py), so an empty module replaces it during the
    import.
    """
    if find_spec("PIL") is not None:
        yield
        return
    stand_in = ModuleType("PIL")
    vars(stand_in)["Image"] = None
    sys.modules["PIL"] = stand_in
    try:
        yield
    finally:
        del sys.modules["PIL"]
