"""Runs functions of the product in new processes, like cold Lambda containers: `python -m tests.harness.fresh_process`,
JSON in and out.

Imports app.py once and answers each event in a process that is forked at that point and has loaded nothing else. Tests
call `answers`, which starts it.
"""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypedDict

from tests.harness import environment

ROOT = Path(__file__).parents[2]


class Fresh(TypedDict):
    """The answer of one process, the view that gave it, if any, and the route modules that the process had loaded."""

    answer: Any
    view: str | None
    loaded: list[str]


def answers(database: str, events: Iterable[Any], *, function: str = "app") -> list[Fresh]:
    """Calls a function of app.py with each event, each in a new process. Returns the answers."""
    case = {"database": database, "function": function, "events": list(events)}
    done = subprocess.run(
        [sys.executable, "-m", __name__],
        input=json.dumps(case),
        cwd=ROOT,
        env={**os.environ, "AWS_LAMBDA_FUNCTION_NAME": "test"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def main() -> None:
    """Prints one line of JSON per event."""
    logging.disable()
    case = json.load(sys.stdin)
    environment.prepare(case["database"])
    import app

    for event in case["events"]:
        child = os.fork()
        if child == 0:
            print(json.dumps(_answer(app, case["function"], event)), flush=True)
            os._exit(0)
        if os.waitpid(child, 0)[1] != 0:
            raise RuntimeError(f"no answer to {event}")


def _answer(module: Any, function: str, event: Any) -> Fresh:
    answer = getattr(module, function)(event, None)
    context = event.get("requestContext", {})
    entry = module.app.routes.get(context.get("resourcePath"), {}).get(context.get("httpMethod"))
    package = "chalicelib.routes."
    loaded = [name.removeprefix(package) for name in sys.modules if name.startswith(package)]
    return {"answer": answer, "view": entry and entry.view_name, "loaded": sorted(loaded)}


if __name__ == "__main__":
    main()
