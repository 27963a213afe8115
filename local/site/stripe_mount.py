"""The Stripe test double in the runner: its files, its start and stop, and its reset.

The double itself is `stripe_double/`, which must not know the runner.
"""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from chalicelib.payments.services.dispatch_stripe_events import HANDLED
from local.stripe_double import DoubleServer, Settings, create_double

SENDERS = 8
"""Number of webhooks that are sent at the same time. Stripe keeps no order either."""


class StripeMount:
    """Used by `runner` (start, stop, reset) and `site` (answer). Thread-safe."""

    def __init__(
        self,
        directory: Path,
        *,
        public_url: str,
        webhook_url: str,
        webhook_secret: str,
        connect_webhook_secret: str = "",
    ) -> None:
        """`connect_webhook_secret` signs events of connected accounts. When empty, the product gets none of them."""
        self._directory = directory
        self._told = (public_url, webhook_url, webhook_secret)
        self._connect_secret = connect_webhook_secret
        self._lock = threading.Lock()
        self._server = self._create()

    def _create(self) -> DoubleServer:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings = Settings("", "", "", senders=SENDERS, webhook_events=HANDLED)
        secret = self._connect_secret
        return DoubleServer(create_double(self._directory, *self._told, connect_secret=secret, settings=settings))

    async def answer(self, request: Request) -> Response:
        """Answers one HTTP call. The route's `path` is below the mount. Uses a thread, because faults can delay it."""
        body = await request.body()
        path, query, headers = "/" + request.path_params["path"], request.url.query, dict(request.headers)
        status, fields, content = await run_in_threadpool(
            self._server.handle, request.method, path, query, headers, body
        )
        return Response(content, status, fields)

    def start(self) -> None:
        """Starts sending webhooks."""
        self._server.double.start()

    def stop(self) -> None:
        """Stops sending webhooks. Those not delivered yet are sent after the next start."""
        self._server.double.stop()

    def reset(self) -> None:
        """Deletes the double's files and starts a new double."""
        with self._lock:
            self.stop()
            shutil.rmtree(self._directory)
            self._server = self._create()
            self.start()
