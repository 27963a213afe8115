"""Runs Chalice's commands for a stage: `chalice deploy` and `chalice delete`. Called by the steps of `up` and `down`.

Chalice runs in a process of its own, with the stage's region; its output is passed on line by line.
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
"""Starts Chalice's command line; Chalice cannot be run as a module."""
ROOT = Path(__file__).resolve().parents[2]
ROLE_SECONDS = 15.0
"""Longer than it usually takes until all services know a new role."""
_ROLE_NOT_READY = re.compile(
    r"role defined for the function cannot be assumed by lambda"
    r"|the role with name \S+ cannot be found"
    r"|ensure the role can perform"
    r"|execution role does not have permissions",
    re.IGNORECASE,
)
"""Errors of Lambda and IAM while a new role is not visible yet. Chalice itself waits up to two minutes on the first one
when it creates a function, but not on the others. Source:
docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html (changes that I make are not always immediately visible)
"""
Say = Callable[[str], None]


class RoleNotReady(Unusable):
    """IAM has created a role that other services do not see yet; a retry a little later works."""


def deploy(
    project: Path,
    *,
    stage: str,
    region: str,
    adopt: Callable[[], object],
    say: Say,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Runs `chalice deploy`, and once more when a new role was not visible yet. `adopt` writes Chalice's records; it is
    called before each try, because the first may have created resources. Raises Unusable.
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
    """Runs one of Chalice's commands. Raises Unusable with its last lines, RoleNotReady when a role was not visible."""
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
    """Returns the environment for Chalice. It sets the stage's region, whatever the shell exports, because Chalice
    reads the region only there; no bytecode, which would get into the zip; and this checkout on the path, because an
    unpacked release has no infra/ of its own.
    """
    return {
        **os.environ,
        **stage_config.region_variables(region),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
    }
