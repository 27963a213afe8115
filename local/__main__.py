"""The command line `python -m local`. Prints each step of the start, then the addresses, accounts and paths."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from local.environment import DEFAULT_DATA_DIR, DEFAULT_PORT, RunnerSettings
from local.site.rebuild_website import rebuild_website
from local.start_errors import CannotStart

if TYPE_CHECKING:
    from local.runner import Runner


@click.command(context_settings={"show_default": True})
@click.option("--port", type=click.IntRange(1, 65_535), envvar="PORT", default=DEFAULT_PORT, help="Where to listen.")
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="DATA_DIR",
    default=DEFAULT_DATA_DIR,
    help="Where data is kept.",
)
@click.option(
    "--database-port", type=click.IntRange(0, 65_535), envvar="DATABASE_PORT", default=0, help="0: any free port."
)
@click.option("--rebuild", is_flag=True, help="Build the website again when its sources change.")
@click.option("--verbose", is_flag=True, help="Show a line per request here; otherwise they go to server.log.")
def main(port: int, data_dir: Path, database_port: int, rebuild: bool, verbose: bool) -> None:
    """Run the whole of Marquee in this process, without an AWS account."""
    from local import runner

    console = Console(highlight=False)
    started = time.perf_counter()
    _log(None if verbose else data_dir / "server.log")

    def tell(running: Runner) -> None:
        console.print(_summary(running, time.perf_counter() - started))

    settings = RunnerSettings(port, data_dir.resolve(), database_port)
    try:
        with rebuild_website() if rebuild else contextlib.nullcontext():
            asyncio.run(runner.run(settings, step=lambda text: console.print(f"[dim]·[/dim] {text}"), ready=tell))
    except CannotStart as error:
        raise click.ClickException(str(error)) from error


def _log(file: Path | None) -> None:
    """Logs warnings to the terminal, and requests and outcomes to `file` (None: to the terminal too)."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("local").setLevel(logging.INFO)
    if file is None:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(file, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    for name in ("local.access", "telemetry"):
        logger = logging.getLogger(name)
        logger.addHandler(handler)
        logger.propagate = False


def _summary(running: Runner, seconds: float) -> Table:
    origin = running.settings.origin
    table = Table(title=f"Marquee is ready ({seconds:.1f} s)", show_header=False, title_justify="left")
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    table.add_row("Product", origin)
    table.add_row("API", f"{origin}/api/v1, described at {origin}/api/docs")
    table.add_row("Mailbox", f"{origin}/_local/mail")
    payments = f"{origin}/_local/stripe/ (test double)" if running.stripe else "Stripe, with your test key"
    table.add_row("Payments", payments)
    table.add_row("Everything else", f"{origin}/_local/")
    for account in running.site.accounts:
        table.add_row(f"Sign in: {account.role}", f"{account.email}  {account.password}")
    table.add_row("Data, log", str(running.settings.data_dir))
    table.add_row("Stop", "Ctrl+C")
    return table


if __name__ == "__main__":
    main(prog_name="python -m local")
