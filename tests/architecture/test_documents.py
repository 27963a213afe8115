"""Documents agree with the code: generated parts are fresh, and every file, key and module they name exists."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from docs.generators import data_model
from docs.generators.key_formats import key_formats

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
SHARED_WORDS = {
    "ACCOUNT": {"account", "reconciliation"},
    "CONNECTION": {"connection", "connection_owner"},
    "CURSOR": {"due_cursor", "hold_sweep"},
    "EVENT": {"event", "directory_entry"},
    "FAMILY": {"sign_in", "sign_in_of_user"},
    "ROLE": {"role_of_user", "role_in_event"},
    "TOLD": {"told", "told_watchers"},
    "VERSIONS": {"versions", "directory_versions"},
}
"""Words that two items have, all for the same thing found in two ways, or in two tables. A stream names a change by the
word: whoever reacts to EVENT or VERSIONS gets the directory of events as well, in the partition EVENTS.
"""
NOT_IN_GIT = {".chalice/stages/STAGE.json", ".chalice/deployed/STAGE.json", "infra/stages.local.toml"}
"""Files that a deployment makes, or its owner."""
SECTIONS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
"""Of the changelog, by keepachangelog.com."""


def test_generated_documents_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "docs.generate", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_readme_names_only_targets_and_files_that_exist() -> None:
    readme = (ROOT / "README.md").read_text() + (ROOT / "CONTRIBUTING.md").read_text()
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert (
        set(re.findall(r"`make ([a-z-]+)", readme)) | set(re.findall(r"^    make ([a-z-]+)", readme, re.MULTILINE))
        <= targets
    )
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", readme):
        assert (ROOT / target).exists(), target
    for path in re.findall(r"pytest (tests/\S+?)[ `]", readme):
        assert (ROOT / path).exists(), path


def test_data_model_describes_every_item_by_hand_and_from_the_code() -> None:
    page = (ROOT / "docs/data-model.md").read_text()
    by_hand = re.sub(r"<!-- generated: .*?<!-- end: ", "", page, flags=re.DOTALL)
    first_cells = re.findall(r"^\| (`.+?`) \|", by_hand, re.MULTILINE)
    described = [name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)]
    assert sorted(described) == sorted(key_formats())


def test_sort_key_word_is_of_one_item_and_in_the_document() -> None:
    found = data_model.words()
    assert {word: names for word, names in found.items() if len(names) > 1} == SHARED_WORDS
    page = (ROOT / "docs/data-model.md").read_text()
    assert [word for word in found if not re.search(rf"`{word}[#`]", page)] == []
    assert len(found) > 40


@pytest.mark.parametrize("page", [pytest.param(page, id=str(page.relative_to(ROOT))) for page in PAGES])
def test_document_names_files_that_exist(page: Path) -> None:
    named = (
        set(re.findall(r"(?<![/\w.-])[\w.-]+(?:/[\w.-]+)+\.(?:py|md|toml|yaml|yml|js|json)\b", page.read_text()))
        - NOT_IN_GIT
    )
    places = (ROOT, ROOT / "chalicelib", ROOT / "infra", page.parent)
    assert sorted(name for name in named if not any((place / name).exists() for place in places)) == []


def test_picture_of_the_readme_names_use_cases_that_exist() -> None:
    (picture,) = re.findall(r"```mermaid\n(.+?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    named = set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", picture)) - {"stripe_inbox"}
    there = {path.stem for path in (ROOT / "chalicelib").glob("*/services/*.py")}
    assert named - there == set()
    assert len(named) >= 5


def test_changelog_has_versions_in_order_with_sections() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    first, *released = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert first == "Unreleased"
    dated = [re.fullmatch(r"(\d+)\.(\d+)\.(\d+) - (\d{4}-\d\d-\d\d)", heading) for heading in released]
    assert all(dated), released
    order = [(tuple(int(number) for number in one.groups()[:3]), one[4]) for one in dated if one]
    assert order == sorted(order, reverse=True)
    assert len({version for version, _ in order}) == len(order)
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= SECTIONS


def test_notes_of_a_release_are_its_part_of_the_changelog() -> None:
    (command,) = re.findall(r"^\t@(awk .+) > dist/notes.md$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    command = command.replace("$(TAG:v%=%)", "0.3.0").replace("$$", "$")
    notes = subprocess.run(["/bin/sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert notes.startswith("## 0.3.0 - 2026-11-29\n\n### Added\n")
    assert "Calls for papers" in notes
    assert "0.2.0" not in notes
