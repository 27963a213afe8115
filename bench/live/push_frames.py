"""P8: the time from the write of a notification to its frame on a local socket, and how many sockets get a push per
second of CPU time.

The product runs in a separate process, as `make run` starts it.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from local.demo.demo import ACCOUNTS, ApiCaller
from local.demo.demo_conference import SLUG
from tests.harness.server import ServerProcess

PAUSE_SECONDS = 0.2
"""Pause between two writes, so that no write waits for the mail of the one before."""
SOCKETS = 200


def measure(*, writes: int) -> dict[str, Any]:
    """Returns the milliseconds until the frame (p50, p95), and the sockets pushed to per second of CPU time."""
    with tempfile.TemporaryDirectory() as folder:
        server = ServerProcess(Path(folder) / "data")
        server.start()
        try:
            took = _latencies(server.origin, writes)
        finally:
            server.stop()
    p95 = statistics.quantiles(took, n=20)[18]
    return {"p50_ms": statistics.median(took), "p95_ms": p95, "writes": writes, "sockets_per_cpu_second": _pushed()}


def _latencies(origin: str, writes: int) -> list[float]:
    """Returns the milliseconds from each request that writes a notification to its frame. The request's own work is
    included.
    """
    buyer = ApiCaller(origin)
    form = {"email": ACCOUNTS[0].email, "password": ACCOUNTS[0].password}
    buyer.token = buyer.call("POST", "/api/v1/auth/sign-in", form)["access_token"]
    place = f"/api/v1/events/{buyer.call('GET', f'/api/v1/events/{SLUG}')['id']}"
    free = {"name": "Message", "price": {"amount": 0, "currency": "EUR"}, "quantity": 10_000}
    ticket = buyer.call("POST", f"{place}/ticket-types", free)["id"]
    lines = [{"ticket_type_id": ticket, "quantity": 1}]
    order = {"lines": lines, "buyer": {"name": "Ada Lovelace", "email": ACCOUNTS[0].email}}
    took: list[float] = []
    with connect(buyer.call("POST", "/api/v1/live/tickets")["url"]) as socket:
        socket.send('{"action":"hello","since":null}')
        _until(socket, "WS connected")
        for _ in range(writes):
            began = time.perf_counter()
            buyer.call("POST", f"{place}/orders", order)
            _until(socket, "New notifications")
            took.append((time.perf_counter() - began) * 1000)
            time.sleep(PAUSE_SECONDS)
    return took


def _until(socket: ClientConnection, meta: str) -> None:
    while json.loads(socket.recv(10))["meta"] != meta:
        pass


def _pushed() -> float:
    """Sends one frame to each of SOCKETS sockets, through a management API that discards it. Returns sockets per second
    of CPU time.
    """
    from chalicelib.live.adapters.api_gateway import SocketPusher
    from chalicelib.live.ports import Connection

    command = [sys.executable, "-m", "bench.live.gateway"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as gateway:
        assert gateway.stdout is not None
        assert gateway.stdin is not None
        endpoint = gateway.stdout.readline().strip()
        pusher = SocketPusher(region="us-east-1", override=endpoint)
        sockets = [Connection(f"socket{number}=", "user", "family", endpoint, 2**31) for number in range(SOCKETS)]
        pusher.push(sockets[:20], ["{}"])  # opens connections and creates clients; not measured
        began = time.process_time()
        missed = pusher.push(sockets, ["{}"], within=60)
        spent = time.process_time() - began
        assert not missed.failed
        assert not missed.gone
        gateway.stdin.close()
    return SOCKETS / spent
