"""`python -m infra`: the command line for deployments. Shows the plan, asks for confirmation, prints each step."""

import getpass
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.table import Table

from infra.checks.run_smoke_test import SmokeFailed
from infra.deploy import find_changes, find_status, parameters, replay, steps, write_policies
from infra.deploy.deployment import Deployment
from infra.settings import Unusable, load

T = TypeVar("T")

PROJECT = Path(__file__).resolve().parents[1]
console = Console(highlight=False)


@click.group()
def cli() -> None:
    """Bring a stage of Marquee up on AWS, see how it is, take it down."""


def _stage(command: Any) -> Any:
    option = click.option("--stage", required=True, help="A stage of infra/stages.toml.")
    settings = click.option(
        "--settings",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        default=PROJECT / "infra" / "stages.toml",
        show_default="infra/stages.toml",
        help="Where the stages are.",
    )
    return option(settings(command))


@cli.command()
@_stage
@click.option("--yes", is_flag=True, help="Do not ask before beginning, nor before rolling back.")
def up(*, stage: str, settings: Path, yes: bool) -> None:
    """Bring the stage up, or up to date. May be interrupted and run again."""
    here = _here(stage, settings)
    _show_plan(f"Bringing {here.prefix} up {_where(here)}", steps.UP)
    _show_changes(here)
    _agree(yes, "Go on?")
    try:
        _run(here, steps.UP)
    except SmokeFailed as failure:
        console.print(f"[red]{failure}[/red]")
        _agree(yes, "Roll back to the last release that passed?")
        console.print(f"Rolled back to {_guarded(lambda: steps.rollback(here, steps.last_good(here), _say))}.")
        sys.exit(1)
    console.print(f"[bold]{here.prefix} is up:[/bold] {here.public_url}")


@cli.command()
@_stage
def configure(*, stage: str, settings: Path) -> None:
    """Make this checkout ready for `chalice deploy` and `chalice package` of a stage that is up."""
    here = _here(stage, settings)
    _run(here, steps.CONFIGURE)
    console.print(f"Now `chalice deploy --stage {stage}` works here.")


@cli.command()
@_stage
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def diff(*, stage: str, settings: Path, as_json: bool) -> None:
    """Show what `up` would change, and change nothing."""
    here = _here(stage, settings)
    if as_json:
        changes = find_changes.of(here)
        click.echo(json.dumps({part: [one._asdict() for one in found] for part, found in changes.items()}))
        return
    _show_changes(here)


@cli.command()
@_stage
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    default=PROJECT / "dist",
    show_default="dist",
    help="The folder to write them to.",
)
def deployer(*, stage: str, settings: Path, into: Path) -> None:
    """Write the IAM policies that deploying this stage needs, for a person or role without administrator's rights."""
    here = _here(stage, settings)
    for file in _guarded(lambda: write_policies.write(here, into)):
        console.print(str(file), soft_wrap=True)


@cli.command()
@_stage
@click.option("--delete-data", metavar="NAME", help="Also delete tables and secrets: repeat the stage's name.")
@click.option("--yes", is_flag=True, help="Do not ask before beginning.")
def down(*, stage: str, settings: Path, delete_data: str | None, yes: bool) -> None:
    """Take the stage down. Tables and secrets stay unless they are named for deletion."""
    here = _here(stage, settings)
    if delete_data is not None and delete_data != stage:
        raise click.ClickException(f"--delete-data must repeat the stage's name, {stage}.")
    plan = (*steps.DOWN, steps.DELETE_DATA) if delete_data else steps.DOWN
    _show_plan(f"Taking {here.prefix} down {_where(here)}", plan)
    _agree(yes, "Go on?")
    _run(here, plan)


@cli.command()
@_stage
@click.option("--to", metavar="RELEASE", help="The release to go back to; the one before unless named.")
@click.option("--yes", is_flag=True, help="Do not ask before beginning.")
def rollback(*, stage: str, settings: Path, to: str | None, yes: bool) -> None:
    """Put an earlier release in the place of the one that is deployed."""
    here = _here(stage, settings)
    name = to or _guarded(lambda: steps.one_before(here))
    console.print("An older release may not read all that this one wrote: see Rollback in docs/operations.md first.")
    _agree(yes, f"Roll {here.prefix} in account {here.account} back to {name}?")
    console.print(f"Rolled back to {_guarded(lambda: steps.rollback(here, name, _say))}.")


