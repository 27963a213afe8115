"""StripeDouble: the one object that the local runner mounts and tests hold.

Routes a request to the API, the pages or the control, keeps time, and runs the webhook sender's thread.
"""

from __future__ import annotations

import secrets
import string
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from . import control, refunds, sessions
from .api import Answer, Api
from .cards import find_card
from .errors import CardDeclined, StripeError
from .events import reissue_event, resend_event
from .faults import Faults
from .pages import PayPages
from .payments import Payer, pay_session
from .store import Json, Store
from .timing import run_due
from .webhooks import Post, Sender, post
from .work import NewId, Settings, Work

_ALPHABET = string.ascii_letters + string.digits
_LENGTHS = {"cs_test_": 58, "cus_": 14, "prod_": 14, "req_": 14}
_IDLE = 0.1


def random_id(prefix: str) -> str:
    """An id that looks like Stripe's: prefix and random letters and digits."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTHS.get(prefix, 23)))


@dataclass(frozen=True, slots=True)
class PayOutcome:
    """What the pay page did: `location` to go to when paid, else Stripe's decline."""

    paid: bool
    location: str | None = None
    declined: CardDeclined | None = None


class StripeDouble:
    """The whole double; thread-safe. `faults` is trouble on command."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        clock: Callable[[], float],
        new_id: NewId,
        post: Post,
    ) -> None:
        self.settings = settings
        self.faults = Faults()
        self._store = store
        self._clock = clock
        self._new_id = new_id
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._api = Api(works=self.timely, faults=self.faults, sleep=self._sleep, new_id=new_id)
        self._pages = PayPages(self)
        self._sender = Sender(works=self.work, settings=settings, faults=self.faults, clock=clock, post=post)

    def handle(
        self, method: str, path: str, query: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        """Answer one HTTP request; `path` is relative to the mount, `query` the raw query string."""
        lower = {name.lower(): value for name, value in headers.items()}
        answer = self._answer("GET" if method == "HEAD" else method, path or "/", query, lower, body)
        return answer if method != "HEAD" else (answer[0], answer[1], b"")

    def start(self) -> None:
        """Begin sending webhooks and keeping time in a thread of its own."""
        if self._thread is None:
            self._stopping.clear()
            self._thread = threading.Thread(target=self._run, name="stripe-double", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the thread; undelivered events are sent after the next start, also in another process."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=self.settings.post_timeout + 5)
            self._thread = None
        self._store.close()

    def tick(self) -> int:
        """One round by hand: do what is due, send what is due; the number of deliveries tried."""
        self._keep_time()
        return self._sender.deliver_due()

    def pay(
        self,
        session_id: str,
        card: str = "4242424242424242",
        *,
        email: str = "buyer@example.com",
        name: str = "Test Buyer",
        expiry: tuple[int, int] = (12, 2034),
    ) -> PayOutcome:
        """Pay a session as its page would; raises StripeError when there is no such session.

        Paying a complete session again changes nothing and leads to its success URL once more; paying
        an expired one raises StripeError with code `checkout_session_expired`.
        """
        request_id, key = self._new_id("req_"), self._new_id("page_")
        with self.timely(request_id, key) as work:
            session = sessions.find_session(work, session_id)
            if session["status"] == "expired":
                message = "This Checkout Session has expired."
                raise StripeError(message, code="checkout_session_expired")
            if session["status"] == "open":
                try:
                    found = find_card(card)
                except CardDeclined as declined:
                    return PayOutcome(False, declined=declined)
                refused = pay_session(work, session, found, Payer(email, name, expiry))
                if refused is not None:
                    return PayOutcome(False, declined=refused)
            return PayOutcome(True, location=success_url_of(session))

    def refund(self, payment_intent: str, amount: int | None = None) -> Json:
        """Refund as a person in Stripe's dashboard would: no idempotency key."""
        params: Json = {"payment_intent": payment_intent}
        if amount is not None:
            params["amount"] = amount
        with self.timely(self._new_id("req_"), None) as work:
            return refunds.create_refund(work, params)

    def expire(self, session_id: str) -> Json:
        """Let an open session's time be over now, as if `expires_at` had come."""
        with self.timely() as work:
            sessions.find_session(work, session_id)
            sessions.expire_when_due(work, session_id)
            return sessions.find_session(work, session_id)

    def resend(self, event_id: str) -> Json:
        """Queue an event again with its own id."""
        with self.timely() as work:
            return resend_event(work, event_id)

    def reissue(self, event_id: str) -> Json:
        """Queue a copy of an event with a new id."""
        with self.timely() as work:
            return reissue_event(work, event_id)

    @contextmanager
    def work(self, request_id: str | None = None, key: str | None = None) -> Iterator[Work]:
        """A unit of work, committed at the end of the block."""
        with self._store.transaction() as tx:
            yield Work(tx, self._clock(), self._new_id, self.settings, request_id, key)

    @contextmanager
    def timely(self, request_id: str | None = None, key: str | None = None) -> Iterator[Work]:
        """A unit of work after everything that time has brought about."""
        self._keep_time()
        with self.work(request_id, key) as work:
            yield work

    def _keep_time(self) -> None:
        with self.work() as work:
            run_due(work)

    def _answer(self, method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> Answer:
        if path.startswith("/v1/"):
            return self._api.answer(method, path, query, headers, body)
        if path == "/control":
            return control.answer(self, method, headers, body)
        return self._pages.answer(method, path, body)

    def _sleep(self, seconds: float) -> None:
        self._stopping.wait(seconds)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self.tick()
            self._stopping.wait(_IDLE)


def success_url_of(session: Json) -> str:
    """Where the buyer goes after paying: the template filled with the session's id."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def create_double(
    data_dir: Path | None,
    public_url: str,
    webhook_url: str,
    webhook_secret: str,
    *,
    settings: Settings | None = None,
    clock: Callable[[], float] = time.time,
    new_id: NewId = random_id,
    post: Post = post,
) -> StripeDouble:
    """A double mounted at `public_url`, remembering in `data_dir` (None: nowhere).

    `settings` gives other timings or another api_version; its URLs and secret are replaced by the
    arguments. An empty `webhook_url` sends nothing.
    """
    basis = settings or Settings("", "", "")
    told = replace(
        basis,
        public_url=public_url.rstrip("/"),
        webhook_url=webhook_url,
        webhook_secret=webhook_secret,
    )
    return StripeDouble(Store(data_dir), told, clock=clock, new_id=new_id, post=post)
