"""A stage's additions to Chalice's configuration: separate from files that git tracks, read by Chalice's command line,
and with a one-line error when they are missing.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra import policies
from infra.deploy import configuring, run_chalice, stage_config
from tests.harness.environment import VARIABLES

ROOT = Path(__file__).parents[3]
PLACEHOLDERS = dict.fromkeys(policies.PLACEHOLDERS, "x1")
STRIPPED = {name: value for name, value in os.environ.items() if name not in VARIABLES}


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=A", "-c", "user.email=a@marquee.example", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", *who, *arguments], cwd=folder, capture_output=True, text=True, check=False, env=STRIPPED
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def chalice(project: Path, *arguments: str, **variables: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", run_chalice.COMMAND, "--project-dir", str(project), *arguments],
        cwd=project,
        env={**STRIPPED, **variables, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def configure(project: Path) -> None:
    variables = {name: value for name, value in VARIABLES.items() if not name.startswith("AWS_")} | {"STAGE": "dev"}
    configuring.write(project, "dev", region="eu-west-1", variables=variables, placeholders=PLACEHOLDERS)


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's files that Chalice reads, as in a new clone."""
    made = tmp_path_factory.mktemp("upstream")
    ignore = shutil.ignore_patterns("__pycache__", "stages.local.toml")
    for name in ("app.py", "requirements.txt", ".gitignore"):
        shutil.copy(ROOT / name, made / name)
    for name in ("chalicelib", "infra"):
        shutil.copytree(ROOT / name, made / name, ignore=ignore)
    (made / ".chalice").mkdir()
    shutil.copy(ROOT / ".chalice" / "config.json", made / ".chalice" / "config.json")
    git(made, "init", "--quiet", "--initial-branch", "main")
    git(made, "add", "--all")
    git(made, "commit", "--quiet", "--message", "First")
    return made


@pytest.fixture
def clone(upstream: Path, tmp_path: Path) -> Path:
    git(tmp_path, "clone", "--quiet", str(upstream), "clone")
    return tmp_path / "clone"


@pytest.mark.parametrize("command", [("deploy",), ("deploy", "--stage", "prod"), ("package", "out")])
def test_chalice_before_configure_says_in_one_sentence_what_to_run(clone: Path, command: tuple[str, ...]) -> None:
    stage = "prod" if "prod" in command else "dev"
    assert chalice(clone, *command) == (
        1,
        f"Error: Stage {stage} is not configured in this checkout: run `make deploy STAGE={stage}` to bring it up, or "
        f"`python -m infra configure --stage {stage}` when it is up already.\n",
    )


def test_chalice_after_a_policy_changed_says_to_configure_again(clone: Path) -> None:
    configure(clone)
    (clone / "infra" / "policies" / "on_sales.json").write_text("{}")
    code, said = chalice(clone, "package", "out")
    assert (code, said.count("\n")) == (1, 1)
    assert "run `python -m infra configure --stage dev` again" in said


def test_chalice_with_a_variable_that_is_missing_says_to_configure_again(clone: Path) -> None:
    configure(clone)
    file = stage_config.path(clone, "dev")
    table = json.loads(file.read_text())
    del table["environment_variables"]["PUBLIC_URL"]
    file.write_text(json.dumps(table))
    code, said = chalice(clone, "package", "out")
    assert (code, said.count("\n")) == (1, 1)
    assert "PUBLIC_URL is missing" in said
    assert "run `python -m infra configure --stage dev` again" in said


@pytest.mark.parametrize("shell", [{}, {"AWS_REGION": "us-west-2", "AWS_DEFAULT_REGION": "us-west-2"}])
def test_chalice_after_configure_plans_the_stage_in_its_region(clone: Path, shell: dict[str, str]) -> None:
    configure(clone)
    with (clone / "app.py").open("a") as code:
        code.write(
            "\nimport botocore.session\nprint('region', botocore.session.Session().get_config_variable('region'))\n"
        )
    code_, said = chalice(clone, "dev", "appgraph", **shell)
    assert code_ == 0, said
    assert said.startswith("region eu-west-1\n")
    assert "FileBasedIAMPolicy" in said
    assert "policies/dev/on_content.json" in said


def test_configure_leaves_the_checkout_clean_and_a_pull_works(clone: Path, upstream: Path) -> None:
    configure(clone)
    for made in ("deployed/dev.json", "deployments/layer.zip"):
        file = clone / ".chalice" / made
        file.parent.mkdir()
        file.write_text("made by Chalice")
    (clone / "infra" / "stages.local.toml").write_text("[dev]\nbudget = 7\n")
    assert git(clone, "status", "--porcelain") == ""
    config = upstream / ".chalice" / "config.json"
    before = config.read_text()
    try:
        config.write_text(before.replace('"lambda_memory_size": 512', '"lambda_memory_size": 1024'))
        git(upstream, "commit", "--quiet", "--all", "--message", "More memory")
        git(clone, "pull", "--quiet")
    finally:
        config.write_text(before)
    assert '"lambda_memory_size": 1024' in (clone / ".chalice" / "config.json").read_text()
    assert git(clone, "status", "--porcelain") == ""


def test_merge_keeps_what_the_project_says_of_a_function() -> None:
    config = {"stages": {"prod": {"lambda_functions": {"on_sales": {"reserved_concurrency": 20}}}}}
    table = stage_config.table_of("prod", ("on_sales",), region="eu-west-1", variables={"STAGE": "prod"})
    stage_config.merge(config, "prod", table)
    assert config["stages"]["prod"] == {
        "environment_variables": {"STAGE": "prod"},
        "lambda_functions": {
            "on_sales": {
                "reserved_concurrency": 20,
                "iam_policy_file": "policies/prod/on_sales.json",
                "environment_variables": {"FUNCTION_SECRETS": "TOKEN_KEYS STRIPE_SECRET_KEY"},
            }
        },
    }
