"""A push service on one machine: accepts what RFC 8030 says a push service accepts, and stores it for inspection.

Browsers with internet access have push services of their own. Tests subscribe to this one, by an endpoint below
`/_local/push/`. It checks the sender (RFC 8292) but cannot read the messages: only a browser has the key.
"""

from __future__ import annotations

import base64
import re
import threading
from collections import deque
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.responses import JSONResponse, Response

from chalicelib.push.adapters.encryption import decode

KEPT = 200
"""Number of messages that are stored."""
MOST_BYTES = 4096
"""The size that every push service must accept (RFC 8030, 7.2)."""
_CREDENTIALS = re.compile(r"vapid t=([\w.-]+), k=([\w-]+)")
_TOPIC = re.compile(r"[\w-]{1,32}")


class PushService:
    """Thread-safe. `answers`: last part of an endpoint -> status that it answers instead of 201."""

    def __init__(self) -> None:
        self.answers: dict[str, int] = {}
        self._lock = threading.Lock()
        self._taken: deque[dict[str, Any]] = deque(maxlen=KEPT)

    def taken(self, name: str | None = None) -> list[dict[str, Any]]:
        """Returns messages, oldest first: `to`, `topic`, `ttl`, `body` (encrypted). `name` selects an endpoint."""
        with self._lock:
            return [one for one in self._taken if name in (None, one["to"])]

    def clear(self) -> None:
        """Deletes all messages and `answers`."""
        with self._lock:
            self._taken.clear()
            self.answers.clear()

    def take(self, name: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Answers the POST of a message to an endpoint. Names of headers are lower-case."""
        if status := self.answers.get(name):
            return Response(status_code=status)
        problem = _problem(headers, body)
        if problem:
            return JSONResponse({"message": problem[1]}, problem[0])
        message = {
            "to": name,
            "topic": headers.get("topic", ""),
            "ttl": int(headers["ttl"]),
            "body": body,
        }
        with self._lock:
            self._taken.append(message)
        return Response(status_code=201, headers={"Location": f"/_local/push/{name}/message"})

    def json_view(self) -> JSONResponse:
        """Returns the messages, newest first. Bodies are base64, and only their browser can decrypt them."""
        shown = [{**one, "body": base64.b64encode(one["body"]).decode()} for one in reversed(self.taken())]
        return JSONResponse({"items": shown})


def _problem(headers: Mapping[str, str], body: bytes) -> tuple[int, str] | None:
    if not headers.get("ttl", "").isdigit():
        return 400, "TTL is missing (RFC 8030, 5.2)"
    if (topic := headers.get("topic")) and not _TOPIC.fullmatch(topic):
        return 400, "Topic is not one (RFC 8030, 5.4)"
    if headers.get("content-encoding") != "aes128gcm":
        return 415, "Content-Encoding must be aes128gcm (RFC 8291)"
    if len(body) > MOST_BYTES:
        return 413, "at most 4096 bytes (RFC 8030, 7.2)"
    return None if _is_signed(headers) else (403, "Authorization is not VAPID's (RFC 8292)")


def _is_signed(headers: Mapping[str, str]) -> bool:
    found = _CREDENTIALS.fullmatch(headers.get("authorization", ""))
    if not found:
        return False
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode(found[2]))
        claims = jwt.decode(found[1], key, algorithms=["ES256"], audience=f"http://{headers['host']}")
    except (ValueError, jwt.InvalidTokenError):
        return False
    return urlsplit(str(claims.get("sub"))).scheme in ("http", "https", "mailto")
