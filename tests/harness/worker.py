"""A stream's worker in a separate process, which may be killed: `python -m tests.harness.worker DATABASE_URL`.

Reads batches of records of the notifications table, one per line (JSON), and prints the function's answer to each. At
the end of its input it prints its peak memory in KB. Mails stay queued, because nothing sends them.
"""

import contextlib
import json
import logging
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.harness import environment


class Worker:
    """A worker's process, seen from the test."""

    def __init__(self, database_url: str) -> None:
        command = [sys.executable, "-m", "tests.harness.worker", database_url]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def react(self, records: list[dict[str, Any]]) -> dict[str, Any] | None:
        """Sends a batch. Returns the worker's answer; None when it died."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(f"{json.dumps({'Records': records})}\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return None
        line = self._process.stdout.readline()
        return json.loads(line) if line else None

    def kill(self) -> None:
        """Kills the worker with SIGKILL."""
        self._process.kill()

    def finish(self) -> int:
        """Ends the worker. Returns its peak memory in KB; 0 when it was killed."""
        answer, _ = self._process.communicate()
        return int(json.loads(answer)["peak_kb"]) if answer else 0


def serve(react: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Answers batches until the input ends."""
    for line in sys.stdin:
        print(json.dumps(react(json.loads(line))), flush=True)
    print(json.dumps({"peak_kb": peak_kb()}), flush=True)


def peak_kb() -> int:
    """Returns the peak memory of this process in KB. Avoids `ru_maxrss` where possible: on Linux it starts with the
    memory of the process before exec, that is, of its parent (man 2 getrusage).
    """
    with contextlib.suppress(FileNotFoundError):
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    """Runs the product's reactions over a database."""
    environment.prepare(sys.argv[1])
    logging.getLogger("telemetry").setLevel(logging.ERROR)
    from chalicelib import bootstrap, config, reactions
    from chalicelib.triggers import streams

    bootstrap.use(bootstrap.Services(config.load().replaced(mail_from="")))
    serve(lambda event: streams.react(event, reactions.NOTIFICATIONS))


if __name__ == "__main__":
    main()