@cli.command()
@_stage
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def status(*, stage: str, settings: Path, as_json: bool) -> None:
    """Show what is deployed and how it is. Exits with 1 when something is not as it should be."""
    here = _here(stage, settings)
    found = _guarded(lambda: find_status.of(here))
    if as_json:
        click.echo(json.dumps(found))
    else:
        table = Table(title=here.prefix, show_header=False, title_justify="left")
        for key, value in found.items():
            table.add_row(key, value if isinstance(value, str) else json.dumps(value))
        console.print(table)
    sys.exit(bool(found["stream drift"] or found["waiting failures"] or found["missing functions"]))


@cli.command()
@_stage
@click.argument("name", type=click.Choice(parameters.SETTABLE))
def secret(*, stage: str, settings: Path, name: str) -> None:
    """Set Stripe's key (asked for, or read from standard input), or make new keys of ours. `up` puts it to use."""
    here = _here(stage, settings)
    ours = {
        parameters.TOKEN_KEYS: here.parameters.rotate_token_keys,
        parameters.VAPID_PRIVATE_KEY: here.parameters.replace_vapid_key,
        parameters.ORIGIN_SECRET: here.parameters.replace_origin_secret,
    }
    if name in ours:
        version = _guarded(ours[name])
    else:
        value = getpass.getpass("Secret key of Stripe: ") if sys.stdin.isatty() else sys.stdin.readline()
        if not value.strip().startswith(("sk_", "rk_")):
            raise click.ClickException("That is no secret key of Stripe's: they begin with sk_ or rk_.")
        version = _guarded(lambda: here.parameters.put(name, value.strip()))
    console.print(f"{here.stage.parameter(name)} is at version {version}; run `up` to put it to use.")


@cli.command(name="replay")
@_stage
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="At most so many.")
@click.option("--dry-run", is_flag=True, help="Only list what is waiting.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def replay_command(*, stage: str, settings: Path, limit: int, dry_run: bool, as_json: bool) -> None:
    """Give the records in the failure queue to their functions again."""
    here = _here(stage, settings)
    queue = here.outputs("base").get("FailureQueueUrl")
    if not queue:
        raise click.ClickException(f"{here.prefix} is not up.")
    clients = replay.clients_of(here.session)
    sys.exit(
        replay.run(
            clients,
            prefix=here.prefix,
            queue_url=queue,
            limit=limit,
            dry_run=dry_run,
            as_json=as_json,
            console=console,
        )
    )


def _here(stage: str, settings: Path) -> Deployment:
    import boto3

    def made() -> Deployment:
        table = load(settings, stage)
        return Deployment(table, boto3.Session(region_name=table.region), PROJECT)

    return _guarded(made)


def _where(here: Deployment) -> str:
    return f"in account {_guarded(lambda: here.account)}, {here.stage.region}"


def _guarded(work: Callable[[], T]) -> T:
    """Runs `work`; a failure that the user can fix becomes a ClickException, shown without a stack trace."""
    try:
        return work()
    except (Unusable, BotoCoreError, ClientError) as problem:
        raise click.ClickException(str(problem)) from problem


def _show_plan(title: str, plan: Sequence[steps.DeployStep]) -> None:
    console.print(f"[bold]{title}[/bold]", soft_wrap=True)
    table = Table(show_header=False, box=None)
    for number, step in enumerate(plan, 1):
        table.add_row(str(number), f"[bold]{step.name}[/bold]", step.purpose)
    console.print(table)


def _show_changes(here: Deployment) -> None:
    changes = _guarded(lambda: find_changes.of(here))
    lines = [(part, one) for part, found in changes.items() for one in found]
    table = Table(title=f"{len(lines)} changes of resources", title_justify="left", show_header=False, box=None)
    for part, one in lines:
        mark = "[red]REPLACE[/red]" if one.replaces else one.action
        table.add_row(part, mark, one.resource, one.kind)
    console.print(table)


def _agree(yes: bool, question: str) -> None:
    if not yes and not click.confirm(question):
        sys.exit(2)


def _run(here: Deployment, plan: Sequence[steps.DeployStep]) -> None:
    for number, step in enumerate(plan, 1):
        console.print(f"[dim]{number}/{len(plan)}[/dim] [bold]{step.name}[/bold] …")
        try:
            done = step.run(here, _say)
        except SmokeFailed:
            raise
        except (Unusable, BotoCoreError, ClientError) as problem:
            raise click.ClickException(f"{step.name}: {problem}\nMend that and run the same command again.") from None
        console.print(f"    {done}")


def _say(line: str) -> None:
    console.print(f"    [dim]{line}[/dim]", markup=True)


if __name__ == "__main__":
    cli(prog_name="python -m infra")
