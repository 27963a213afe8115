"""Shells: pages that are the same for everybody and load their data from the API; also the page for what is missing."""

from chalicelib.website.pages.files import Website
from chalicelib.website.pages.templating import render

SHELLS = (
    "order",
    "pay",
    "complete",
    "desk",
    "sales",
    "check-in",
    "announce",
    "people",
    "review",
    "call",
    "proposals",
    "invite",
    "oversee",
    "sign-in",
    "sign-up",
    "verify",
    "reset",
    "notifications",
    "preferences",
    "missing",
)


def shell_page(name: str, website: Website) -> str:
    """Returns the page with this name, which is one of SHELLS."""
    return render(name, static=website.static)
