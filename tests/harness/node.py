"""Runs modules of web/src under Node, which strips their types: for tests that need no browser."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "web/src"
NODE = ROOT / "web/.node/bin/node"
needs_node = pytest.mark.skipif(
    not NODE.exists() and os.environ.get("CI") != "true",
    reason="*** SKIPPED: this test runs the pages' scripts, and web/.node is not installed (`make web`) ***",
)
"""Skips a test where Node is absent. In CI such a test fails."""


def evaluate(module: str, expression: str, given: Any) -> Any:
    """Returns the value of an expression over `module` (the exports of a file of web/src) and `given` (plain data)."""
    code = f"""
    import * as module from {json.dumps((SOURCES / module).as_uri())};
    const given = {json.dumps(given)};
    console.log(JSON.stringify({expression}));
    """
    return json.loads(_run(["--input-type=module", "--eval", code]))


def run(driver: Path, *given: str) -> Any:
    """Runs a driver with the URL of web/src and further arguments. Returns the JSON that it prints."""
    return json.loads(output_of(driver, *given))


def output_of(driver: Path, *given: str, timeout: float = 30) -> str:
    """Runs a driver like `run` and returns its output as it is. `timeout` is in seconds."""
    return _run([str(driver), SOURCES.as_uri(), *given], timeout)


def _run(arguments: list[str], timeout: float = 30) -> str:
    if not NODE.exists():
        pytest.fail("web/.node is not installed. Install it first: make web")
    done = subprocess.run([NODE, *arguments], capture_output=True, check=False, text=True, timeout=timeout)
    assert done.returncode == 0, done.stderr
    return done.stdout
