"""Chalice as a process: the stage's region whatever the shell exports, and a second try for a new role."""

from pathlib import Path

import pytest

from infra.deploy import run_chalice
from infra.settings import Unusable

TELLS = (
    "import botocore.session\nraise SystemExit('goes to ' + botocore.session.Session().get_config_variable('region'))\n"
)
SHELLS = {
    "nothing exported": {},
    "another region": {"AWS_REGION": "us-west-2", "AWS_DEFAULT_REGION": "us-west-2"},
    "one name only": {"AWS_DEFAULT_REGION": "us-west-2"},
    "a profile's region": {"AWS_PROFILE": "work"},
}
NOT_READY = """
import pathlib
tries = pathlib.Path(__file__).with_name("tries")
tries.write_text(tries.read_text() + "1" if tries.exists() else "1")
raise SystemExit(None if len(tries.read_text()) > {fails} else {said!r})
"""
REFUSALS = (
    "An error occurred (InvalidParameterValueException) when calling the CreateFunction operation: The role defined\n"
    "for the function cannot be assumed by Lambda.",
    "An error occurred (NoSuchEntity) when calling the PutRolePolicy operation: The role with name marquee-dev-on_sales "
    "cannot be found.",
    "An error occurred (InvalidParameterValueException) when calling the CreateEventSourceMapping operation: Cannot "
    "access stream arn:x. Please ensure the role can perform the GetRecords, GetShardIterator actions on your stream.",
)


def write(folder: Path, code: str) -> Path:
    (folder / ".chalice").mkdir()
    (folder / ".chalice" / "config.json").write_text('{"version": "2.0", "app_name": "small"}')
    (folder / "app.py").write_text(code)
    return folder


@pytest.mark.parametrize("shell", SHELLS)
def test_run_goes_to_the_stages_region_whatever_the_shell_exports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shell: str
) -> None:
    (tmp_path / "config").write_text("[profile work]\nregion = us-west-2\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in SHELLS[shell].items():
        monkeypatch.setenv(name, value)
    said: list[str] = []
    with pytest.raises(Unusable):
        run_chalice.run(write(tmp_path, TELLS), "deploy", stage="dev", region="eu-central-1", say=said.append)
    assert said == ["goes to eu-central-1"]


def deploy(folder: Path, *, fails: int, said: str) -> tuple[list[str], list[float]]:
    """Runs a deploy. Returns the actions in order, and the pauses. Raises Unusable."""
    done: list[str] = []
    waits: list[float] = []
    run_chalice.deploy(
        write(folder, NOT_READY.format(fails=fails, said=said)),
        stage="dev",
        region="eu-central-1",
        adopt=lambda: done.append("adopted"),
        say=done.append,
        pause=waits.append,
    )
    return done, waits


@pytest.mark.parametrize("refusal", REFUSALS)
def test_deploy_with_a_role_that_is_not_there_yet_is_tried_once_more(tmp_path: Path, refusal: str) -> None:
    done, waits = deploy(tmp_path, fails=1, said=refusal)
    again = "A new role is not known everywhere yet; once more in 15 s."
    assert done == ["adopted", *refusal.split("\n"), again, "adopted"]
    assert waits == [15.0]


def test_deploy_with_a_role_that_never_comes_fails_after_the_second_try(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="cannot be assumed by Lambda"):
        deploy(tmp_path, fails=9, said=REFUSALS[0])
    assert (tmp_path / "tries").read_text() == "11"


def test_deploy_that_fails_otherwise_is_not_tried_again(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="AccessDenied"):
        deploy(tmp_path, fails=9, said="AccessDenied when calling CreateRole")
    assert (tmp_path / "tries").read_text() == "1"


def test_run_that_fails_tells_what_chalice_said(tmp_path: Path) -> None:
    said: list[str] = []
    with pytest.raises(Unusable, match=r"chalice deploy failed:\n(.|\n)*config"):
        run_chalice.run(tmp_path, "deploy", stage="dev", region="eu-central-1", say=said.append)
    assert said
