"""Uses the double's pages as a browser without JavaScript would."""

from __future__ import annotations

from urllib.parse import urlencode

from .conftest import Shop

Page = tuple[int, dict[str, str], str]


def page(shop: Shop, path: str, fields: dict[str, str] | None = None) -> Page:
    """Loads a page, or sends its form when there are fields."""
    if fields is None:
        status, headers, body = shop.server.handle("GET", path, "", {}, b"")
    else:
        kind = {"content-type": "application/x-www-form-urlencoded"}
        status, headers, body = shop.server.handle("POST", path, "", kind, urlencode(fields).encode())
    return status, headers, body.decode()


def form(**changes: str) -> dict[str, str]:
    """Returns the fields of the pay page's form; keywords change them."""
    return {
        "email": "ada@example.com",
        "name": "Ada",
        "choice": "4242424242424242",
        "number": "",
        "expiry": "12 / 34",
        "cvc": "123",
        **changes,
    }
