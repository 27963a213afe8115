"""The size of a page's scripts before any action of the user: the page's and the layout's entries, compressed, with all
their static imports. Dynamic imports do not count; the bell counts for signed-in users.
"""

import gzip
import json
import re

import pytest

from chalicelib.website.pages.shells import SHELLS
from infra.website import folder_of
from tests.harness.built_scripts import direct_imports, static_imports
from tests.harness.server import ROOT

WEBSITE = folder_of(ROOT)
PAGES = ROOT / "chalicelib/website/pages"
SCRIPTS: dict[str, list[str]] = json.loads((PAGES / "scripts.json").read_text())
PUBLIC = ("home", "event", "schedule", "unsubscribe")
PUBLIC_BYTES, SIGNED_IN_BYTES, DESK_BYTES, SCREEN_BYTES = 15_000, 25_000, 45_000, 40_000
BELL = "js/shared/bell.js"


def entries(page: str) -> set[str]:
    """Returns the entries that a page's template and the layout name."""
    text = "".join((PAGES / f"templates/{name}.html.j2").read_text() for name in ("layout", page))
    return set(re.findall(r'"([\w/-]+)"', text)) & set(SCRIPTS)


def weight(page: str, *more: str) -> int:
    """Returns the compressed bytes of a page's scripts, and of further files with what they import."""
    files = {file for entry in entries(page) for file in SCRIPTS[entry]}
    files |= {*more, *(name for one in more for name in static_imports(one))}
    return sum(len(gzip.compress((WEBSITE / file).read_bytes(), 6)) for file in files)


@pytest.mark.parametrize("page", PUBLIC)
def test_public_page_weighs_little(page: str) -> None:
    assert "public/site" in entries(page)
    assert weight(page) <= PUBLIC_BYTES


@pytest.mark.parametrize("page", SHELLS)
def test_page_of_somebody_signed_in_weighs_little_with_its_bell(page: str) -> None:
    assert weight(page, BELL) <= (DESK_BYTES if page == "desk" else SIGNED_IN_BYTES)


def test_weigh_page_counts_its_own_entry_and_the_bell() -> None:
    assert entries("announce") == {"public/site", "desk/announcements/announce"}
    assert weight("home") < weight("announce") < weight("announce", BELL)


@pytest.mark.parametrize("entry", SCRIPTS)
def test_table_of_scripts_names_what_the_build_imports(entry: str) -> None:
    file, *imports = SCRIPTS[entry]
    assert file == f"js/{entry}.js"
    assert imports == sorted(static_imports(file))


def test_screen_of_the_desk_weighs_little_more_than_the_desk() -> None:
    shell = {file for entry in entries("desk") for file in SCRIPTS[entry]}
    screens = direct_imports("js/desk/main.js") - shell
    assert len(screens) >= 8
    for screen in screens:
        more = ({screen} | static_imports(screen)) - shell
        assert sum(len(gzip.compress((WEBSITE / file).read_bytes(), 6)) for file in more) <= SCREEN_BYTES, screen
