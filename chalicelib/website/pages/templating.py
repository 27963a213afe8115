"""The template environment: autoescape on, filters for money and for user HTML, the tags of a page's scripts."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from chalicelib.core.text import sanitise
from chalicelib.website.pages import words

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"
_SCRIPTS = Path(__file__).parent / "scripts.json"
"""Written by the client's build (web/build/page-scripts.ts): for each entry its file and the files that it imports."""


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
    environment.globals["scripts"] = scripts
    environment.tests["https"] = lambda url: isinstance(url, str) and url.startswith("https://")
    return environment


def scripts(static: str, *entries: str) -> Any:
    """Returns the tags that load these entries of web/build/entries.ts, and that let the browser fetch what they import
    at the same time. `static` is the beginning of the paths. Raises KeyError for an entry that was not built.
    """
    from markupsafe import Markup

    files = [_files_of_entries()[name] for name in entries]
    first = [file for file, *_imports in files]
    imported = dict.fromkeys(name for _file, *imports in files for name in imports if name not in first)
    preloads = [Markup('<link rel="modulepreload" href="{}/{}">').format(static, name) for name in imported]
    tags = [Markup('<script type="module" src="{}/{}"></script>').format(static, name) for name in first]
    return Markup("\n").join([*preloads, *tags])


@cache
def _files_of_entries() -> dict[str, list[str]]:
    files: dict[str, list[str]] = msgspec.json.decode(_SCRIPTS.read_bytes(), type=dict[str, list[str]])
    return files


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
