"""Runs the product in a separate process, for tests that use HTTP and sockets, or kill it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
from pathlib import Path

from local.demo.demo import ApiCaller
from local.demo.demo_conference import SLUG

ROOT = Path(__file__).parents[2]
READY_SECONDS = 90


class ServerProcess:
    """`python -m local` with cheap passwords, on a free port and one data directory. May be killed and
    started again.
    """

    def __init__(self, data_dir: Path, **environment: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.origin = f"http://127.0.0.1:{self.port}"
        self._data_dir = data_dir
        self._log = data_dir.with_suffix(".log")
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.environment = kept | environment
        """What the server is given, and nothing of this process besides: keys and table names are its own."""
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts the server and waits until the demo conference can be read."""
        product = "tests.harness.cheap_passwords"
        command = [sys.executable, "-m", product, "--port", str(self.port), "--data-dir", str(self._data_dir)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, env=self.environment)
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            assert self._process.poll() is None, self._log.read_text()[-3000:]
            try:
                ApiCaller(self.origin).call("GET", f"/api/v1/events/{SLUG}")
            except urllib.error.URLError:
                time.sleep(0.05)
            else:
                return
        raise TimeoutError(self._log.read_text()[-3000:])

    def kill(self) -> None:
        """Kills the server with SIGKILL."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Stops the server gracefully."""
        self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)
            self._process.wait(30)
        self._process = None
