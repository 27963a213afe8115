"""Posts messages to push services (RFC 8030), encrypted and signed. Implements the port `PushServices`.

A slow or failing service costs little: time and tries are limited, and posts run in parallel. Redirects are not
followed, because the URL came from a client. A message that is not delivered in time is still in the inbox.
"""

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from urllib.parse import urlsplit

import urllib3

from chalicelib import telemetry
from chalicelib.push.adapters import encryption
from chalicelib.push.ports import Outcome, PushMessage

ATTEMPTS = 3
AT_ONCE = 16
TIMEOUT_SECONDS = 2.0
MOST_READ_BYTES = 10_000
TOKEN_SECONDS = 12 * 3600
"""Lifetime of a VAPID token; RFC 8292 allows 24 hours."""
_GONE = {404, 410}
_RETRIED = {429, 500, 502, 503, 504}


def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="alert")


class WebPush:
    """Sends messages to browsers, also when Marquee is closed there."""

    def __init__(
        self,
        private_key: str,
        *,
        contact: str,
        clock: Callable[[], float] = time.time,
        timer: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`private_key` is the VAPID key (base64url). `contact` is the https or mailto URL of the operator, for push
        services.
        """
        self._key = encryption.private_key(private_key)
        self._public = encryption.public_text(self._key)
        self._contact = contact
        self._clock = clock
        self._timer = timer
        self._sleep = sleep
        self._http = urllib3.PoolManager(num_pools=AT_ONCE, maxsize=AT_ONCE, retries=False)
        self._threads = _threads()

    def send(self, messages: Sequence[PushMessage], *, within: float) -> list[Outcome]:
        """Returns the outcome of each message. A thread whose service answers a byte at a time is abandoned after the
        deadline.
        """
        until = self._timer() + within
        calls = [self._threads.submit(self._send, message, until) for message in messages]
        done, hanging = wait(calls, timeout=within + TIMEOUT_SECONDS)
        if hanging:
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._threads = _threads()
        return [call.result() if call in done else "failed" for call in calls]

    def close(self) -> None:
        """Closes connections and threads."""
        self._http.clear()
        self._threads.shutdown(wait=False)

    def _send(self, message: PushMessage, until: float) -> Outcome:
        one = message.subscription
        body = encryption.encrypt(message.payload, p256dh=one.p256dh, auth=one.auth)
        headers = {
            "Authorization": f"vapid t={self._token(one.endpoint)}, k={self._public}",
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(message.ttl),
            "Topic": message.topic,
            "Urgency": "normal",
        }
        for attempt in range(ATTEMPTS):
            if attempt:
                self._sleep(random.uniform(0, 0.1 * 2**attempt))  # noqa: S311 - jitter, not a secret
            left = until - self._timer()
            if left <= 0:
                break
            status = self._post(one.endpoint, body, headers, min(left, TIMEOUT_SECONDS))
            if 200 <= status < 300:
                return "delivered"
            if status in _GONE:
                return "gone"
            if status and status not in _RETRIED:
                telemetry.log("push_refused", status=status, service=urlsplit(one.endpoint).hostname)
                break
        return "failed"

    def _post(self, endpoint: str, body: bytes, headers: dict[str, str], timeout: float) -> int:
        """Returns the status of the answer; 0 without one. Reads the body so that the connection can be used again."""
        try:
            answer = self._http.request(
                "POST", endpoint, body=body, headers=headers, redirect=False, timeout=timeout, preload_content=False
            )
            if len(answer.read(MOST_READ_BYTES)) == MOST_READ_BYTES:
                answer.close()
        except urllib3.exceptions.HTTPError:
            return 0
        return answer.status

    def _token(self, endpoint: str) -> str:
        parts = urlsplit(endpoint)
        until = int(self._clock()) + TOKEN_SECONDS
        claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": until, "sub": self._contact}
        return encryption.token(claims, self._key)
