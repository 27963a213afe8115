"""StripeDouble: what buyers, banks, account owners and users of Stripe's dashboard can do, and the passing of time.

Created by the local runner and by tests. It runs the webhook sender's thread. It must not know HTTP: server.py answers
requests with it.
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
"""Seconds between two rounds of the thread."""


def random_id(prefix: str) -> str:
    """Returns an id that looks like Stripe's: the prefix, then random letters and digits."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTHS.get(prefix, 23)))


@dataclass(frozen=True, slots=True)
class PayOutcome:
    """The result of a payment on the pay page. `location` is the next page, `declined` says why there is none.

    When it is neither paid nor declined, a debit is in progress (`location` is the success URL), or 3-D Secure is
    required (`location` is its page, `authenticate` answers it).
    """

    paid: bool
    location: str | None = None
    declined: StripeError | None = None


class StripeDouble:
    """The double without its HTTP. Thread-safe. `faults` holds the faults, `traffic` counts the API calls."""

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
        """Starts the thread that sends webhooks and runs what is due."""
        if self._thread is None:
            self._stopping.clear()
            self._thread = threading.Thread(target=self._run, name="stripe-double", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Ends the thread. Undelivered events are sent after the next start, also in another process."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=self.settings.post_timeout + 5)
            self._thread = None
        self._store.close()

    def sleep(self, seconds: float) -> None:
        """Waits for `seconds`, or until `stop` is called."""
        self._stopping.wait(seconds)

    def tick(self) -> int:
        """Runs one round: first what is due, then the due deliveries. Returns the number of deliveries tried."""
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
        """Pays a session as its page would, with a card's number or an IBAN. Raises StripeError for an unknown session.

        Paying a complete session again changes nothing and returns its success URL. Paying an expired one raises
        StripeError with code `checkout_session_expired`.
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
        """Completes or fails 3-D Secure, as the bank's page would. Raises StripeError when it is not required."""
        with self._at_home("payment_intent", payment_intent) as work:
            refused = authenticate(work, payment_intent, passed=passed)
            return PayOutcome(False, declined=refused) if refused else _outcome(work, payment_intent)

    def settle_debit(self, payment_intent: str, outcome: DebitOutcome | None = None) -> None:
        """Lets a debit succeed or fail now. None: as its test IBAN says."""
        with self._at_home("payment_intent", payment_intent) as work:
            settle_debit(work, payment_intent, outcome)

    def refund(self, payment_intent: str, amount: int | None = None) -> Json:
        """Refunds as a user of Stripe's dashboard would, without an idempotency key. `amount` None: the rest."""
        params: Json = {"payment_intent": payment_intent}
        if amount is not None:
            params["amount"] = amount
        with self._at_home("payment_intent", payment_intent, key=None) as work:
            return refunds.create_refund(work, params)

    def settle_refund(self, refund: str, outcome: refunds.RefundEnd) -> Json:
        """Lets a refund succeed or fail now."""
        with self._at_home("refund", refund) as work:
            return refunds.end_refund(work, refund, outcome)

    def dispute(
        self, charge: str, kind: DisputeKind = "chargeback", *, amount: int | None = None, currency: str | None = None
    ) -> Json:
        """Lets the buyer's bank dispute a charge or a part of it, or inquire about it."""
        with self._at_home("charge", charge) as work:
            return disputes.open_dispute(work, work.get("charge", charge), kind, amount=amount, currency=currency)

    def end_dispute(self, dispute: str, verdict: disputes.Verdict) -> Json:
        """Lets the bank decide a dispute."""
        with self._at_home("dispute", dispute) as work:
            return disputes.end_dispute(work, dispute, verdict)

    def escalate(self, dispute: str) -> Json:
        """Turns an inquiry into a chargeback."""
        with self._at_home("dispute", dispute) as work:
            return disputes.escalate_inquiry(work, dispute)

    def onboard(self, account: str, name: str = "Test Organiser") -> Json:
        """Completes the onboarding of an account without the page."""
        with self.timely() as work:
            return accounts.enable_account(work, account, name=name)

    def disconnect(self, account: str) -> Json:
        """Removes the platform's access to an account, as its owner can."""
        with self.timely() as work:
            return accounts.disconnect_account(work, account)

    def expire(self, session_id: str) -> Json:
        """Expires an open session now, as if `expires_at` had passed."""
        with self._at_home("checkout.session", session_id) as work:
            sessions.expire_when_due(work, session_id)
            return sessions.find_session(work, session_id)

    def resend(self, event_id: str) -> Json:
        """Queues an event again with the same id."""
        with self._at_home("event", event_id) as work:
            return resend_event(work, event_id)

    def reissue(self, event_id: str) -> Json:
        """Queues a copy of an event with a new id."""
        with self._at_home("event", event_id) as work:
            return reissue_event(work, event_id)

    @contextmanager
    def work(self, request_id: str | None = None, key: str | None = None, account: str | None = None) -> Iterator[Work]:
        """Opens a unit of work in the platform or a connected account. Commits it at the end of the block."""
        with self._store.transaction() as tx:
            yield Work(Scope(tx, account), self._clock(), self.new_id, self.settings, request_id, key)

    @contextmanager
    def timely(
        self, request_id: str | None = None, key: str | None = None, account: str | None = None
    ) -> Iterator[Work]:
        """Opens a unit of work after running everything that is due."""
        self._keep_time()
        with self.work(request_id, key, account) as work:
            yield work

    @contextmanager
    def _at_home(self, table: str, item: str, *, key: str | None = "page_") -> Iterator[Work]:
        """Opens a timely unit of work in the account that has the object. Without one the verbs raise Stripe's 404."""
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
    """Returns where the buyer goes after paying: the success URL with the session's id filled in."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _outcome(work: Work, key: str) -> PayOutcome:
    """Returns the outcome of an intent that was not declined."""
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
    """Creates a double mounted at `public_url` that stores its data in `data_dir` (None: in memory).

    `settings` gives other timings or another api_version; the other arguments replace its URLs and secrets. With an
    empty `webhook_url` only registered endpoints get events. Without `connect_secret` the `webhook_url` gets no events
    of connected accounts.
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
