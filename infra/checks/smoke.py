"""Checks from outside, over its public URLs, that the deployed product answers. Called at the end of every deploy.

Leaves one ignored event in the Stripe inbox, which expires by itself, and nothing else.
"""

import hashlib
import hmac
import http.client
import json
import socket
import time
from collections.abc import Callable
from typing import NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

PATIENCE_SECONDS = 120
"""How long a check is repeated: DNS and edge locations need a moment until they know a new distribution or API."""
TIMEOUT_SECONDS = 15


class SmokeTarget(NamedTuple):
    """The URLs to check. `webhook_url` and `webhook_secret` are empty without Stripe; `past_the_cdn`, the API's own
    URL, is empty without a CDN. `live` says whether sockets are on.
    """

    public_url: str
    websocket_url: str
    webhook_url: str
    webhook_secret: str
    live: bool
    past_the_cdn: str = ""


class Reply(NamedTuple):
    """An HTTP response; status 0 when there was none. Names of headers are in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes


class Check(NamedTuple):
    """The result of one check; `detail` says what was seen."""

    name: str
    passed: bool
    detail: str


def run(
    target: SmokeTarget, *, patience: float = PATIENCE_SECONDS, pause: Callable[[float], None] = time.sleep
) -> list[Check]:
    """Runs all checks. Each is repeated every 2 s until it passes, or `patience` seconds have passed for
    all together.
    """
    deadline = time.monotonic() + patience
    checks = [_health, _conditional, _problem, _page, _socket]
    if target.past_the_cdn:
        checks.append(_refused)
    if target.webhook_secret:
        checks += [_signed, _tampered]
    return [_patiently(check, target, deadline, pause) for check in checks]


def resolves(domain: str) -> bool:
    """Returns whether DNS has an address for the domain."""
    try:
        return bool(socket.getaddrinfo(domain, 443))
    except OSError:
        return False


def _patiently(
    check: Callable[[SmokeTarget], Check], target: SmokeTarget, deadline: float, pause: Callable[[float], None]
) -> Check:
    while True:
        outcome = check(target)
        if outcome.passed or time.monotonic() >= deadline:
            return outcome
        pause(2.0)


def _health(target: SmokeTarget) -> Check:
    reply = _send("GET", f"{target.public_url}/api/v1/events")
    return Check("API answers", reply.status == 200, f"GET /api/v1/events: {reply.status}")


def _conditional(target: SmokeTarget) -> Check:
    url = f"{target.public_url}/api/v1/events"
    tag = _send("GET", url).headers.get("etag", "")
    reply = _send("GET", url, headers={"If-None-Match": tag})
    right = bool(tag) and reply.status == 304 and not reply.body
    return Check("same ETag, no body", right, f"If-None-Match {tag or '(no ETag)'}: {reply.status}")


def _problem(target: SmokeTarget) -> Check:
    reply = _send("GET", f"{target.public_url}/api/v1/events?limit=none")
    kind = reply.headers.get("content-type", "")
    right = reply.status == 400 and kind.startswith("application/problem+json")
    return Check("bad input is told", right, f"limit=none: {reply.status} {kind}")


def _page(target: SmokeTarget) -> Check:
    reply = _send("GET", f"{target.public_url}/")
    if reply.status in (403, 404):  # without the CDN, pages are below the API's own path
        reply = _send("GET", f"{target.public_url}/api/pages")
    right = reply.status == 200 and b"<html" in reply.body.lower()
    return Check("home page", right, f"{reply.status}, {len(reply.body)} bytes")


def _refused(target: SmokeTarget) -> Check:
    """Past the CDN, a client could set the header that names the visitor, so the API must refuse the request."""
    reply = _send("GET", f"{target.past_the_cdn}/api/v1/events", headers={"X-Marquee-Visitor": "192.0.2.1"})
    return Check("API is closed past the CDN", reply.status == 403, f"GET /api/v1/events there: {reply.status}")


def _socket(target: SmokeTarget) -> Check:
    """Our own handler refuses a socket without a ticket: 401."""
    if not target.live:
        return Check("socket", True, "live notifications are off")
    status = _upgrade(target.websocket_url)
    return Check("socket wants a ticket", status == 401, f"upgrade without one: {status}")


def _upgrade(url: str) -> int:
    """Returns the status of an attempt to open a socket, 0 without an answer. urllib would remove the
    Upgrade header.
    """
    place = urlsplit(url)
    kind = http.client.HTTPSConnection if place.scheme == "wss" else http.client.HTTPConnection
    connection = kind(place.netloc, timeout=TIMEOUT_SECONDS)
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "c21va2Ugc21va2Ugc21vaw==",
    }
    try:
        connection.request("GET", place.path or "/", headers=upgrade)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def _signed(target: SmokeTarget) -> Check:
    body = _event()
    reply = _send("POST", target.webhook_url, body=body, headers=_signature(body, target.webhook_secret))
    return Check("signed event is taken", reply.status == 200, f"webhook: {reply.status}")


def _tampered(target: SmokeTarget) -> Check:
    body = _event()
    reply = _send("POST", target.webhook_url, body=body + b" ", headers=_signature(body, target.webhook_secret))
    return Check("tampered event is refused", reply.status == 400, f"webhook: {reply.status}")


def _event() -> bytes:
    """Returns an event of a type that the product ignores."""
    data = {"object": {"id": "smoke", "object": "smoke"}}
    envelope = {"id": f"evt_smoke{time.time_ns()}", "object": "event", "type": "marquee.smoke", "livemode": False}
    return json.dumps({**envelope, "data": data}).encode()


def _signature(body: bytes, secret: str) -> dict[str, str]:
    """Returns the headers that Stripe sends: docs.stripe.com/webhooks#verify-manually"""
    now = int(time.time())
    mac = hmac.new(secret.partition(",")[0].encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={now},v1={mac}", "Content-Type": "application/json"}


def _send(method: str, url: str, *, body: bytes | None = None, headers: dict[str, str] | None = None) -> Reply:
    request = Request(url, data=body, headers=headers or {}, method=method)  # noqa: S310 - URLs of our own deployment
    try:
        with urlopen(request, timeout=TIMEOUT_SECONDS) as reply:  # noqa: S310
            return Reply(reply.status, {k.lower(): v for k, v in reply.headers.items()}, reply.read())
    except HTTPError as error:
        return Reply(error.code, {k.lower(): v for k, v in error.headers.items()}, error.read())
    except (URLError, OSError, http.client.HTTPException):
        return Reply(0, {}, b"")
