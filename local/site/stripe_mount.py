"""Where the Stripe test double sits in the runner: its files, its life, and starting it afresh.

The double itself is `stripe_double/`, which knows nothing of the runner.
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
"""Webhooks on their way at the same time; Stripe keeps no order either."""


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
        """`connect_webhook_secret` signs what happens in connected accounts; empty: the product is not told of it."""
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
        """One HTTP call; the route names what is below the mount `path`. A thread waits: it may be slow on command."""
        body = await request.body()
        path, query, headers = "/" + request.path_params["path"], request.url.query, dict(request.headers)
        status, fields, content = await run_in_threadpool(
            self._server.handle, request.method, path, query, headers, body
        )
        return Response(content, status, fields)

    def start(self) -> None:
        """Begin to send webhooks."""
        self._server.double.start()

    def stop(self) -> None:
        """What is not delivered yet is delivered after the next start."""
        self._server.double.stop()

    def reset(self) -> None:
        """A double that has seen nothing, in the place of this one."""
        with self._lock:
            self.stop()
            shutil.rmtree(self._directory)
            self._server = self._create()
            self.start()
