"""Runs modules of web/public/js under node, for tests that need no browser."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

SCRIPTS = Path(__file__).parents[3] / "web/public/js"
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(
    NODE is None and os.environ.get("CI") != "true",
    reason="*** SKIPPED: pages' scripts are JavaScript, and there is no node here (`make node`) ***",
)


def evaluate(module: str, expression: str, given: Any) -> Any:
    """Returns the value of an expression over `module` (the script's exports) and `given` (plain data)."""
    code = f"""
    import * as module from {json.dumps((SCRIPTS / module).as_uri())};
    const given = {json.dumps(given)};
    console.log(JSON.stringify({expression}));
    """
    return _told(["--input-type=module", "--eval", code])


def run(driver: Path, *given: str) -> Any:
    """Runs a driver with the scripts' folder and further arguments. Returns the JSON that it prints."""
    return _told([str(driver), SCRIPTS.as_uri(), *given])


def _told(arguments: list[str]) -> Any:
    done = subprocess.run([str(NODE), *arguments], capture_output=True, check=True, text=True, timeout=30)
    return json.loads(done.stdout)
