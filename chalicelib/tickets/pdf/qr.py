"""QR codes of tickets, as modules and as SVG. Called by tickets/services/issue_tickets.py and tickets/pdf/draw.py.

A ticket's code has only letters, digits and dashes, so it is written in the alphanumeric mode of ISO/IEC 18004.
"""

import io

LEVEL = "m"
"""Error correction: 15 % of the code may be dirty. A higher level is taken where it costs no larger code."""
QUIET = 4
"""Modules of white around a code (ISO/IEC 18004, 6.3.8)."""


def qr_modules(code: str) -> list[list[bool]]:
    """The rows of a QR code from the top, dark modules true, without the quiet zone."""
    return [[bool(module) for module in row] for row in _made(code).matrix]


def qr_svg(code: str, *, title: str) -> str:
    """A QR code as an SVG document that scales to any size. `title` is what it is called by those who cannot see it."""
    buffer = io.BytesIO()
    _made(code).save(
        buffer, kind="svg", border=QUIET, dark="#000", light="#fff", omitsize=True, title=title, nl=False, svgclass=None
    )
    return buffer.getvalue().decode()


def _made(code: str):  # type: ignore[no-untyped-def] # segno brings no types
    import segno

    return segno.make_qr(code, error=LEVEL, mode="alphanumeric")
