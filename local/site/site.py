"""Everything under /_local/: index page, mailbox, connections API, doubles, failure queue, reset.

The gateway hands requests over. Only for the person at this machine: a request under another host name than a loopback
one (DNS rebinding), or a change asked for by another site, is refused.
"""

from __future__ import annotations

import asyncio
import html
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from local.demo.demo import DemoAccount
from local.events.failures import FailureFile, ReplayRunning
from local.events.timers import Timer
from local.gateway.http_message import HttpAnswer, HttpRequest, html_answer, json_answer
from local.mail.mailbox import Mailbox
from local.push.push_service import PushService
from local.site.pages import page
from local.site.stripe_mount import StripeMount
from local.websocket.sockets import SocketGateway

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})
SHOWN_FAILURES = 50
THREADS = 40
"""Calls to what is outside of the product that wait at the same time; Stripe's double may be slow on command."""
INDEX_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"


@dataclass(slots=True)
class LocalSite:
    """Called on the event loop; what may wait runs in threads of its own (never in those of the handlers)."""

    mailbox: Mailbox
    sockets: SocketGateway
    failures: FailureFile
    reset: Callable[[], Sequence[DemoAccount]]
    timers: Sequence[Timer] = ()
    stripe: StripeMount | None = None
    push: PushService = field(default_factory=PushService)
    accounts: Sequence[DemoAccount] = ()
    _threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(THREADS, thread_name_prefix="local")
    )

    async def __call__(self, request: HttpRequest) -> HttpAnswer:
        """Answer one request."""
        if not _from_this_machine(request):
            return json_answer({"message": "Only for this machine"}, 403)
        path = request.path.removeprefix("/_local")
        if path.startswith("/connections/"):
            return await self.sockets.manage(request)
        if path.startswith("/stripe/") and self.stripe:
            return await self._in_thread(self._stripe, self.stripe, request, path.removeprefix("/stripe"))
        if path.startswith("/push/") and request.method == "POST":
            return await self._in_thread(self.push.take, request, path.removeprefix("/push/"))
        return await self._own(request, path)

    async def _own(self, request: HttpRequest, path: str) -> HttpAnswer:
        if request.method == "POST":
            return await self._change(request, path)
        if request.method not in ("GET", "HEAD"):
            return HttpAnswer(405, [("Allow", "GET, HEAD, POST")])
        return await self._in_thread(self._show, request, path)

    async def _in_thread(self, work: Callable[..., HttpAnswer], *arguments: object) -> HttpAnswer:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)

    async def _change(self, request: HttpRequest, path: str) -> HttpAnswer:
        if not _from_this_site(request):
            return json_answer({"message": "Only for this site"}, 403)
        if path == "/ses/v2/email/outbound-emails":
            return await self._in_thread(self.mailbox.send, request.body)
        if path in ("/reset", "/failures/replay"):
            return await self._in_thread(self._reset if path == "/reset" else self._replay, request)
        if path.startswith("/mail/"):
            return await self._in_thread(self.mailbox.return_mail, path.removeprefix("/mail/"))
        if path.startswith("/timers/"):
            return await self._in_thread(self._run_timer, path.removeprefix("/timers/"))
        return json_answer({"message": "Not found"}, 404)

    def _show_mail(self, request: HttpRequest, path: str) -> HttpAnswer:
        if path == "/ses/v2/email/account":
            return self.mailbox.limits()
        if path == "/mail":
            return self.mailbox.html_view()
        if path == "/mail.json":
            return self.mailbox.json_view(parse_qs(request.query).get("to", [""])[0])
        return json_answer({"message": "Not found"}, 404)

    def _show(self, request: HttpRequest, path: str) -> HttpAnswer:
        if path in ("", "/"):
            return html_answer(self._index(), policy=INDEX_POLICY)
        if path.startswith(("/mail", "/ses/")):
            return self._show_mail(request, path)
        if path == "/push.json":
            return self.push.json_view()
        if path == "/failures.json":
            return json_answer({"items": self.failures.entries})
        return json_answer({"message": "Not found"}, 404)

    def _reset(self, request: HttpRequest) -> HttpAnswer:
        self.accounts = self.reset()
        if "text/html" in request.header("accept"):
            return HttpAnswer(303, [("Location", "/_local/")])
        return json_answer({"accounts": [account.email for account in self.accounts]})

    def _replay(self, request: HttpRequest) -> HttpAnswer:
        """All entries of the failure queue, or the one with `id` (query or form). A failed replay is an answer too."""
        sent = f"{request.query}&{request.body.decode('utf-8', 'replace')}"
        ids = parse_qs(sent, keep_blank_values=True).get("id")
        try:
            replayed = self.failures.replay(ids[0] if ids else None)
        except KeyError:
            return json_answer({"message": "No such failure"}, 404)
        except ReplayRunning:
            return json_answer({"message": "A replay is running"}, 409)
        if "text/html" in request.header("accept"):
            return HttpAnswer(303, [("Location", "/_local/#failures")])
        return json_answer({"items": [one._asdict() for one in replayed]})

    def _run_timer(self, name: str) -> HttpAnswer:
        timer = next((timer for timer in self.timers if timer.name == name), None)
        if timer is None:
            return json_answer({"message": "No such timer"}, 404)
        return json_answer({"succeeded": timer.run(datetime.now(UTC))})

    def _stripe(self, double: StripeMount, request: HttpRequest, path: str) -> HttpAnswer:
        headers = dict(request.headers)
        status, fields, body = double.handle(request.method, path, request.query, headers, request.body)
        return HttpAnswer(status, list(fields.items()), body)

    def _index(self) -> str:
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

    def close(self) -> None:
        """Start no more work."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    def cells(kind: str, values: tuple[Any, ...]) -> str:
        return "".join(f"<{kind}>{html.escape(str(value))}</{kind}>" for value in values)

    if not rows:
        return "<p>None.</p>"
    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f"<table><thead><tr>{cells('th', heads)}</tr></thead><tbody>{body}</tbody></table>"


def _from_this_machine(request: HttpRequest) -> bool:
    return (urlsplit(f"//{request.header('host')}").hostname or "") in LOOPBACK


def _from_this_site(request: HttpRequest) -> bool:
    origin = request.header("origin")
    return not origin or urlsplit(origin).netloc == request.header("host")
