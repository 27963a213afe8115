"""The command line: output, questions, refusals and exit codes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click.testing
import pytest
from botocore.exceptions import ClientError

from infra import __main__ as command
from infra.checks.run_smoke_test import SmokeFailed
from infra.deploy import find_changes, steps
from infra.settings import StageSettings, Unusable


class FakeHere:
    """A stage that is up."""

    prefix = "marquee-dev"
    account = "111122223333"
    stage = StageSettings("dev", "eu-central-1")
    public_url = "https://marquee.example"


class Cli:
    """Runs commands with a test's own steps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.did: list[str] = []
        self._patch = monkeypatch
        monkeypatch.setattr(command, "Deployment", lambda *_: FakeHere())
        monkeypatch.setattr(find_changes, "of", lambda _: self.did.append("shown") or {})
        monkeypatch.setattr(steps, "rollback", lambda _, name, __: self.did.append(f"back to {name}") or name)
        monkeypatch.setattr(steps, "last_good", lambda _: "good")
        monkeypatch.setattr(steps, "one_before", lambda _: "before")
        self.steps(first=None, second=None)

    def steps(self, **outcomes: Exception | None) -> None:
        def run(name: str, outcome: Exception | None) -> Callable[..., str]:
            def step(*_: Any) -> str:
                self.did.append(name)
                if outcome:
                    raise outcome
                return "done"

            return step

        made = tuple(steps.DeployStep(name, "purpose", run(name, outcome)) for name, outcome in outcomes.items())
        for plan in ("UP", "DOWN"):
            self._patch.setattr(steps, plan, made)
        self._patch.setattr(steps, "DELETE_DATA", steps.DeployStep("data", "ALL DATA", run("data gone", None)))

    def __call__(self, *arguments: str, answer: str = "") -> click.testing.Result:
        return click.testing.CliRunner().invoke(command.cli, [*arguments, "--stage", "dev"], input=answer)


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch) -> Cli:
    return Cli(monkeypatch)


def test_up_shows_asks_and_does_every_step(cli: Cli) -> None:
    result = cli("up", answer="y\n")
    assert (result.exit_code, cli.did) == (0, ["shown", "first", "second"])


@pytest.mark.parametrize("name", ["up", "down", "rollback"])
def test_command_that_is_not_agreed_to_does_nothing(cli: Cli, name: str) -> None:
    assert cli(name, answer="n\n").exit_code == 2
    assert set(cli.did) <= {"shown"}


@pytest.mark.parametrize(
    "failure",
    [
        Unusable("the quota is too small"),
        ClientError({"Error": {"Code": "X", "Message": "the quota is too small"}}, "CreateStack"),
    ],
)
def test_up_that_cannot_go_on_stops_and_says_why(cli: Cli, failure: Exception) -> None:
    cli.steps(first=failure, second=None)
    result = cli("up", "--yes")
    assert result.exit_code == 1
    assert "the quota is too small" in result.output
    assert "Traceback" not in result.output
    assert cli.did == ["shown", "first"]


def test_up_with_failed_smoke_test_offers_the_way_back(cli: Cli) -> None:
    cli.steps(first=SmokeFailed("Smoke test failed: home page."))
    result = cli("up", answer="y\ny\n")
    assert (result.exit_code, cli.did) == (1, ["shown", "first", "back to good"])


def test_up_with_failed_smoke_test_stays_when_the_way_back_is_declined(cli: Cli) -> None:
    cli.steps(first=SmokeFailed("Smoke test failed: home page."))
    result = cli("up", answer="y\nn\n")
    assert (result.exit_code, cli.did) == (2, ["shown", "first"])


def test_down_keeps_the_data(cli: Cli) -> None:
    cli("down", "--yes")
    assert cli.did == ["first", "second"]


def test_down_deletes_data_only_with_the_right_word(cli: Cli) -> None:
    assert cli("down", "--yes", "--delete-data", "prod").exit_code == 1
    assert cli.did == []
    cli("down", "--yes", "--delete-data", "dev")
    assert cli.did == ["first", "second", "data gone"]


def test_stage_that_does_not_exist_is_told_without_a_stack() -> None:
    result = click.testing.CliRunner().invoke(command.cli, ["status", "--stage", "nowhere"])
    assert result.exit_code == 1
    assert "has no stage nowhere" in result.output
    assert "Traceback" not in result.output


def test_settings_may_stand_elsewhere(tmp_path: Path) -> None:
    file = tmp_path / "stages.toml"
    file.write_text("[test]\n")
    result = click.testing.CliRunner().invoke(command.cli, ["status", "--stage", "test", "--settings", str(file)])
    assert "region is missing" in result.output


def test_rollback_goes_one_release_back_or_to_the_one_that_is_named(cli: Cli) -> None:
    cli("rollback", "--yes")
    cli("rollback", "--yes", "--to", "older")
    assert cli.did == ["back to before", "back to older"]


def test_rollback_says_before_it_asks_that_the_older_release_may_not_read_all(cli: Cli) -> None:
    assert "may not read all that this one wrote" in cli("rollback", answer="n\n").output
    assert cli.did == []


def test_plan_names_account_and_region_before_it_asks(cli: Cli) -> None:
    for name in ("up", "down"):
        assert "in account 111122223333, eu-central-1" in cli(name, answer="n\n").output


def test_deployer_writes_the_documents_of_the_stage(cli: Cli, tmp_path: Path) -> None:
    assert cli("deployer", "--into", str(tmp_path / "made")).exit_code == 0
    made = {file.name: json.loads(file.read_text()) for file in (tmp_path / "made").iterdir()}
    assert made.keys() == {"marquee-dev-deployer-stacks.json", "marquee-dev-deployer-steps.json"}
    identity = next(
        one for one in made["marquee-dev-deployer-stacks.json"]["Statement"] if one["Sid"] == "MailIdentity"
    )
    assert identity["Resource"] == ["arn:aws:ses:eu-central-1:111122223333:identity/none.invalid"]
    roles = next(one for one in made["marquee-dev-deployer-steps.json"]["Statement"] if one["Sid"] == "Roles")
    assert roles["Resource"] == ["arn:aws:iam::111122223333:role/marquee-dev-*"]


def test_configure_needs_no_agreement_and_does_its_steps(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        steps, "CONFIGURE", (steps.DeployStep("write", "purpose", lambda *_: cli.did.append("wrote") or ""),)
    )
    result = cli("configure")
    assert (result.exit_code, cli.did) == (0, ["wrote"])
    assert "Now `chalice deploy --stage dev` works here." in result.output
