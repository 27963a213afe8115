"""The size of a page's scripts before any action of the user: the page's and the layout's modules, compressed, with all
their static imports. Dynamic imports do not count; the bell counts for signed-in users.
"""

import gzip
import re
from pathlib import Path

import pytest

from chalicelib.website.pages.shells import SHELLS

ROOT = Path(__file__).parents[3]
SCRIPTS = ROOT / "web/public/js"
TEMPLATES = ROOT / "chalicelib/website/pages/templates"
PUBLIC = ("home", "event", "schedule", "unsubscribe")
PUBLIC_BYTES, SIGNED_IN_BYTES = 15_000, 25_000
IMPORT = re.compile(r'^import (?:[^;]*? from )?"\./([\w-]+\.js)";', re.MULTILINE)


def modules(first: set[str]) -> set[str]:
    """Returns the modules and all their static imports."""
    found: set[str] = set()
    left = set(first)
    while left:
        name = left.pop()
        found.add(name)
        left |= set(IMPORT.findall((SCRIPTS / name).read_text())) - found
    return found


def weight(page: str, *more: str) -> int:
    """Returns the compressed bytes of a page's scripts."""
    text = (TEMPLATES / f"{page}.html.j2").read_text() + (TEMPLATES / "layout.html.j2").read_text()
    text += "".join((TEMPLATES / part).read_text() for part in re.findall(r'include "([\w-]+\.html\.j2)"', text))
    named = set(re.findall(r"/js/([\w-]+\.js)", text))
    assert {"site.js", "api.js"} <= named
    return sum(len(gzip.compress((SCRIPTS / name).read_bytes(), 6)) for name in modules(named | set(more)))


@pytest.mark.parametrize("page", PUBLIC)
def test_public_page_weighs_little(page: str) -> None:
    assert weight(page) <= PUBLIC_BYTES


@pytest.mark.parametrize("page", SHELLS)
def test_page_of_somebody_signed_in_weighs_little_with_its_bell(page: str) -> None:
    assert weight(page, "bell.js") <= SIGNED_IN_BYTES


def test_weigh_page_counts_what_its_modules_import() -> None:
    assert {"announce.js", "sentlist.js", "api.js", "session.js"} <= modules({"announce.js"})
    assert weight("announce") > weight("home") + len(gzip.compress((SCRIPTS / "sentlist.js").read_bytes(), 6))
