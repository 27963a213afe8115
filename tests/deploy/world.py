"""The state of the scenario: the emulated account, the deployed project, Stripe's double.

Also accesses the product as a user does: over its URLs and the mails that it sends.
"""

import json
import re
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import boto3

from infra.deploy import run_chalice
from local.stripe_double import StripeDouble
from tests.deploy import processes
from tests.deploy.places import ACCOUNT, REGION, Places
from tests.deploy.processes import Kill, Ran

STAGE = "dev"
PREFIX = f"marquee-{STAGE}"
PATIENCE_SECONDS = 60
T = TypeVar("T")


class Reply(NamedTuple):
    """An HTTP response; header names are lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class World(NamedTuple):
    """Everything that a test needs. `shell` has variables that the owner's shell exports beside the credentials."""

    places: Places
    project: Path
    folder: Path
    double: StripeDouble
    shell: dict[str, str]

    def infra(self, command: str, *arguments: str, stdin: str = "", kill: Kill | None = None) -> Ran:
        """Runs one command of infra/ for the stage."""
        options = ("--stage", STAGE, "--settings", "stages.toml")
        return self.run(["-m", "tests.deploy.on_emulator", command, *options, *arguments], stdin=stdin, kill=kill)

    def chalice(self, *arguments: str) -> Ran:
        """Runs one command of Chalice, as a person types it."""
        return self.run(["-c", run_chalice.COMMAND, *arguments])

    def run(self, arguments: list[str], *, stdin: str = "", kill: Kill | None = None) -> Ran:
        """Runs Python with these arguments, in the project's folder."""
        variables = processes.environment(self.places, self.folder) | self.shell
        command = [sys.executable, *arguments]
        return processes.run(command, project=self.project, variables=variables, stdin=stdin, kill=kill)

    def client(self, service: str) -> Any:
        """Returns a boto3 client as the account's root, whose calls do not count as the deployer's."""
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=self.places.aws,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def bucket(self, use: str) -> str:
        """Returns the name of a bucket of the stage."""
        return f"{PREFIX}-{use}-{ACCOUNT}-{REGION}"

    def get(self, path: str, **headers: str) -> Reply:
        """Gets a page, a file or a resource through the CDN."""
        return self.ask(self.places.cdn + path, **headers)

    def ask(self, url: str, body: bytes | None = None, **headers: str) -> Reply:
        """Sends a POST when there is a body, else a GET, and returns the response, errors included."""
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(url, body, fields)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return Reply(answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read())
        except urllib.error.HTTPError as error:
            return Reply(error.code, {k.lower(): v for k, v in error.headers.items()}, error.read())

    def mailed_token(self, _origin: str, address: str) -> str:
        """Returns the token of the verification link in the newest mail that SES sent to an address."""

        def found() -> str | None:
            for mail in reversed(self._mails()):
                link = re.search(r"/verify#([\w-]+)", mail["BodyText"])
                if address in mail["To"] and link:
                    return link[1]
            return None

        return eventually(found, f"a verification mail to {address}")

    def _mails(self) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.places.aws}/_ministack/ses/messages", timeout=30) as answer:
            mails: list[dict[str, Any]] = json.load(answer)["messages"].get(ACCOUNT, [])
        return mails

    def logged(self) -> list[str]:
        """Returns the functions' log lines, function by function, without those that Lambda adds."""
        groups = [one["logGroupName"] for one in self.client("logs").describe_log_groups()["logGroups"]]
        lines = [f"{group}: {line}" for group in groups for line in self._lines(group)]
        return [line for line in lines if not line.partition(": ")[2].startswith(("START ", "END ", "REPORT "))]

    def calls(self, name: str) -> int:
        """Returns how often a function was called."""
        return sum(line.startswith("START ") for line in self._lines(f"/aws/lambda/{PREFIX}-{name}"))

    def _lines(self, group: str) -> list[str]:
        pages = self.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
        return [event["message"].rstrip() for page in pages for event in page["events"]]


def eventually(look: Callable[[], T | None], what: str) -> T:
    """Calls `look` until its result is not None, and returns that. Raises TimeoutError."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        answer = look()
        if answer is not None:
            return answer
        time.sleep(0.1)
    raise TimeoutError(f"no {what} within {PATIENCE_SECONDS} s")
