"""`make import FILE=…`: sends an Open Event archive, or a folder with its JSON files, to a running server.

Signs in as the demo organiser, or as `--email` with `--password`, shows progress, and prints the report.
"""

from __future__ import annotations

import io
import json
import time
import urllib.error
import urllib.request
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from local.demo.demo import ACCOUNTS, ApiCaller

POLL_SECONDS = 0.2
MOST_IDS = 5
"""Number of records that a line of the printed report names."""


@click.command(help=__doc__)
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--url", default="http://127.0.0.1:8000", help="The running server.")
@click.option("--email", default=ACCOUNTS[0].email, help="Who will own the event.")
@click.option("--password", default=ACCOUNTS[0].password, envvar="MARQUEE_PASSWORD", help="(or MARQUEE_PASSWORD)")
@click.option("--json", "as_json", is_flag=True, help="Print the import as JSON.")
def main(*, path: Path, url: str, email: str, password: str, as_json: bool) -> None:
    """Sends the archive, waits for the import, prints its report."""
    api = ApiCaller(url)
    try:
        answer = api.call("POST", "/api/v1/auth/sign-in", {"email": email, "password": password})
        api.token = answer["access_token"]
        import_id = _send(api, _archive(path))
        done = _wait(api, import_id, quiet=as_json)
    except urllib.error.HTTPError as error:
        raise click.ClickException(str(json.load(error)["detail"])) from None
    except urllib.error.URLError as error:
        raise click.ClickException(f"no server answers at {url} ({error.reason}); start one with `make run`") from None
    if as_json:
        click.echo(json.dumps(done))
    else:
        _print(done, url=url, owner=email)
    if done["state"] == "failed":
        raise SystemExit(1)


def _archive(path: Path) -> bytes:
    """Returns the bytes of the archive. Zips a folder."""
    if path.is_file():
        return path.read_bytes()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(path.glob("*.json")):
            archive.write(file, file.name)
    return buffer.getvalue()


def _send(api: ApiCaller, archive: bytes) -> str:
    headers = {"Content-Type": "application/zip", "Authorization": f"Bearer {api.token}"}
    request = urllib.request.Request(f"{api.origin}/api/v1/events/import", archive, headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return str(json.load(answer)["import_id"])


def _wait(api: ApiCaller, import_id: str, *, quiet: bool) -> dict[str, Any]:
    with Progress(console=Console(stderr=True), disable=quiet) as progress:
        task = progress.add_task("Importing", total=None)
        while True:
            current: dict[str, Any] = api.call("GET", f"/api/v1/imports/{import_id}")
            written = sum(current["counts"].values())
            progress.update(task, total=current["total"] or None, completed=written)
            if current["state"] != "running":
                return current
            time.sleep(POLL_SECONDS)


def sentences(report: list[dict[str, str]]) -> list[str]:
    """Returns one line for all records with the same outcome, kind and reason. Leaves out unchanged records."""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for line in report:
        if line["outcome"] != "taken":
            alike.setdefault((line["outcome"], line["kind"], line["reason"]), []).append(line["source_id"])
    found = []
    for (outcome, kind, reason), ids in alike.items():
        more = f" and {len(ids) - MOST_IDS} more" if len(ids) > MOST_IDS else ""
        found.append(f"{outcome:8} {kind} {', '.join(ids[:MOST_IDS])}{more}: {reason}")
    return found


def _print(done: dict[str, Any], *, url: str, owner: str) -> None:
    console = Console()
    if done["state"] == "failed":
        console.print(f"[red]Not imported:[/red] {done['detail']}")
        return
    outcomes = Counter((line["kind"], line["outcome"]) for line in done["report"])
    table = Table("kind", "taken", "mended", "refused")
    for kind in dict.fromkeys(line["kind"] for line in done["report"]):
        table.add_row(kind, *(str(outcomes[kind, outcome]) for outcome in ("taken", "mended", "refused")))
    console.print(table)
    for sentence in sentences(done["report"]):
        console.print(sentence, markup=False)
    console.print(f"Event {done['event_id']} is a draft. Its owner, {owner}, finds it after signing in at {url}/events")


if __name__ == "__main__":
    main()
