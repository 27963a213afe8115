"""A stream's worker in a process of its own, which may be killed: `python -m tests.harness.worker DATABASE_URL`.

Takes a batch of records of the notifications table a line (JSON), answers what the function answers, a line each. At
the end of its input it says what memory it took at most, in KB. Mails stay queued: nobody is there to take them.
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
    """Somebody else's handle on a worker."""

    def __init__(self, database_url: str) -> None:
        command = [sys.executable, "-m", "tests.harness.worker", database_url]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def react(self, records: list[dict[str, Any]]) -> dict[str, Any] | None:
        """Its answer; None when it died."""
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
        """Kill -9."""
        self._process.kill()

    def finish(self) -> int:
        """Let it end; the most memory it had, in KB. 0 for one that was killed."""
        answer, _ = self._process.communicate()
        return int(json.loads(answer)["peak_kb"]) if answer else 0


def serve(react: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Answer until there is no more."""
    for line in sys.stdin:
        print(json.dumps(react(json.loads(line))), flush=True)
    print(json.dumps({"peak_kb": peak_kb()}), flush=True)


def peak_kb() -> int:
    """The most memory this program had, in KB. Not `ru_maxrss` where there is a choice: Linux begins that with what the
    process had before exec, which is the memory of whoever started it (man 2 getrusage).
    """
    with contextlib.suppress(FileNotFoundError):
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    """The product's reactions over a database."""
    environment.prepare(sys.argv[1])
    logging.getLogger("telemetry").setLevel(logging.ERROR)
    from chalicelib import bootstrap, config, reactions
    from chalicelib.triggers import streams

    bootstrap.use(bootstrap.Services(config.load().replaced(mail_from="")))
    serve(lambda event: streams.react(event, reactions.NOTIFICATIONS))


if __name__ == "__main__":
    main()
