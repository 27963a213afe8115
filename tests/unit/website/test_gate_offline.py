"""The check-in page without a network, as built: it keeps every file that it may load, and the worker serves its own."""

import json
import re
from itertools import chain
from pathlib import Path

from chalicelib.website.pages.shells import SHELLS
from chalicelib.website.pages.templating import render
from tests.harness.built_scripts import WEBSITE, all_imports, direct_imports, static_imports

STATIC = "/static/r-0123456789ab"
TEMPLATES = Path(__file__).parents[3] / "chalicelib/website/pages/templates"
PACKAGE = Path(__file__).parents[3] / "web/package.json"
SCRIPTS = {file.relative_to(WEBSITE).as_posix() for file in (WEBSITE / "js").rglob("*.js")}
SIGN_OUT = "js/shared/sign-out.js"


def named_in(page: str) -> set[str]:
    """Returns the files of the release that a page's HTML names for a browser with JavaScript."""
    html = re.sub(r"<noscript>.*?</noscript>", "", render(page, static=STATIC), flags=re.DOTALL)
    return set(re.findall(rf'"{STATIC}/([^"]+)"', html))


def loaded_with(page: str) -> set[str]:
    """Returns the files that a page loads before any action."""
    return named_in(page).union(*(static_imports(file) for file in named_in(page) & SCRIPTS))


def kept() -> list[str]:
    """Returns the files that the page keeps."""
    listing = re.search(r'\["css/[^\]]*\]', (WEBSITE / "js/desk/check_in/keep-page.js").read_text())
    assert listing, "the build filled no list of files into keep-page.ts"
    files: list[str] = json.loads(listing[0])
    return files


def served_by_name(files: set[str], pattern_name: str = "GATE_FILE") -> set[str]:
    """Returns those files that the worker serves by their name alone, whichever page asks."""
    pattern = re.search(rf"const {pattern_name} =\s*/(.*)/;", (WEBSITE / "sw.js").read_text())
    assert pattern
    is_of_gate = re.compile(pattern[1].replace("\\/", "/")).match
    return {name for name in files if is_of_gate(f"{STATIC}/{name}")}


def test_keep_page_keeps_every_file_that_the_page_may_load() -> None:
    named = named_in("check-in")
    needed = named.union(*(all_imports(file) for file in named & SCRIPTS))
    assert {"css/gate.css", "favicon.svg", "js/desk/check_in/decode.js", SIGN_OUT} <= needed
    assert kept() == sorted(needed)
    assert [name for name in kept() if not (WEBSITE / name).is_file()] == []


def test_worker_serves_by_name_only_what_the_gate_alone_loads() -> None:
    own = served_by_name(SCRIPTS | set(kept()))
    assert {"js/desk/check_in/check-in.js", "js/desk/check_in/decode.js", "css/gate.css"} <= own <= set(kept())
    imported = set(chain.from_iterable(direct_imports(file) for file in SCRIPTS - own))
    assert imported & own == {SIGN_OUT}
    others = set().union(*(loaded_with(page) for page in SHELLS if page != "check-in"))
    assert others & own == set()
    texts = "".join(file.read_text() for file in TEMPLATES.iterdir() if file.name != "check-in.html.j2")
    assert "gate.css" not in texts
    assert "check_in/" not in texts


def test_worker_serves_the_kept_files_of_releases_before_the_build_by_name() -> None:
    """Their page may be kept on a device that gets the new worker before it sees the new page."""
    earlier = {"js/camera.js", "js/checkin.js", "js/gatesend.js", "js/leaving.js", "vendor/qr/decode.js"}
    assert served_by_name({*earlier, "js/site.js"}, "OLD_GATE_FILE") == earlier
    assert served_by_name(SCRIPTS, "OLD_GATE_FILE") == set()


def test_part_that_the_gate_loads_later_needs_only_what_is_loaded_or_served_by_name() -> None:
    """A worker that was stopped has forgotten which tabs show the page, so it knows later requests by name alone."""
    own = served_by_name(SCRIPTS)
    needed = set().union(*(static_imports(file) for file in own))
    assert needed - own - loaded_with("check-in") == set()


def test_notice_names_the_decoder_with_its_licence() -> None:
    version = json.loads(PACKAGE.read_text())["dependencies"]["qr"]
    notice = (WEBSITE / "NOTICE.txt").read_text()
    assert re.search(rf"^qr {re.escape(version)} \(.*\bMIT\b.*\)$", notice, re.MULTILINE)
    assert "Copyright (c) 2023 Paul Miller" in notice
    assert "Permission is hereby granted, free of charge" in notice
