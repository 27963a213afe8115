"""Runs the emulator as a process, Stripe's double as a thread, and the commands of infra/, for the scenario.

Processes get an environment made here, because this process's variables would reach the emulator and the functions.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

from local.stripe_double import DoubleServer, StripeDouble, create_double
from tests.deploy.owner_calls import OWNER
from tests.deploy.places import ACCOUNT, REGION, Places

READY_SECONDS = 60
CALLS = "calls.jsonl"
"""The file of AWS calls in the scenario's folder: access key, action, resource."""
COMMAND_SECONDS = 240
_KEPT = ("PATH", "HOME", "LANG", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")


def free_port() -> int:
    """Returns a free loopback port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(places: Places, folder: Path) -> dict[str, str]:
    """Returns the environment for a process that uses the emulator as AWS. Keeps pip's settings, because `up` downloads
    wheels. Sets no region, because the stage has one.
    """
    kept = {name: value for name, value in os.environ.items() if name in _KEPT or name.startswith("PIP_")}
    return kept | {
        "AWS_ENDPOINT_URL": places.aws,
        "AWS_ACCESS_KEY_ID": OWNER,
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        "TMPDIR": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "COLUMNS": "160",
        **places.environment,
    }


@contextmanager
def emulator(project: Path, folder: Path) -> Iterator[Places]:
    """Runs the emulator with an empty account and stops it afterwards. Its log is `emulator.log` in the folder."""
    if shutil.which("node") is None:
        raise RuntimeError("Node must be on the path: the emulated CDN runs the function of edge.yaml with it.")
    places = Places(free_port(), free_port())
    variables = environment(places, folder) | {
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AUTH": "true",  # signatures are verified, policies enforced
        "GATEWAY_PORT": str(places.aws_port),
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        "BIND_HOST": "127.0.0.1",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "STATE_DIR": str(folder / "state"),
        "DEPLOY_CALLS": str(folder / CALLS),
    }
    del variables["PYTHONDONTWRITEBYTECODE"]  # functions start faster with bytecode from an earlier start
    command = [sys.executable, "-m", "tests.deploy.emulator"]
    with (folder / "emulator.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=project, env=variables, stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait_until_ready(places, process, folder / "emulator.log")
            yield places
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_ready(places: Places, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{places.aws}/_ministack/ready", timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the emulator did not become ready:\n{log.read_text()[-4000:]}")


class Ran(NamedTuple):
    """A finished command: its exit code (negative when killed) and its output."""

    code: int
    said: str


class Kill(NamedTuple):
    """Kills a command and its children some seconds after it printed a text."""

    at: str
    after: float


def run(
    command: list[str],
    *,
    project: Path,
    variables: dict[str, str],
    stdin: str = "",
    kill: Kill | None = None,
) -> Ran:
    """Runs a command in the project's folder. Prints its output as it comes, for the log of CI."""
    said = []
    with subprocess.Popen(
        command,
        cwd=project,
        env=variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(stdin)
        process.stdin.close()
        timers = [_kill_later(process, COMMAND_SECONDS)]
        for line in process.stdout:
            said.append(line)
            print(line, end="")
            if kill is not None and kill.at in line:
                timers.append(_kill_later(process, kill.after))
        for timer in timers:
            timer.cancel()
    return Ran(process.returncode, "".join(said))


def _kill_later(process: subprocess.Popen[str], seconds: float) -> threading.Timer:
    """Kills the command and its children, which are its process group."""
    timer = threading.Timer(seconds, os.killpg, (process.pid, signal.SIGKILL))
    timer.start()
    return timer


@contextmanager
def stripe(folder: Path) -> Iterator[tuple[str, StripeDouble]]:
    """Yields the URL of Stripe's double on a loopback port, and the double. It calls its registered endpoints."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    double = create_double(folder, url, "", "")
    server = ThreadingHTTPServer(("127.0.0.1", port), _handler(DoubleServer(double)))
    thread = threading.Thread(target=server.serve_forever, name="stripe")
    thread.start()
    double.start()
    try:
        yield url, double
    finally:
        double.stop()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(double_server: DoubleServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            path, _, query = self.path.partition("?")
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, content = double_server.handle(self.command, path, query, dict(self.headers), body)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_HEAD = do_POST = do_DELETE = answer  # noqa: N815 - the library's names

        def log_message(self, *_: object) -> None:
            """Suppresses the log of requests."""

    return Handler
