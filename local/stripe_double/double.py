"""StripeDouble: what buyers, banks, account owners and Stripe's dashboard can do, and the time that passes.

Held by whoever runs a double, and by tests. Runs the webhook sender's thread. Knows no HTTP: server.py answers requests
with it.
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

from .api.errors import CardDeclined, StripeError
from .api.store import Json, Scope, Store
from .api.work import NewId, Settings, Work
from .connect import accounts
from .control.timing import run_due
from .control.traffic import Traffic
from .payments import disputes, refunds, sessions
from .payments.banks import DebitOutcome
from .payments.cards import DisputeKind
from .payments.instruments import find_instrument
from .payments.payments import Payer, authenticate, pay_session, session_of_intent, settle_debit
from .webhooks.events import reissue_event, resend_event
from .webhooks.faults import Faults
from .webhooks.webhooks import Post, Sender, post

_ALPHABET = string.ascii_letters + string.digits
_LENGTHS = {"cs_test_": 58, "cus_": 14, "prod_": 14, "req_": 14}
_IDLE = 0.1


def random_id(prefix: str) -> str:
    """An id that looks like Stripe's: prefix and random letters and digits."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTHS.get(prefix, 23)))


@dataclass(frozen=True, slots=True)
class PayOutcome:
    """What the pay page did: `location` to go to next, unless Stripe's decline says why not.

    Neither paid nor declined: a debit is on its way (`location` is the success URL), or 3-D Secure is asked for
    (`location` is its page, `authenticate` answers it).
    """

    paid: bool
    location: str | None = None
    declined: StripeError | None = None


