"""Parses which part of a list a request wants: `limit`, and a cursor that is opaque and signed. Pure; the key comes
from configuration. Light: the read path imports this.

A cursor contains the name of its list, so a cursor from another list or view is refused.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from typing import NamedTuple

from chalicelib.core.errors import MalformedRequest

DEFAULT_LIMIT = 200
MAX_LIMIT = 500
CursorKey = Callable[[], bytes]
"""Called only when a cursor is read or made, because fetching the key may take a request."""


class Page(NamedTuple):
    """Up to `limit` items after the item with id `after` (empty: from the start)."""

    limit: int = DEFAULT_LIMIT
    after: str = ""

    @property
    def suffix(self) -> str:
        """Distinguishes this page's ETag from those of other pages of the same list; empty for the default page."""
        if self == Page():
            return ""
        return f"-{self.limit}-{self.after}" if self.after else f"-{self.limit}"


def parse_page(query: dict[str, str], *, scope: str, key: CursorKey) -> Page:
    """Returns the page that a query asks for. `scope` names the list. Raises MalformedRequest."""
    text = query.get("limit", str(DEFAULT_LIMIT))
    if not (text.isascii() and text.isdigit() and 1 <= len(text) <= 3 and 1 <= int(text) <= MAX_LIMIT):
        raise MalformedRequest(f"limit must be a whole number from 1 to {MAX_LIMIT}.", code="invalid_limit")
    cursor = query.get("cursor")
    return Page(int(text), _after(cursor, scope=scope, key=key) if cursor is not None else "")


def make_cursor(after: str, *, scope: str, key: CursorKey) -> str:
    """Returns the cursor for the page after the item with this id."""
    return base64.urlsafe_b64encode(_mark(after, scope, key()) + after.encode()).decode().rstrip("=")


def _after(cursor: str, *, scope: str, key: CursorKey) -> str:
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        after = raw[12:].decode()
    except (binascii.Error, ValueError):
        raise MalformedRequest("This cursor was not made here.", code="invalid_cursor") from None
    if (
        not hmac.compare_digest(raw[:12], _mark(after, scope, key()))
        or make_cursor(after, scope=scope, key=key) != cursor
    ):
        raise MalformedRequest("This cursor was not made here.", code="invalid_cursor")
    return after


def _mark(after: str, scope: str, key: bytes) -> bytes:
    return hmac.new(key, f"cursor\x00{scope}\x00{after}".encode(), hashlib.sha256).digest()[:12]
