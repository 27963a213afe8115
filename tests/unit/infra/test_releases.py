"""Storing and unpacking releases, and the files of a release."""

import json
from pathlib import Path

import boto3
import pytest

from infra import names, policies
from infra.deploy import configuring, releases
from infra.package import build
from infra.settings import Unusable

BUCKET = "marquee-dev-releases"
PLACEHOLDERS = dict.fromkeys(policies.PLACEHOLDERS, "x1")
CONFIG = json.dumps({"lambda_architecture": "arm64"})
VARIABLES = {"STAGE": "dev", "TOKEN_KEYS": "ssm:/marquee/dev/token-keys:1"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the minimal files."""
    made = tmp_path / "project"
    for name, text in {
        "app.py": "app = 1",
        "requirements.txt": "",
        "chalicelib/a.py": "A = 1",
        "chalicelib/__pycache__/a.pyc": "junk",
        "web/dist/NOTICE.txt": "licences",
        "web/dist/site.js": "1",
        "tests/test_a.py": "no part of a release",
        ".chalice/config.json": CONFIG,
    }.items():
        file = made / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    write(made)
    layer(made).parent.mkdir()
    layer(made).write_text("layer")
    layer(made).with_name("managed-layer-of-another-lock-python3.13.zip").write_text("no part of this release")
    return made


def write(project: Path, *, variables: dict[str, str] = VARIABLES, **placeholders: str) -> bool:
    return configuring.write(
        project, "dev", region="eu-west-1", variables=variables, placeholders={**PLACEHOLDERS, **placeholders}
    )


def layer(project: Path) -> Path:
    return build.layer_path(project, python=build.RUNNING, architecture="arm64")


@pytest.fixture
def client(session: boto3.Session) -> object:
    made = session.client("s3")
    made.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    return made


def test_write_again_changes_nothing_and_new_values_do(project: Path) -> None:
    more = {**VARIABLES, "LIVE": "on"}
    assert [write(project), write(project, variables=more)] == [False, True]
    assert write(project, variables=more, WebSocketApi="other") is True


def test_write_gives_every_function_its_policy_and_leaves_what_git_tracks(project: Path) -> None:
    table = json.loads((project / ".chalice/stages/dev.json").read_text())
    assert (table["region"], table["environment_variables"]) == ("eu-west-1", VARIABLES)
    assert set(table["lambda_functions"]) == set(names.FUNCTIONS)
    for one in table["lambda_functions"].values():
        assert "Statement" in json.loads((project / ".chalice" / one["iam_policy_file"]).read_text())
    assert (project / ".chalice/config.json").read_text() == CONFIG


def test_write_for_rollback_reaches_releases_that_read_one_file_alone(project: Path) -> None:
    configuring.write_for_rollback(project, "dev", region="eu-west-1", variables={"STAGE": "dev"})
    table = json.loads((project / ".chalice/config.json").read_text())["stages"]["dev"]
    assert table["environment_variables"] == {"STAGE": "dev"}
    assert table["lambda_functions"]["on_sales"]["iam_policy_file"] == "policies/dev/on_sales.json"
    assert json.loads((project / ".chalice/stages/dev.json").read_text())["environment_variables"] == {"STAGE": "dev"}


def test_keep_and_unpack_give_the_release_whole(client: object, project: Path, tmp_path: Path) -> None:
    name = releases.keep(client, BUCKET, project, "dev")
    releases.unpack(client, BUCKET, name, tmp_path / "back")
    laid = {str(file.relative_to(tmp_path / "back")) for file in (tmp_path / "back").rglob("*") if file.is_file()}
    assert laid >= {"app.py", "chalicelib/a.py", "web/dist/site.js", ".chalice/policies/dev/on_content.json"}
    assert ".chalice/stages/dev.json" in laid
    assert layer(tmp_path / "back").read_text() == "layer"
    assert not any("__pycache__" in name or name.startswith("tests") or "another" in name for name in laid)
    assert configuring.fingerprint(tmp_path / "back", "dev") == configuring.fingerprint(project, "dev")


def test_keep_of_the_same_release_keeps_one(client: object, project: Path) -> None:
    first = releases.keep(client, BUCKET, project, "dev")
    assert releases.keep(client, BUCKET, project, "dev") == first
    (project / "app.py").write_text("app = 2")
    second = releases.keep(client, BUCKET, project, "dev")
    layer(project).write_text("other layer")
    assert len({first, second, releases.keep(client, BUCKET, project, "dev")}) == 3
    assert len(releases.listed(client, BUCKET)) == 3


def test_keep_forgets_what_is_older_than_ten_releases(
    client: object, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(releases, "KEPT", 2)
    kept = []
    for number in range(4):
        (project / "app.py").write_text(f"app = {number}")
        kept.append(releases.keep(client, BUCKET, project, "dev"))
    assert len(releases.listed(client, BUCKET)) == 2


def test_unpack_of_unknown_release_is_refused(client: object, tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="no release"):
        releases.unpack(client, BUCKET, "20260101T000000Z-abc-3.13.zip", tmp_path)


def test_unpack_of_a_release_for_another_python_is_refused(
    client: object, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = releases.keep(client, BUCKET, project, "dev")
    monkeypatch.setattr(build, "RUNNING", "3.99")
    with pytest.raises(Unusable, match=r"roll back with that one, this is 3\.99"):
        releases.unpack(client, BUCKET, name, tmp_path)


def test_before_is_the_release_older_than_the_live_one(
    client: object, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (releases.live(client, BUCKET), releases.before(client, BUCKET)) == (None, None)
    for name in ("1-a.zip", "2-b.zip", "3-c.zip"):
        client.put_object(Bucket=BUCKET, Key=releases.FOLDER + name, Body=b"")  # type: ignore[attr-defined]
    releases.mark_live(client, BUCKET, "3-c.zip")
    assert (releases.live(client, BUCKET), releases.before(client, BUCKET)) == ("3-c.zip", "2-b.zip")
    releases.mark_live(client, BUCKET, "1-a.zip")
    assert releases.before(client, BUCKET) is None
