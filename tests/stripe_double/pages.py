"""Using the pages as a browser without script would."""

from __future__ import annotations

from urllib.parse import urlencode

from .conftest import Shop

Page = tuple[int, dict[str, str], str]


def page(shop: Shop, path: str, fields: dict[str, str] | None = None) -> Page:
    """Load a page, or send its form."""
    if fields is None:
        status, headers, body = shop.server.handle("GET", path, "", {}, b"")
    else:
        kind = {"content-type": "application/x-www-form-urlencoded"}
        status, headers, body = shop.server.handle("POST", path, "", kind, urlencode(fields).encode())
    return status, headers, body.decode()


def form(**changes: str) -> dict[str, str]:
    """The pay page's form as it is shown, changed by keyword."""
    return {
        "email": "ada@example.com",
        "name": "Ada",
        "choice": "4242424242424242",
        "number": "",
        "expiry": "12 / 34",
        "cvc": "123",
        **changes,
    }