class StripeDouble:
    """The double without its HTTP; thread-safe. `faults` is trouble on command, `traffic` the API calls that came."""

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
        self.traffic = Traffic()
        self.new_id = new_id
        self._store = store
        self._clock = clock
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._sender = Sender(works=self.work, settings=settings, faults=self.faults, clock=clock, post=post)

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

    def sleep(self, seconds: float) -> None:
        """Wait as long, or until `stop` is called."""
        self._stopping.wait(seconds)

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
        """Pay a session as its page would, with a card's number or an IBAN; raises StripeError when there is none.

        Paying a complete session again changes nothing and leads to its success URL once more; paying
        an expired one raises StripeError with code `checkout_session_expired`.
        """
        with self._at_home("checkout.session", session_id) as work:
            session = sessions.find_session(work, session_id)
            if session["status"] == "expired":
                message = "This Checkout Session has expired."
                raise StripeError(message, code="checkout_session_expired")
            if session["status"] == "open":
                try:
                    found = find_instrument(card)
                except CardDeclined as declined:
                    return PayOutcome(False, declined=declined)
                refused = pay_session(work, session, found, Payer(email, name, expiry))
                if refused is not None:
                    return PayOutcome(False, declined=refused)
            return _outcome(work, session["payment_intent"])

    def authenticate(self, payment_intent: str, *, passed: bool = True) -> PayOutcome:
        """Complete or fail 3-D Secure, as the bank's page would; raises StripeError when it is not asked for."""
        with self._at_home("payment_intent", payment_intent) as work:
            refused = authenticate(work, payment_intent, passed=passed)
            return PayOutcome(False, declined=refused) if refused else _outcome(work, payment_intent)

    def settle_debit(self, payment_intent: str, outcome: DebitOutcome | None = None) -> None:
        """Let a debit arrive or fail now; None: as its test IBAN says."""
        with self._at_home("payment_intent", payment_intent) as work:
            settle_debit(work, payment_intent, outcome)

    def refund(self, payment_intent: str, amount: int | None = None) -> Json:
        """Refund as a person in Stripe's dashboard would: no idempotency key."""
        params: Json = {"payment_intent": payment_intent}
        if amount is not None:
            params["amount"] = amount
        with self._at_home("payment_intent", payment_intent, key=None) as work:
            return refunds.create_refund(work, params)

    def settle_refund(self, refund: str, outcome: refunds.RefundEnd) -> Json:
        """Let a refund arrive, or come back, now."""
        with self._at_home("refund", refund) as work:
            return refunds.end_refund(work, refund, outcome)

    def dispute(
        self, charge: str, kind: DisputeKind = "chargeback", *, amount: int | None = None, currency: str | None = None
    ) -> Json:
        """Let the buyer's bank dispute a charge, or a part of it, or inquire about it."""
        with self._at_home("charge", charge) as work:
            return disputes.open_dispute(work, work.get("charge", charge), kind, amount=amount, currency=currency)

    def end_dispute(self, dispute: str, verdict: disputes.Verdict) -> Json:
        """Let the bank decide."""
        with self._at_home("dispute", dispute) as work:
            return disputes.end_dispute(work, dispute, verdict)

    def escalate(self, dispute: str) -> Json:
        """Let an inquiry become a chargeback."""
        with self._at_home("dispute", dispute) as work:
            return disputes.escalate_inquiry(work, dispute)

    def onboard(self, account: str, name: str = "Test Organiser") -> Json:
        """Have an account complete its onboarding without the page."""
        with self.timely() as work:
            return accounts.enable_account(work, account, name=name)

    def disconnect(self, account: str) -> Json:
        """Have an account's owner take the platform's access away."""
        with self.timely() as work:
            return accounts.disconnect_account(work, account)

    def expire(self, session_id: str) -> Json:
        """Let an open session's time be over now, as if `expires_at` had come."""
        with self._at_home("checkout.session", session_id) as work:
            sessions.expire_when_due(work, session_id)
            return sessions.find_session(work, session_id)

    def resend(self, event_id: str) -> Json:
        """Queue an event again with its own id."""
        with self._at_home("event", event_id) as work:
            return resend_event(work, event_id)

    def reissue(self, event_id: str) -> Json:
        """Queue a copy of an event with a new id."""
        with self._at_home("event", event_id) as work:
            return reissue_event(work, event_id)

    @contextmanager
    def work(self, request_id: str | None = None, key: str | None = None, account: str | None = None) -> Iterator[Work]:
        """A unit of work in the platform or a connected account, committed at the end of the block."""
        with self._store.transaction() as tx:
            yield Work(Scope(tx, account), self._clock(), self.new_id, self.settings, request_id, key)

    @contextmanager
    def timely(
        self, request_id: str | None = None, key: str | None = None, account: str | None = None
    ) -> Iterator[Work]:
        """A unit of work after everything that time has brought about."""
        self._keep_time()
        with self.work(request_id, key, account) as work:
            yield work

    @contextmanager
    def _at_home(self, table: str, item: str, *, key: str | None = "page_") -> Iterator[Work]:
        """A timely unit of work in the account that has the object; raises Stripe's 404 when none has."""
        with self.timely(self.new_id("req_"), None if key is None else self.new_id(key)) as work:
            yield work.home_of(table, item) or work

    def _keep_time(self) -> None:
        with self.work() as work:
            run_due(work)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self.tick()
            self._stopping.wait(_IDLE)


def success_url_of(session: Json) -> str:
    """Where the buyer goes after paying: the template filled with the session's id."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _outcome(work: Work, key: str) -> PayOutcome:
    """Where an intent that was not declined leads its buyer."""
    intent, session = work.get("payment_intent", key), session_of_intent(work, key)
    action = intent["next_action"]
    if action is not None:
        return PayOutcome(False, location=action["redirect_to_url"]["url"])
    return PayOutcome(intent["status"] == "succeeded", location=success_url_of(session) if session else None)


def create_double(
    data_dir: Path | None,
    public_url: str,
    webhook_url: str,
    webhook_secret: str,
    *,
    connect_secret: str | None = None,
    settings: Settings | None = None,
    clock: Callable[[], float] = time.time,
    new_id: NewId = random_id,
    post: Post = post,
) -> StripeDouble:
    """A double mounted at `public_url`, remembering in `data_dir` (None: nowhere).

    `settings` gives other timings or another api_version; its URLs and secrets are replaced by the
    arguments. An empty `webhook_url` sends nothing, and without `connect_secret` it is told nothing of connected
    accounts.
    """
    basis = settings or Settings("", "", "")
    told = replace(
        basis,
        public_url=public_url.rstrip("/"),
        webhook_url=webhook_url,
        webhook_secret=webhook_secret,
        connect_secret=basis.connect_secret if connect_secret is None else connect_secret,
    )
    return StripeDouble(Store(data_dir), told, clock=clock, new_id=new_id, post=post)
