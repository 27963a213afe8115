"""API Gateway and CloudFront on one machine: an ASGI app around a Chalice app.

Paths under /api/ belong to the REST API (`/api/v1/events` is route `/v1/events`). Any other path is a file of the web
client or a page route (`/e/x` is route `/pages/e/x`). Handlers get real proxy events and may return only what the real
gateway accepts. One difference: a method that a known path does not have gets 405 with `Allow` here, as the contract
says. On AWS it gets the same 404 as an unknown path (docs/platform.md).
"""

from __future__ import annotations

import asyncio
import dataclasses
import gzip
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

from chalice.app import Chalice
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from local.gateway.gateway_problems import api_problem, page_problem
from local.gateway.http_message import (
    HttpAnswer,
    HttpRequest,
    Receive,
    Scope,
    Send,
    request_of,
    send_answer,
)
from local.gateway.isolation import isolate_callers
from local.gateway.lambda_context import LambdaContext
from local.gateway.proxy_event import MalformedAnswer, answer_of, payload_fits, proxy_event
from local.gateway.request_body import RequestTooLarge, read_body
from local.gateway.routing import Match, Router, UndecodablePath
from local.gateway.static_files import StaticFiles, accepts_gzip

log = logging.getLogger("local.gateway")
access = logging.getLogger("local.access")

BODY_BYTES = 10 * 1024 * 1024
"""API Gateway's limit for the body of a request."""
HEAD_BYTES = 10_240
"""Request line and headers together: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"""
INTEGRATION_SECONDS = 29.0
"""API Gateway's limit for one call of a handler. After it the answer is 504."""
COMPRESS_FROM = 1024
"""Bytes. The stage's `minimum_compression_size`."""
HANDLER_THREADS = 40


class Gateway:
    """The ASGI app. Handlers run in a pool of threads, each with its own `current_request`."""

    def __init__(
        self,
        app: Chalice,
        *,
        static_dir: Path,
        integration_seconds: float = INTEGRATION_SECONDS,
    ) -> None:
        isolate_callers(app)
        self._app = app
        self._router = Router(app.routes)
        self._static = StaticFiles(static_dir)
        self._seconds = integration_seconds
        self._handlers = ThreadPoolExecutor(HANDLER_THREADS, thread_name_prefix="lambda")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one HTTP request. Refuses a WebSocket with 404."""
        if scope["type"] == "websocket":
            await receive()
            await Response(status_code=404)(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        started, request, request_id = time.perf_counter(), request_of(scope), str(uuid4())
        name = "-"
        try:
            request = dataclasses.replace(request, body=await read_body(Request(scope, receive), BODY_BYTES))
            name, answer = await self._serve(request, request_id)
        except RequestTooLarge:
            answer = self._problem(request, 413, request_id)
            answer.headers.append(("Connection", "close"))
        except ClientDisconnect:
            return
        except Exception:
            log.exception("the gateway failed")
            answer = self._problem(request, 500, request_id)
        answer = _compress(request, answer)
        answer.headers.append(("x-amzn-RequestId", request_id))
        await send_answer(send, answer, method=request.method)
        spent = (time.perf_counter() - started) * 1000
        access.info("%s %s %d %.1fms %s", request.method, name, answer.status, spent, request_id)

    async def _serve(self, request: HttpRequest, request_id: str) -> tuple[str, HttpAnswer]:
        """Returns (name for the access log, answer). The name is a route, because paths may contain tokens."""
        if sum(len(name) + len(value) for name, value in request.headers) + len(request.path) > HEAD_BYTES:
            return "-", self._problem(request, 431, request_id)
        if request.path == "/api" or request.path.startswith("/api/"):
            return await self._route(_asked_to_print(request), request.path[4:] or "/", request_id)
        file = self._static.find(request.path)
        if file:
            return "/static", self._static.serve(file, request)
        return await self._route(request, "/pages" if request.path == "/" else f"/pages{request.path}", request_id)

    async def _route(self, request: HttpRequest, path: str, request_id: str) -> tuple[str, HttpAnswer]:
        try:
            match = self._router.match(path)
        except UndecodablePath:
            return "-", self._problem(request, 400, request_id)
        if match is None:
            return "-", self._problem(request, 404, request_id)
        methods = self._app.routes[match.resource]
        if request.method == "OPTIONS" and (preflight := _preflight(methods)):
            return match.resource, preflight
        if request.method not in methods:
            return match.resource, self._problem(request, 405, request_id, allow=", ".join(sorted(methods)))
        return match.resource, await self._integrate(request, path, match, request_id)

    async def _integrate(self, request: HttpRequest, path: str, match: Match, request_id: str) -> HttpAnswer:
        binary_types = self._app.api.binary_types
        event = proxy_event(dataclasses.replace(request, path=path), match, binary_types, request_id)
        if not payload_fits(event):
            return self._problem(request, 413, request_id)
        context = LambdaContext("marquee-api", self._seconds)
        call = asyncio.get_running_loop().run_in_executor(self._handlers, self._app, event, context)
        try:
            return answer_of(await asyncio.wait_for(call, self._seconds), request, binary_types)
        except TimeoutError:
            log.error("%s gave no answer in %g s", match.resource, self._seconds)
            return self._problem(request, 504, request_id)
        except MalformedAnswer as error:
            log.error("%s gave a malformed answer: %s", match.resource, error)
        except Exception:
            log.exception("%s crashed", match.resource)
        return self._problem(request, 502, request_id)

    def _problem(self, request: HttpRequest, status: int, request_id: str, *, allow: str = "") -> HttpAnswer:
        if request.path.startswith("/api"):
            return api_problem(status, request_id, allow=allow)
        return page_problem(status, request_id, allow=allow)

    def close(self) -> None:
        """Cancels waiting calls. Does not wait for running handlers."""
        self._handlers.shutdown(wait=False, cancel_futures=True)


def _preflight(methods: dict[str, Any]) -> HttpAnswer | None:
    """Returns the answer of the OPTIONS method that Chalice deploys for routes with CORS, or None."""
    cors = next((entry.cors for entry in methods.values() if entry.cors is not None), None)
    if cors is None:
        return None
    allowed = ",".join(sorted({*methods, "OPTIONS"}))
    return HttpAnswer(200, [("Access-Control-Allow-Methods", allowed), *cors.get_access_control_headers().items()])


def _asked_to_print(request: HttpRequest) -> HttpRequest:
    """Sets Accept for the PDF of tickets, as the CDN does: a browser asks for HTML when it follows a link."""
    if not (request.path.startswith("/api/v1/orders/") and request.path.endswith("/tickets.pdf")):
        return request
    others = [(name, value) for name, value in request.headers if name.lower() != "accept"]
    return dataclasses.replace(request, headers=[*others, ("accept", "application/pdf")])


def _compress(request: HttpRequest, answer: HttpAnswer) -> HttpAnswer:
    """Compresses any type from `minimum_compression_size` on, as the gateway does. A strong ETag stays as it is."""
    if len(answer.body) < COMPRESS_FROM or answer.header("content-encoding") or not accepts_gzip(request):
        return answer
    if request.path.startswith("/static/"):
        return answer
    headers = [(name, value) for name, value in answer.headers if name.lower() != "content-length"]
    body = gzip.compress(answer.body, 5, mtime=0)
    return HttpAnswer(answer.status, [*headers, ("Content-Encoding", "gzip")], body)
