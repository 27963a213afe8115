"""The whole runner with the sample app, in this process and in one that is killed."""

import asyncio
import os
import secrets
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from local.demo.demo import DemoAccount
from local.environment import RunnerSettings, kept, prepare
from local.runner import PortTaken, Product, run
from tests.local.conftest import TABLE, dynamo

pytestmark = pytest.mark.enable_socket
ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@pytest.fixture
def environment(monkeypatch):
    for name in list(os.environ):
        if name.startswith(("AWS_", "STRIPE_", "TABLE_")) or name in ("PUBLIC_URL", "TOKEN_KEYS", "STAGE", "LIVE"):
            monkeypatch.delenv(name)
    kept = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(kept)


def create_tables():
    client = dynamo(os.environ["AWS_ENDPOINT_URL_DYNAMODB"])
    if TABLE["TableName"] not in client.list_tables()["TableNames"]:
        client.create_table(**TABLE)


class Running:
    """The runner in a thread."""

    def __init__(self, module, data_dir: Path, load_demo=lambda origin: []) -> None:
        self.settings = RunnerSettings(free_port(), data_dir)
        self.runner, self.error = None, None
        self._load_demo = load_demo
        self._module, self._ready = module, threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()))

    async def _main(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        try:
            await run(
                self.settings,
                load=lambda: Product(self._module, create_tables, self._load_demo),
                step=lambda text: None,
                ready=self._tell,
                stop=self._stop,
            )
        except Exception as error:  # noqa: BLE001  told in the test's thread
            self.error = error
            self._ready.set()

    def _tell(self, runner) -> None:
        self.runner = runner
        self._ready.set()

    def __enter__(self) -> "Running":
        self._thread.start()
        assert self._ready.wait(10)
        if self.error:
            raise self.error
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        assert not self._thread.is_alive()


def eventually(condition, seconds: float = 5.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.005)
    raise AssertionError("it did not happen")


def test_everything_is_wired(environment, sample, tmp_path):
    with Running(sample, tmp_path / "data") as running:
        origin = running.settings.origin
        assert httpx.get(f"{origin}/api/v1/who/ann").json()["seen"] == "ann"
        assert "Local runner" in httpx.get(f"{origin}/_local/").text
        client = dynamo(os.environ["AWS_ENDPOINT_URL_DYNAMODB"])
        client.put_item(TableName="sample-outbox", Item={"id": {"S": "a"}})
        eventually(lambda: sample.seen_batches == [["a"]])
        assert httpx.post(f"{origin}/_local/reset").status_code == 200
        assert client.scan(TableName="sample-outbox")["Count"] == 0
        assert httpx.get(f"{origin}/_local/stripe/").status_code in (200, 404)
    with Running(sample, tmp_path / "data"):
        assert sample.seen_batches == [["a"]]


def test_demo_data_is_loaded_once_and_again_after_a_reset(environment, sample, tmp_path):
    loads = []

    def load(origin: str) -> list[DemoAccount]:
        loads.append(httpx.get(f"{origin}/api/v1/who/demo").status_code)
        return [DemoAccount("organiser", "o@example.org", "secret")]

    for _ in range(2):
        with Running(sample, tmp_path / "data", load) as running:
            assert running.runner.site.accounts == [DemoAccount("organiser", "o@example.org", "secret")]
            origin = running.settings.origin
            assert "o@example.org" in httpx.get(f"{origin}/_local/").text
    assert loads == [200]
    with Running(sample, tmp_path / "data", load) as running:
        httpx.post(f"{running.settings.origin}/_local/reset")
    assert loads == [200, 200]


def test_demo_data_that_cannot_be_loaded_is_told_and_tried_again(environment, sample, tmp_path, caplog):
    def refuse(origin: str) -> list[DemoAccount]:
        raise RuntimeError("no demo today")

    with Running(sample, tmp_path / "data", refuse) as running:
        assert httpx.get(f"{running.settings.origin}/api/v1/who/ann").status_code == 200
    assert "no demo today" in caplog.text
    with Running(sample, tmp_path / "data", lambda origin: [DemoAccount("a", "b", "c")]) as running:
        assert len(running.runner.site.accounts) == 1


def test_port_that_is_taken_is_told_before_anything_happens(environment, sample, tmp_path):
    running = Running(sample, tmp_path / "data")
    taken = pytest.raises(PortTaken, match=f"Port {running.settings.port} is taken")
    with socket.create_server(("127.0.0.1", running.settings.port)), taken:
        running.__enter__()
    assert not (tmp_path / "data").exists()


SERVER = """
import asyncio, sys
from pathlib import Path
from local.demo.demo import DemoAccount
from local.environment import RunnerSettings
from local.runner import Product, run
from tests.local import sample_app
from tests.local.test_runner import create_tables
if sys.argv[3] == "hang":
    import time
    sample_app.outbox.func = lambda event: time.sleep(60)
ready = lambda runner: print(__import__("os").environ["AWS_ENDPOINT_URL_DYNAMODB"], flush=True)
settings = RunnerSettings(int(sys.argv[1]), Path(sys.argv[2]))
asyncio.run(run(settings, load=lambda: Product(sample_app, create_tables, lambda origin: []), step=lambda text: None, ready=ready))
"""


def start(port: int, data_dir: Path, mode: str) -> tuple[subprocess.Popen, str]:
    command = [sys.executable, "-c", SERVER, str(port), str(data_dir), mode]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    return process, process.stdout.readline().strip()


def test_last_write_before_kill_9_is_delivered_after_the_restart(environment, sample, tmp_path):
    process, url = start(free_port(), tmp_path / "data", "hang")
    with process:
        client = dynamo(url)
        for id in ("a", "b"):
            client.put_item(TableName="sample-outbox", Item={"id": {"S": id}})
        os.kill(process.pid, signal.SIGKILL)
    with Running(sample, tmp_path / "data"):
        eventually(lambda: [id for batch in sample.seen_batches for id in batch] == ["a", "b"])
        client = dynamo(os.environ["AWS_ENDPOINT_URL_DYNAMODB"])
        assert client.scan(TableName="sample-outbox")["Count"] == 2


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_signals_end_it_in_order(environment, tmp_path, name):
    process, _ = start(free_port(), tmp_path / "data", "normal")
    with process:
        process.send_signal(signal.Signals[name])
        assert process.wait(10) == 0


def test_environment_is_filled_in_and_what_is_set_stays(tmp_path):
    environ = {"ORDER_HOLD_SECONDS": "5", "STRIPE_SECRET_KEY": ""}
    prepare(RunnerSettings(8123, tmp_path), 9999, environ)
    assert environ["ORDER_HOLD_SECONDS"] == "5"
    assert environ["AWS_ENDPOINT_URL_DYNAMODB"] == "http://127.0.0.1:9999"
    assert environ["STRIPE_API_BASE"] == "http://127.0.0.1:8123/_local/stripe"
    assert environ["STRIPE_SECRET_KEY"] == "sk_test_local"
    assert environ["INBOX_STREAM_ARN"].endswith(":table/marquee-local-stripe_inbox/stream/local")
    real = {"STRIPE_SECRET_KEY": "sk_test_123"}
    prepare(RunnerSettings(8123, tmp_path), 9999, real)
    assert "STRIPE_API_BASE" not in real
    assert real["TOKEN_KEYS"] == environ["TOKEN_KEYS"]


def test_secret_in_a_file_is_private_and_kept(tmp_path):
    secret = kept(tmp_path / "data" / "token_key", lambda: secrets.token_hex(16))
    assert kept(tmp_path / "data" / "token_key", lambda: secrets.token_hex(16)) == secret
    assert len(secret) == 32
    assert stat.S_IMODE((tmp_path / "data" / "token_key").stat().st_mode) == 0o600
