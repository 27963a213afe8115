"""Everything under /_local/: index page, mailbox, connections API, doubles, failure queue, timers, reset.

`mount_apps` routes to it before the gateway. It is only for the user of this machine: it refuses a request with a host
name that is not loopback (DNS rebinding), and a change that another site's page requests.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.demo.demo import DemoAccount
from local.events.failures import FailureFile, ReplayRunning
from local.events.timers import Timer
from local.mail.mailbox import Mailbox
from local.push.push_service import PushService
from local.site.pages import page
from local.site.stripe_mount import StripeMount
from local.websocket.sockets import SocketGateway

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})
SHOWN_FAILURES = 50
INDEX_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"


class OnlyFromThisSite:
    """Wraps an ASGI app and refuses requests that come from another site's page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, or answers 403."""
        headers = HTTPConnection(scope).headers
        origin = headers.get("origin")
        is_ours = not origin or urlsplit(origin).netloc == headers.get("host")
        app = self._app if is_ours else JSONResponse({"message": "Only for this site"}, 403)
        await app(scope, receive, send)


@dataclass(slots=True)
class LocalSite:
    """An ASGI app. Work that may wait runs in Starlette's threads, never in those of the handlers."""

    mailbox: Mailbox
    sockets: SocketGateway
    failures: FailureFile
    reset: Callable[[], Sequence[DemoAccount]]
    timers: Sequence[Timer] = ()
    stripe: StripeMount | None = None
    push: PushService = field(default_factory=PushService)
    accounts: Sequence[DemoAccount] = ()
    _router: Router = field(init=False)

    def __post_init__(self) -> None:
        """Builds the routes."""
        views = {
            "/": self._index,
            "/mail": lambda _: self.mailbox.html_view(),
            "/mail.json": lambda request: self.mailbox.json_view(request.query_params.get("to", "")),
            "/ses/v2/email/account": lambda _: self.mailbox.limits(),
            "/push.json": lambda _: self.push.json_view(),
            "/failures.json": lambda _: JSONResponse({"items": self.failures.entries}),
        }
        changes = {
            "/ses/v2/email/outbound-emails": self._send_mail,
            "/mail/{id}/{kind}": lambda request: self.mailbox.return_mail(**request.path_params),
            "/reset": self._reset,
            "/failures/replay": self._replay,
            "/timers/{name}": self._run_timer,
        }
        ours = [Middleware(OnlyFromThisSite)]
        routes = [
            *(Route(path, view) for path, view in views.items()),
            *(Route(path, change, methods=["POST"], middleware=ours) for path, change in changes.items()),
            Route("/connections/@connections/{id:path}", self.sockets.manage, methods=["DELETE", "GET", "POST"]),
            Route("/push/{name}", self._take_push, methods=["POST"]),
        ]
        if self.stripe:
            routes.append(Route("/stripe/{path:path}", self.stripe.answer, methods=["DELETE", "GET", "POST"]))
        self._router = Router(routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request. Adds `Cache-Control: no-store` to answers without Cache-Control."""

        async def send_unstored(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("Cache-Control", "no-store")
            await send(message)

        app = self._router if _from_this_machine(scope) else JSONResponse({"message": "Only for this machine"}, 403)
        try:
            await app(scope, receive, send_unstored)
        except ClientDisconnect:
            return

    async def _send_mail(self, request: Request) -> Response:
        return await run_in_threadpool(self.mailbox.send, await request.body())

    async def _take_push(self, request: Request) -> Response:
        body = await request.body()
        return await run_in_threadpool(self.push.take, request.path_params["name"], request.headers, body)

    def _reset(self, request: Request) -> Response:
        self.accounts = self.reset()
        if _wants_page(request):
            return RedirectResponse("/_local/", 303)
        return JSONResponse({"accounts": [account.email for account in self.accounts]})

    async def _replay(self, request: Request) -> Response:
        """Replays all entries of the failure queue, or the one with `id` (query or form). Failed ones give 200 too."""
        sent = f"{request.url.query}&{(await request.body()).decode('utf-8', 'replace')}"
        ids = parse_qs(sent, keep_blank_values=True).get("id")
        try:
            replayed = await run_in_threadpool(self.failures.replay, ids[0] if ids else None)
        except KeyError:
            return JSONResponse({"message": "No such failure"}, 404)
        except ReplayRunning:
            return JSONResponse({"message": "A replay is running"}, 409)
        if _wants_page(request):
            return RedirectResponse("/_local/#failures", 303)
        return JSONResponse({"items": [one._asdict() for one in replayed]})

    def _run_timer(self, request: Request) -> Response:
        name = request.path_params["name"]
        timer = next((timer for timer in self.timers if timer.name == name), None)
        if timer is None:
            return JSONResponse({"message": "No such timer"}, 404)
        return JSONResponse({"succeeded": timer.run(datetime.now(UTC))})

    def _index(self, _request: Request) -> Response:
        links: list[tuple[str, str]] = [
            ("/", "The product"),
            ("/api/docs", "API documentation"),
            ("/_local/mail", f"Mailbox ({len(self.mailbox.all())} mails)"),
            ("/_local/mail.json", "Mailbox as JSON (?to=ADDRESS)"),
            ("/_local/push.json", "What the push service of this machine took, as JSON"),
            ("/_local/failures.json", "Failure queue as JSON, with the records"),
        ]
        if self.stripe:
            links.append(("/_local/stripe/", "Stripe test double"))
        listed = "".join(f'<li><a href="{href}">{html.escape(text)}</a></li>' for href, text in links)
        accounts = _table(
            ("Role", "E-mail", "Password"), [(one.role, one.email, one.password) for one in self.accounts]
        )
        timers = _table(("Timer", "Runs"), [(timer.name, timer.expression) for timer in self.timers])
        reset = '<form method="post" action="/_local/reset"><button>Throw all data away, start afresh</button></form>'
        return page(
            "Local runner",
            f"<ul>{listed}</ul><h2>Demo accounts</h2>{accounts}<h2>Timers</h2>{timers}{self._failure_queue()}"
            f"<p>{self.sockets.count()} open sockets.</p>{reset}",
            INDEX_POLICY,
        )

    def _failure_queue(self) -> str:
        entries = self.failures.entries
        about = f'<h2 id="failures">Failure queue ({len(entries)})</h2>'
        if not entries:
            return f"{about}<p>Empty: no stream record was given up.</p>"
        rows: list[tuple[str, ...]] = [
            (one["at"], one["handler"], str(one["attempts"]), one["reason"]) for one in entries[:SHOWN_FAILURES]
        ]
        button = '<form method="post" action="/_local/failures/replay"><button>Replay them all</button></form>'
        return about + _table(("Given up", "Handler", "Calls", "Reason"), rows) + button


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    def cells(kind: str, values: tuple[Any, ...]) -> str:
        return "".join(f"<{kind}>{html.escape(str(value))}</{kind}>" for value in values)

    if not rows:
        return "<p>None.</p>"
    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f"<table><thead><tr>{cells('th', heads)}</tr></thead><tbody>{body}</tbody></table>"


def _from_this_machine(scope: Scope) -> bool:
    return (urlsplit(f"//{HTTPConnection(scope).headers.get('host', '')}").hostname or "") in LOOPBACK


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")
