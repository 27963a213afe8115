"""The settings that one stage adds to .chalice/config.json (variables, policy files, region), and how Chalice's command
line gets them.

Git tracks .chalice/config.json, so stages are not written there. `configure` and `up` write .chalice/stages/STAGE.json,
which git ignores. Chalice reads no second file, but it imports app.py before it plans anything. On a developer's
machine, app.py calls `enter_chalice_cli`, which adds the stage's file to Chalice's configuration, or says which command
to run when there is none.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import click

from infra import names, policies

Table = dict[str, Any]
FOLDER = Path(".chalice") / "stages"


def path(project: Path, stage: str) -> Path:
    """Returns the path of the stage's file."""
    return project / FOLDER / f"{stage}.json"


def table_of(stage: str, functions: tuple[str, ...], *, region: str, variables: dict[str, str]) -> Table:
    """Returns the stage's file: a stage in the format of .chalice/config.json, the region, and a digest of
    its sources.
    """
    return {
        "region": region,
        "made_from": _sources(),
        "environment_variables": dict(sorted(variables.items())),
        "lambda_functions": {name: _function(stage, name) for name in functions},
    }


def _function(stage: str, name: str) -> Table:
    """Returns a function's settings: its policy file, and the secrets that it reads in one call."""
    table: Table = {"iam_policy_file": f"policies/{stage}/{name}.json"}
    allowed = policies.secrets_of(name)
    secrets = " ".join(variable for variable, parameter in names.SECRETS.items() if parameter in allowed)
    return table | ({"environment_variables": {"FUNCTION_SECRETS": secrets}} if secrets else {})


def merge(config: Table, stage: str, table: Table) -> None:
    """Adds the stage's file to a configuration of Chalice, in place."""
    own = config.setdefault("stages", {}).setdefault(stage, {})
    own["environment_variables"] = own.get("environment_variables", {}) | table["environment_variables"]
    functions = own.setdefault("lambda_functions", {})
    for name, settings in table["lambda_functions"].items():
        functions[name] = functions.get(name, {}) | settings


def region_variables(region: str) -> dict[str, str]:
    """Returns the variables that set the region. botocore reads one name, the product the other."""
    return {"AWS_REGION": region, "AWS_DEFAULT_REGION": region}


def enter_chalice_cli() -> None:
    """Adds the stage's file to Chalice's configuration. Called by app.py while Chalice's command line imports it.
    Raises click.ClickException, which Chalice shows as one line, when the stage is not configured in this checkout or
    was configured by another version of it.
    """
    context = click.get_current_context(silent=True)
    if context is None or "project_dir" not in (context.obj or {}):
        return
    stage = str(context.params.get("stage") or "dev")
    table = _read(Path(context.obj["project_dir"]), stage)
    os.environ.update(table["environment_variables"] | region_variables(table["region"]))
    _check_variables(stage)
    _add_to_chalice(stage, table)


def _read(project: Path, stage: str) -> Table:
    file = path(project, stage)
    if not file.exists():
        raise click.ClickException(
            f"Stage {stage} is not configured in this checkout: run `make deploy STAGE={stage}` to bring it up, or "
            f"`python -m infra configure --stage {stage}` when it is up already."
        )
    table: Table = json.loads(file.read_text(encoding="utf-8"))
    if table["made_from"] != _sources():
        raise _outdated(stage, "the policies have changed since")
    return table


def _check_variables(stage: str) -> None:
    from chalicelib import config

    try:
        config.load()
    except config.Misconfigured as problem:
        raise _outdated(stage, str(problem)) from None


def _outdated(stage: str, why: str) -> click.ClickException:
    return click.ClickException(
        f"Stage {stage} was configured by another version of this checkout ({why}): run `python -m infra configure "
        f"--stage {stage}` again."
    )


def _add_to_chalice(stage: str, table: Table) -> None:
    """Replaces `Config.scope`, the only method by which Chalice 1.34 gets a function's settings."""
    from chalice.config import Config

    read = Config.scope

    def scope(config: Any, chalice_stage: str, function_name: str) -> Any:
        if chalice_stage == stage:
            merge(config.config_from_disk, stage, table)
        return read(config, chalice_stage, function_name)

    Config.scope = scope


def _sources() -> str:
    """Returns a digest of the policy files, from which a stage's files are rendered."""
    digest = hashlib.sha256()
    for name in policies.names():
        digest.update(name.encode() + b"\0" + (policies.FOLDER / f"{name}.json").read_bytes())
    return digest.hexdigest()
