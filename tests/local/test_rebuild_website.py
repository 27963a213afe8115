"""The website is built again when its sources change, while the runner runs."""

import os
import shutil
import time
from pathlib import Path

import pytest

from local.site.rebuild_website import WEB, rebuild_website
from local.start_errors import WebsiteNotBuilt

PATIENCE = 60


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """A copy of the client's sources, with the tools of this checkout."""
    (tmp_path / "chalicelib/website/pages").mkdir(parents=True)
    folder = tmp_path / "web"
    shutil.copytree(WEB, folder, ignore=shutil.ignore_patterns("node_modules", "dist", ".node"))
    for tool in ("node_modules", ".node"):
        (folder / tool).symlink_to((WEB / tool).resolve())
    return folder


def wait_for_text(file: Path, text: str) -> None:
    until = time.monotonic() + PATIENCE
    while not (file.exists() and text in file.read_text()):
        assert time.monotonic() < until, f"{text} never came"
        time.sleep(0.05)


def test_rebuild_website_builds_again_when_a_source_changes(web: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBSITE", "r-0123456789ab")
    built, source = web / "dist/js/public/pictures.js", web / "src/public/pictures.ts"
    with rebuild_website(web):
        assert os.environ["WEBSITE"] == ""
        wait_for_text(built, "HTMLImageElement")
        source.write_text(source.read_text() + '\nconsole.info("changed");\n')
        wait_for_text(built, "changed")


def test_rebuild_website_without_its_tools_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(WebsiteNotBuilt, match="make web"), rebuild_website(tmp_path):
        pass
