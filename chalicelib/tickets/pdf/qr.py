"""QR codes of tickets, as modules and as SVG. Called by tickets/services/issue_tickets.py and tickets/pdf/draw.py.

A ticket's code has only letters, digits and dashes, so it fits into the alphanumeric mode of ISO/IEC 18004.
"""

import io

LEVEL = "m"
"""Error correction: 15 % of the code may be unreadable. A higher level is used where it makes the code no larger."""
QUIET = 4
"""Modules of white around a code (ISO/IEC 18004, 6.3.8)."""


def qr_modules(code: str) -> list[list[bool]]:
    """Returns the rows of a QR code from the top, true for dark modules, without the quiet zone."""
    return [[bool(module) for module in row] for row in _made(code).matrix]


def qr_svg(code: str, *, title: str) -> str:
    """Returns a QR code as an SVG document that scales to any size. `title` is its text for screen readers."""
    buffer = io.BytesIO()
    _made(code).save(
        buffer, kind="svg", border=QUIET, dark="#000", light="#fff", omitsize=True, title=title, nl=False, svgclass=None
    )
    return buffer.getvalue().decode()


def _made(code: str):  # type: ignore[no-untyped-def] # segno brings no types
    import segno

    return segno.make_qr(code, error=LEVEL, mode="alphanumeric")
