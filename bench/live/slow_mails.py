"""P12: the time of pushes to an open socket on the local runner while it sends a thousand mails. Each mail takes a
second, and the mail service refuses mails above its rate.

`python -m bench.live.slow_mails [PUSHES] [MAILS]` prints JSON.
"""

import json
import statistics
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from local.demo.demo import ACCOUNTS, ApiCaller
from local.demo.demo_conference import SLUG
from tests.harness.server import ServerProcess
from tests.stripe_double.conftest import Answer, listening

PUSHES, MAILS = 200, 1_000
MAIL_SECONDS = 1.0
MAILS_A_SECOND = 14
"""The sending rate of an account that has just left the sandbox of SES."""
PAUSE_SECONDS = 0.2
WAIT_SECONDS = 60.0
"""How long to wait for pushes after the last write."""
_JSON = {"content-type": "application/json"}
_TOO_MANY = {**_JSON, "x-amzn-errortype": "TooManyRequestsException"}


class SlowMails:
    """A mail service that answers at once until `is_slow` is set. It reports how many mails a second it accepts,
    refuses more, and forwards accepted mails to the runner's mailbox.
    """

    def __init__(self) -> None:
        self.mailbox = ""
        self.is_slow = False
        self.taken: Counter[str] = Counter()
        self.refused = 0
        self._recent: list[float] = []
        self._lock = threading.Lock()

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """Answers a request of SES's API v2, as far as the product uses it."""
        if method == "GET":
            quota = {"Max24HourSend": 50_000.0, "MaxSendRate": float(MAILS_A_SECOND), "SentLast24Hours": 0.0}
            return 200, _JSON, json.dumps({"SendQuota": quota, "SendingEnabled": True}).encode()
        if self.is_slow:
            if not self._admits():
                return 429, _TOO_MANY, b'{"message":"Maximum sending rate exceeded."}'
            time.sleep(MAIL_SECONDS)
        forwarded = urllib.request.Request(f"{self.mailbox}{path}", body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(forwarded, timeout=30) as taken:
                found = taken.read()
        except OSError:  # the runner has stopped
            return 503, _JSON, b"{}"
        with self._lock:
            self.taken[json.loads(body)["Destination"]["ToAddresses"][0]] += 1
        return 200, _JSON, found

    def _admits(self) -> bool:
        now = time.monotonic()
        with self._lock:
            self._recent = [one for one in self._recent if one > now - 1]
            if len(self._recent) >= MAILS_A_SECOND:
                self.refused += 1
                return False
            self._recent.append(now)
        return True


def measure(*, pushes: int = PUSHES, mails: int = MAILS) -> dict[str, Any]:
    """Returns the milliseconds from a request that writes a notification to its frame (p50, p95, most), how many frames
    did not come in time (`missing`), the mails accepted until then, and how many the service refused above its rate.
    """
    service = SlowMails()
    with tempfile.TemporaryDirectory() as folder, listening(service.answer) as url:
        server = ServerProcess(Path(folder) / "data", AWS_ENDPOINT_URL_SESV2=url)
        service.mailbox = f"{server.origin}/_local/ses"
        server.start()
        try:
            return _watch(server.origin, service, pushes, mails)
        finally:
            server.stop()


def _watch(origin: str, service: SlowMails, pushes: int, mails: int) -> dict[str, Any]:
    buyer, organiser = (_signed_in(origin, account.email) for account in (ACCOUNTS[1], ACCOUNTS[0]))
    place = f"/api/v1/events/{buyer.call('GET', f'/api/v1/events/{SLUG}')['id']}"
    free = {"name": "Message", "price": {"amount": 0, "currency": "EUR"}, "quantity": pushes + mails}
    lines = [{"ticket_type_id": organiser.call("POST", f"{place}/ticket-types", free)["id"], "quantity": 1}]
    service.is_slow = True
    before = service.taken.total()
    guest = ApiCaller(origin)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda number: guest.call("POST", f"{place}/orders", _order(lines, number)), range(mails)))
    sent: list[float] = []
    came: dict[str, float] = {}
    with connect(buyer.call("POST", "/api/v1/live/tickets")["url"]) as socket:
        socket.send('{"action":"hello","since":null}')
        listener = threading.Thread(target=_listen, args=(socket, came), daemon=True)
        listener.start()
        for _ in range(pushes):
            sent.append(time.perf_counter())
            buyer.call("POST", f"{place}/orders", _order(lines, -1))
            time.sleep(PAUSE_SECONDS)
        until = time.monotonic() + WAIT_SECONDS
        while len(came) < pushes and time.monotonic() < until:
            time.sleep(0.05)
        taken = service.taken.total() - before
    took = sorted((at - began) * 1000 for at, began in zip(came.values(), sent, strict=False))
    quantiles = statistics.quantiles(took, n=20) if len(took) > 1 else [0.0] * 19
    figures = {"p50_ms": quantiles[9], "p95_ms": quantiles[18], "most_ms": took[-1] if took else 0.0}
    counts = {"pushes": pushes, "missing": pushes - len(took), "mails": mails, "mails_taken_meanwhile": taken}
    twice = sum(count > 1 for address, count in service.taken.items() if address.startswith("robin-"))
    return {**figures, **counts, "mails_taken_twice": twice, "mails_refused_as_too_soon": service.refused}


def _signed_in(origin: str, email: str) -> ApiCaller:
    api = ApiCaller(origin)
    form = {"email": email, "password": ACCOUNTS[0].password}
    api.token = api.call("POST", "/api/v1/auth/sign-in", form)["access_token"]
    return api


def _order(lines: list[dict[str, Any]], number: int) -> dict[str, Any]:
    """Returns the form of a guest's order; for -1, that of the signed-in user."""
    email = ACCOUNTS[1].email if number < 0 else f"robin-{number}@example.org"
    return {"lines": lines, "buyer": {"name": "Robin Example", "email": email}}


def _listen(socket: ClientConnection, came: dict[str, float]) -> None:
    """Records in `came` when each notification arrives. One user's notifications arrive in the order of
    their writes.
    """
    try:
        for text in socket:
            frame = json.loads(text)
            for one in frame.get("notifs", ()):
                came.setdefault(one["id"], time.perf_counter())
    except ConnectionClosed:
        return


if __name__ == "__main__":
    print(json.dumps(measure(**dict(zip(("pushes", "mails"), map(int, sys.argv[1:]), strict=False)))))
