"""Turns templates into answers: status, headers, HTML. Must not know single pages."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from local.stripe_double.payments.currencies import readable

if TYPE_CHECKING:
    from jinja2 import Environment

Answer = tuple[int, dict[str, str], bytes]
_HERE = Path(__file__).parent
_POLICY = "default-src 'none'; style-src 'self'; form-action 'self'{goal}; base-uri 'none'; frame-ancestors 'none'"


class Renderer:
    """Renders the pages of one double. `base` is the path where it is mounted."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._templates = _environment()

    def page(self, status: int, template: str, *, goals: tuple[str, ...] = (), **shown: Any) -> Answer:
        """Returns a rendered template. `goals` are the URLs that its forms may lead to besides this site."""
        html = self._templates.get_template(template).render(base=self.base, **shown)
        goal = "".join(f" {_origin(each)}" for each in goals)
        headers = {
            "content-type": "text/html; charset=utf-8",
            "content-security-policy": _POLICY.format(goal=goal),
            "cache-control": "no-store",
            "referrer-policy": "no-referrer",
            "x-content-type-options": "nosniff",
        }
        return status, headers, html.encode()

    def message(self, status: int, title: str, text: str, *, back: str | None = None) -> Answer:
        """Returns a page with one text."""
        return self.page(status, "message.html", title=title, text=text, back=back)

    def missing(self, noun: str) -> Answer:
        """Returns a 404 page."""
        return self.message(404, "Not found", f"There is no such {noun}.")

    def not_allowed(self) -> Answer:
        """Returns a 405 page."""
        return self.message(405, "Not allowed", "This page cannot be used that way.")

    def redirect(self, location: str) -> Answer:
        """Returns a 303."""
        return 303, {"location": location, "cache-control": "no-store"}, b""

    def style_sheet(self) -> Answer:
        headers = {"content-type": "text/css; charset=utf-8", "cache-control": "no-cache"}
        return 200, headers, (_HERE / "double.css").read_bytes()


def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["money"] = readable
    made.filters["moment"] = _moment
    return made


def _origin(address: str) -> str:
    """Returns scheme and host for form-action. Browsers check the redirect after a form too."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".replace(";", "").replace(",", "")


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
