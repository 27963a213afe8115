"""Runs Chalice's command line for a stage: `chalice deploy`, `chalice delete`. Called by the steps of `up` and `down`.

Chalice runs as a process of its own, with the stage's region and with what it says passed on.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from infra.deploy import stage_config
from infra.settings import Unusable

COMMAND = "import sys; from chalice.cli import main; sys.exit(main())"
"""Chalice's command line; it cannot be run as a module."""
ROOT = Path(__file__).resolve().parents[2]
ROLE_SECONDS = 15.0
"""Longer than it usually takes until a new role is known everywhere."""
_ROLE_NOT_READY = re.compile(
    r"role defined for the function cannot be assumed by lambda"
    r"|the role with name \S+ cannot be found"
    r"|ensure the role can perform"
    r"|execution role does not have permissions",
    re.IGNORECASE,
)
"""What Lambda and IAM say while a role is not there yet. Chalice itself waits two minutes for the first when it makes a
function, and for none of the others. Source: docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html (changes that I
make are not always immediately visible)
"""
Say = Callable[[str], None]


class RoleNotReady(Unusable):
    """IAM has made a role that other services do not see yet; a little later they do."""


def deploy(
    project: Path,
    *,
    stage: str,
    region: str,
    adopt: Callable[[], object],
    say: Say,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Run `chalice deploy`, once more when a new role was not there yet. `adopt` makes Chalice's records, before each
    try, since the first has made things. Raises Unusable.
    """
    adopt()
    try:
        run(project, "deploy", stage=stage, region=region, say=say)
    except RoleNotReady:
        say(f"A new role is not known everywhere yet; once more in {ROLE_SECONDS:g} s.")
        pause(ROLE_SECONDS)
        adopt()
        run(project, "deploy", stage=stage, region=region, say=say)


def run(project: Path, command: str, *, stage: str, region: str, say: Say) -> None:
    """Run one of Chalice's commands. Raises Unusable with the last of what it said, RoleNotReady when that was why."""
    said: list[str] = []
    with subprocess.Popen(  # noqa: S603 - our own arguments
        [sys.executable, "-c", COMMAND, "--project-dir", str(project), command, "--stage", stage],
        cwd=project,
        env=_environment(region),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        assert running.stdout is not None  # noqa: S101 - for the type checker
        for line in running.stdout:
            said.append(line.rstrip())
            say(said[-1])
    if running.returncode:
        failure = RoleNotReady if _ROLE_NOT_READY.search(" ".join(" ".join(said).split())) else Unusable
        raise failure(f"chalice {command} failed:\n" + "\n".join(said[-25:]))


def _environment(region: str) -> dict[str, str]:
    """The stage's region whatever the shell exports, since Chalice looks nowhere else. No bytecode, or it would be sent
    along. This checkout on the path, since a release that is rolled back to has no infra/ of its own.
    """
    return {
        **os.environ,
        **stage_config.region_variables(region),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
    }
