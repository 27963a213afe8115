"""Draws a poster for each event from its id, so that events without a picture look different. Pure.

It contains only numbers and the colours of this file. Colours are attributes, since pages forbid inline styles.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

TILE = 40
_PALETTES = (
    ("#c2330f", "#f6c453", "#1f2a44", "#f3e7d3", "#e9785a"),
    ("#0f5c5c", "#f2b950", "#f3e7d3", "#d94f2b", "#143642"),
    ("#3a2a63", "#f28f6b", "#f3e7d3", "#7a5cc9", "#f6c453"),
    ("#1c4e80", "#f3e7d3", "#ea6a47", "#a5d8dd", "#0b2545"),
    ("#7a1f3d", "#f3e7d3", "#e8a33d", "#31526b", "#d9637c"),
    ("#2f5d3a", "#f3e7d3", "#e4572e", "#f6c453", "#17301f"),
)


def poster(seed: str, *, columns: int, rows: int) -> Any:
    """Returns an SVG of `columns` x `rows` tiles, the same for the same seed; hidden from assistive technology."""
    from markupsafe import Markup

    drawn = _bytes(seed)
    palette = _PALETTES[next(drawn) % len(_PALETTES)]
    shapes = "".join(
        _tile(column * TILE, row * TILE, drawn, palette) for row in range(rows) for column in range(columns)
    )
    width, height = columns * TILE, rows * TILE
    return Markup(  # noqa: S704 - contains no user input
        f'<svg class="poster" viewBox="0 0 {width} {height}" preserveAspectRatio="xMidYMid slice" aria-hidden="true" '
        f'focusable="false"><path fill="{palette[0]}" d="M0 0h{width}v{height}H0z"/>{shapes}</svg>'
    )


def _tile(x: int, y: int, drawn: Iterator[int], palette: tuple[str, ...]) -> str:
    """Returns one square and the shape in it."""
    kind, turn = next(drawn) % 8, next(drawn) % 4
    ground = next(drawn) % len(palette)
    ink = (ground + 1 + next(drawn) % (len(palette) - 1)) % len(palette)
    side = TILE + 1  # reaches under the next tile, so that no gap is visible between them
    square = f'<path fill="{palette[ground]}" d="M{x} {y}h{side}v{side}h-{side}z"/>'
    shape = _shape(kind, x, y, turn)
    return f'{square}<path fill="{palette[ink]}" d="{shape}"/>' if shape else square


def _shape(kind: int, x: int, y: int, turn: int) -> str:
    """Returns path data: a quarter or half disc, a disc, nine dots, a triangle, or nothing."""
    left, top, right, bottom = x, y, x + TILE, y + TILE
    corners = [(left, top, 1, 1), (right, top, -1, 1), (right, bottom, -1, -1), (left, bottom, 1, -1)]
    across, down, sx, sy = corners[turn]
    sweep = 1 if sx == sy else 0
    if kind in (0, 1, 2):
        return f"M{across} {down}h{TILE * sx}A{TILE} {TILE} 0 0 {sweep} {across} {down + TILE * sy}z"
    if kind == 3:
        return _disc(x + TILE // 2, y + TILE // 2, TILE // 2)
    if kind == 4:
        half = TILE // 2
        return f"M{left} {top + half * (turn % 2)}h{TILE}a{half} {half} 0 0 1-{TILE} 0z"
    if kind == 5:
        return "".join(_disc(x + 8 + 12 * column, y + 8 + 12 * row, 3) for row in range(3) for column in range(3))
    if kind == 6:
        return f"M{across} {down}h{TILE * sx}L{across} {down + TILE * sy}z"
    return ""


def _disc(x: int, y: int, radius: int) -> str:
    return f"M{x - radius} {y}a{radius} {radius} 0 1 0 {2 * radius} 0a{radius} {radius} 0 1 0-{2 * radius} 0z"


def _bytes(seed: str) -> Iterator[int]:
    """Yields endless bytes that depend only on the seed."""
    block = hashlib.sha256(seed.encode()).digest()
    while True:
        yield from block
        block = hashlib.sha256(block).digest()
