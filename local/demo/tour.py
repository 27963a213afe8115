"""`make demo`: the core of the product in one minute, over HTTP and WebSocket only.

Starts a server of its own with fresh data (or uses `--url`), signs in, opens two sockets, buys a ticket through the
Stripe double's pay page, and prints what arrives: the push with its delay, the charge record, the unread count.
"""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from websockets.sync.client import ClientConnection, connect

from local.demo.demo import ACCOUNTS, ApiCaller
from local.demo.demo_conference import SLUG

READY_SECONDS = 120
PUSH_SECONDS = 15
CARD = "4242424242424242"


@click.command(help=__doc__)
@click.option("--url", default="", help="A running server; without it one is started.")
@click.option("--json", "as_json", is_flag=True, help="Print the facts as JSON.")
def main(*, url: str, as_json: bool) -> None:
    """Runs the tour. Exits with 1 when a push does not arrive."""
    console = Console(quiet=as_json)
    with started(console) if not url else _given(url) as origin:
        facts = tour(origin, console)
    if as_json:
        click.echo(json.dumps(facts))


def tour(origin: str, console: Console) -> dict[str, Any]:
    """Buys a ticket, waits for the pushes, marks the notification as read. Returns the facts. Raises TimeoutError."""
    organiser, attendee = (_signed_in(origin, account.email, account.password) for account in ACCOUNTS[:2])
    before = attendee.call("GET", "/api/v1/notifications/unread-count")["count"]
    with _socket(attendee) as first, _socket(attendee) as second:
        console.print(f"Signed in as {ACCOUNTS[1].email}; two sockets are open; {before} unread.")
        order, paid_at = _buy(attendee, console)
        push, delay = _heard(first, "New notifications", paid_at)
        _heard(second, "New notifications", paid_at)
        note = push["notifs"][0]
        console.print(f"Push after {delay * 1000:.0f} ms: [bold]{note['title']}[/bold] ({note['action']})")
        console.print(f"Unread count {before} → {push['notif_count']}.")
        charge = organiser.call("GET", f"/api/v1/orders/{order}/charges")["items"][0]
        console.print("Charge record, as the organiser reads it:")
        console.print_json(json.dumps(charge))
        marked_at = time.perf_counter()
        attendee.call("POST", f"/api/v1/notifications/{note['id']}/read", {})
        read, read_delay = _heard(second, "Notifications read", marked_at)
    count = attendee.call("GET", "/api/v1/notifications/unread-count")["count"]
    console.print(
        f"Marked read in one place; the other socket heard {read['notif_count']} after {read_delay * 1000:.0f} ms."
    )
    return {
        "push": push,
        "push_ms": round(delay * 1000, 1),
        "charge": charge,
        "unread": [before, push["notif_count"], read["notif_count"], count],
        "read_ms": round(read_delay * 1000, 1),
    }


def _signed_in(origin: str, email: str, password: str) -> ApiCaller:
    api = ApiCaller(origin)
    api.token = api.call("POST", "/api/v1/auth/sign-in", {"email": email, "password": password})["access_token"]
    return api


@contextmanager
def _socket(api: ApiCaller) -> Iterator[ClientConnection]:
    """Yields an open socket after the answer to its hello."""
    ticket = api.call("POST", "/api/v1/live/tickets", {})
    with connect(ticket["url"]) as connection:
        connection.send(json.dumps({"action": "hello", "since": None}))
        _heard(connection, "WS connected", time.perf_counter())
        yield connection


def _heard(connection: ClientConnection, meta: str, since: float) -> tuple[dict[str, Any], float]:
    """Returns the next frame of this kind, and the seconds since `since`. Raises TimeoutError."""
    deadline = time.perf_counter() + PUSH_SECONDS
    while (left := deadline - time.perf_counter()) > 0:
        frame: dict[str, Any] = json.loads(connection.recv(timeout=left))
        if frame["meta"] == meta:
            return frame, time.perf_counter() - since
    raise TimeoutError(f"no {meta!r} within {PUSH_SECONDS} s")


def _buy(api: ApiCaller, console: Console) -> tuple[str, float]:
    """Orders the first ticket type and pays on the double's page. Returns the order's id and the moment of payment."""
    types = api.call("GET", f"/api/v1/events/{SLUG}/ticket-types")["items"]
    form = {
        "lines": [{"ticket_type_id": types[0]["id"], "quantity": 1}],
        "buyer": {"name": "Demo Attendee", "email": ACCOUNTS[1].email},
    }
    order = api.call("POST", f"/api/v1/events/{SLUG}/orders", form)
    console.print(f"Order {order['id']} is {order['state']} until {order['expires_at']}.")
    checkout = api.call("POST", f"/api/v1/orders/{order['id']}/payment", {})["checkout_url"]
    paid_at = time.perf_counter()
    pay(checkout, CARD)
    console.print(f"Paid at {re.sub(r'cs_test_.*', 'cs_test_…', checkout)} with card …{CARD[-4:]}.")
    return order["id"], paid_at


def pay(checkout_url: str, card: str) -> int:
    """Submits the double's pay page. Returns its status (303: paid, 402: declined)."""
    fields = {"email": ACCOUNTS[1].email, "name": "Demo Attendee", "number": card, "expiry": "12 / 34", "cvc": "123"}
    request = urllib.request.Request(checkout_url, urllib.parse.urlencode(fields).encode())
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Follows no redirect: the page after the payment is not needed here."""


@contextmanager
def started(console: Console) -> Iterator[str]:
    """Starts a server with fresh data on a free port, yields its origin, and stops it afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="marquee-demo-") as folder:
        console.print("Starting a server with fresh data …")
        command = [sys.executable, "-m", "local", "--port", str(port), "--data-dir", folder]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            origin = f"http://127.0.0.1:{port}"
            _wait_until_ready(origin, server)
            yield origin
        finally:
            server.terminate()
            server.wait(30)


def _wait_until_ready(origin: str, server: subprocess.Popen[bytes]) -> None:
    """Waits until the demo conference is on sale. Raises TimeoutError."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise TimeoutError(f"the server ended with code {server.returncode}")
        try:
            if ApiCaller(origin).call("GET", f"/api/v1/events/{SLUG}"):
                return
        except urllib.error.URLError:
            time.sleep(0.1)
    raise TimeoutError("the server did not become ready")


@contextmanager
def _given(url: str) -> Iterator[str]:
    yield url.rstrip("/")


if __name__ == "__main__":
    main()
