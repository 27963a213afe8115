"""The template environment: autoescape on, filters for money and for user HTML."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.core.text import sanitise
from chalicelib.website.pages import words

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"


def render(name: str, **values: Any) -> str:
    """Returns the page `templates/<name>.html.j2` with these values."""
    return _environment().get_template(f"{name}.html.j2").render(values)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {"rich": rich, "money": words.money, "initials": words.initials, "iso": words.iso}
    environment.globals["icon"] = environment.get_template("icons.html.j2").module.icon  # type: ignore[attr-defined]
    environment.tests["https"] = lambda url: isinstance(url, str) and url.startswith("https://")
    return environment


def rich(html: str) -> Any:
    """Returns user HTML that is safe in a page. It was sanitised when it was written. It is sanitised again here, so
    that a body that reached the store in another way cannot run either. Text without any tags becomes paragraphs.
    """
    from markupsafe import Markup

    if "<" not in html:
        paragraphs = [part.strip() for part in html.replace("\r\n", "\n").split("\n\n")]
        return Markup("").join(Markup("<p>{}</p>").format(_unescaped(part)) for part in paragraphs if part)
    return Markup(sanitise(html))  # noqa: S704 - sanitised in this line


def _unescaped(text: str) -> str:
    from html import unescape

    return unescape(text)
