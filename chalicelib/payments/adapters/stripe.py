"""Stripe through its own library: hosted Checkout, what it shows of a payment now, refunds. Port `Payments`.

The only importer of stripe, itself imported late (220 ms of CPU). A buyer's request asks for so long that its last
answer comes within API Gateway's 29 s (payments/domain/deadline.py). Idempotency keys derive from our own state, so a
repeated call is the same call at Stripe too.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NoReturn

import stripe

from chalicelib import telemetry
from chalicelib.core.errors import UpstreamFailed
from chalicelib.orders.domain.charge import Payment
from chalicelib.orders.domain.order import Checkout
from chalicelib.orders.domain.refund import RefundWish
from chalicelib.payments.adapters.stripe_checkout import idempotency_key, refusal_of, session_parameters
from chalicelib.payments.adapters.stripe_looks import PAGE, StripeLooks, options
from chalicelib.payments.adapters.stripe_objects import Json, payment_told, refunds_of
from chalicelib.payments.adapters.stripe_pace import Pace
from chalicelib.payments.adapters.stripe_traces import traces
from chalicelib.payments.ports import (
    AccountGone,
    CheckoutRefused,
    CheckoutRequest,
    CompleteSession,
    RawEvent,
    RefundRefused,
    RefundWaits,
    Trace,
    TraceKind,
)

API_VERSION = "2026-10-28.endive"
CONNECT_SECONDS, TIMEOUT_SECONDS = 3, 8
RETRIES = 2
_MISSING = "resource_missing"
_GONE = "account_invalid"
_ALL_BACK = "charge_already_refunded"
_TOO_LOW = frozenset({"balance_insufficient", "insufficient_funds"})
"""Codes of a refund that the balance does not cover (docs.stripe.com/error-codes)."""
_CAME_TO_NOTHING = frozenset({"failed", "canceled"})


class StripeGateway:
    """Port `Payments`."""

    def __init__(self, *, secret_key: str, api_base: str = "", pace: Pace | None = None) -> None:
        self._client = client(secret_key, api_base, pace)
        self._looks = StripeLooks(self._client)

    def open_checkout(self, request: CheckoutRequest) -> Checkout:
        """The one checkout session of an order's attempt, opened now or earlier. Raises CheckoutRefused,
        UpstreamFailed.
        """
        key, parameters = idempotency_key(request), session_parameters(request)

        def create(key: str) -> Any:
            return self._client.v1.checkout.sessions.create(parameters, options(request.account, idempotency_key=key))

        try:
            session = _unless_broken(create, key)
        except stripe.StripeError as error:
            final = isinstance(error, (stripe.InvalidRequestError, stripe.PermissionError))
            param = getattr(error, "param", None)
            refusal = refusal_of(_code_of(error), param, account=request.account) if final else None
            if refusal is not None:
                raise CheckoutRefused(refusal) from error
            fail("open_checkout", error)
        return Checkout(session.id, str(session.url))

    def close_checkout(self, session_id: str, *, account: str | None = None) -> bool:
        """Make sure a session can no longer be paid. False when it is complete already. Raises UpstreamFailed."""
        try:
            self._client.v1.checkout.sessions.expire(session_id, {}, options(account))
        except stripe.InvalidRequestError as refusal:
            return refusal.code == _MISSING or self._is_over(session_id, account)
        except stripe.PermissionError as refusal:
            _require_gone("close_checkout", refusal, account)
            return True
        except stripe.StripeError as error:
            fail("close_checkout", error)
        return True

    def read_payment(self, object_id: str, *, account: str | None = None) -> Payment | None:
        """What Stripe shows now of a checkout session, payment intent or charge. Raises AccountGone, UpstreamFailed."""
        try:
            return self._looks.read_payment(object_id, account)
        except stripe.InvalidRequestError as refusal:
            if refusal.code == _MISSING:
                return None
            fail("payment", refusal)
        except stripe.PermissionError as refusal:
            _require_gone("payment", refusal, account)
            raise AccountGone from refusal
        except stripe.StripeError as error:
            fail("payment", error)

    def parse_payment(self, payload: str, *, account: str | None) -> Payment | None:
        """What the checkout session or charge inside an event says of a payment; None for other events."""
        return payment_told(json.loads(payload)["data"]["object"], account=account)

    def list_payments(self, *, since: int, until: int, pages: int, account: str | None = None) -> list[Payment]:
        """What a list shows now of charges made between two moments. Raises AccountGone, UpstreamFailed."""
        try:
            return self._looks.list_payments(since=since, until=until, pages=pages, account=account)
        except stripe.StripeError as error:
            _fail_or_gone("payments_made", error, account)

    def refund(self, wish: RefundWish) -> str:
        """Make the refund, now or earlier. Looks for it first: Stripe forgets idempotency keys after a day, the
        stream may come again later. Raises RefundRefused, RefundWaits, UpstreamFailed.
        """
        key = f"rf:{wish.order_id}:{wish.key}" + (f":{wish.tries}" if wish.tries else "")  # refusals are kept, too
        try:
            return str(_unless_broken(lambda key: self._refund(wish, key), key))
        except stripe.InvalidRequestError as refusal:
            if refusal.code in _TOO_LOW:
                raise RefundWaits(str(refusal.code)) from refusal
            if refusal.code == _ALL_BACK:
                return self._refund_made(wish)
            raise RefundRefused(refusal.code or "invalid_request") from refusal
        except stripe.PermissionError as refusal:
            _require_gone("refund", refusal, wish.account)
            raise RefundRefused("account_gone") from refusal
        except stripe.StripeError as error:
            fail("refund", error)

    def list_undelivered(self, *, since: int, kinds: Iterable[str], account: str | None = None) -> Iterator[RawEvent]:
        """Events of these kinds since a moment that a webhook endpoint did not take, oldest first (Stripe takes 20
        kinds). Raises AccountGone, UpstreamFailed.
        """
        filters: Any = {"delivery_success": False, "created": {"gte": since}, "limit": PAGE, "types": sorted(kinds)}
        try:
            found = list(self._client.v1.events.list(filters, options(account)).auto_paging_iter())
        except stripe.StripeError as error:
            _fail_or_gone("undelivered", error, account)
        for event in reversed(found):
            yield RawEvent(json.dumps(event.to_dict(), separators=(",", ":")), int(event.created))

    def list_complete_sessions(
        self, *, since: int, until: int | None = None, account: str | None = None
    ) -> Iterator[CompleteSession]:
        """The sessions opened between two moments that were completed. Raises AccountGone, UpstreamFailed."""
        created = {"gte": since} if until is None else {"gte": since, "lte": until}
        filters: Any = {"status": "complete", "created": created, "limit": PAGE}
        try:
            for session in self._client.v1.checkout.sessions.list(filters, options(account)).auto_paging_iter():
                yield CompleteSession(session.id, session.client_reference_id, session.created)
        except stripe.StripeError as error:
            _fail_or_gone("complete_sessions", error, account)

    def list_traces(self, kind: TraceKind, *, since: int, until: int, account: str | None = None) -> Iterator[Trace]:
        """The refunds, disputes or paid charges made between two moments. Raises AccountGone, UpstreamFailed."""
        try:
            yield from traces(self._client, kind, (since, until), account)
        except stripe.StripeError as error:
            _fail_or_gone("traces", error, account)

    def _refund(self, wish: RefundWish, key: str) -> str:
        charge, _ = self._looks.charge(wish.charge_id, wish.account)
        for refund in refunds_of(charge or {}):
            if (refund.get("metadata") or {}).get("request") == wish.key:
                return _standing(refund)
        named = {"order_id": wish.order_id, "request": wish.key}
        parameters: Any = {"charge": wish.charge_id, "amount": wish.amount, "metadata": named}
        if (charge or {}).get("application_fee") or (charge or {}).get("application_fee_amount"):
            parameters["refund_application_fee"] = True
        made = self._client.v1.refunds.create(parameters, options(wish.account, idempotency_key=key))
        return _standing(made.to_dict())

    def _refund_made(self, wish: RefundWish) -> str:
        """The last of the refunds with which all of a charge went back. Raises RefundRefused, UpstreamFailed."""
        try:
            made = refunds_of(self._looks.charge(wish.charge_id, wish.account)[0] or {})
        except stripe.StripeError as error:
            fail("refund", error)
        standing = [refund for refund in made if refund.get("status") not in _CAME_TO_NOTHING]
        if not standing:
            raise RefundRefused(_ALL_BACK)
        return str(standing[-1]["id"])

    def _is_over(self, session_id: str, account: str | None) -> bool:
        """Why a session could not be closed: it is over already, or complete."""
        try:
            status = self._looks.session(session_id, account, expand=[])["status"]
        except stripe.StripeError as error:
            fail("close_checkout", error)
        if status == "open":
            raise UpstreamFailed("The payment service did not close the checkout.")
        return bool(status == "expired")


class _PacedClient(stripe.RequestsClient):
    """Stripe's own HTTP client, which waits for its turn before each request, a repeated one too."""

    def __init__(self, pace: Pace | None) -> None:
        super().__init__(timeout=(CONNECT_SECONDS, TIMEOUT_SECONDS))
        self._pace = pace

    def request(self, method: str, url: str, headers: Any, post_data: Any = None, **more: Any) -> Any:
        if self._pace is not None:
            self._pace.wait(method, url)
        return super().request(method, url, headers, post_data, **more)


def client(secret_key: str, api_base: str, pace: Pace | None = None) -> stripe.StripeClient:
    """Stripe's client with our version, timeouts and retries. `api_base` is for the test double."""
    return stripe.StripeClient(
        secret_key,
        stripe_version=API_VERSION,
        base_addresses={"api": api_base} if api_base else {},
        max_network_retries=RETRIES,
        http_client=_PacedClient(pace),
    )


def _unless_broken(create: Callable[[str], Any], key: str) -> Any:
    """What is created under an idempotency key. Stripe keeps an answer 500 under its key for a day
    (docs.stripe.com/api/idempotent_requests); another key gets past it. At worst there are two sessions:
    when both are paid one is refunded. A refund is looked for before each try. Raises StripeError.
    """
    try:
        return create(key)
    except stripe.APIError as error:
        if (error.headers or {}).get("idempotent-replayed") != "true":
            raise
        return create(f"{key}:again")


def is_gone(refusal: stripe.PermissionError) -> bool:
    """Whether Stripe says that our access to the account asked for was taken back. A restricted key that lacks a
    permission is refused with 403 too. The library drops the code of a 403, so it is read from the error itself.
    """
    return _code_of(refusal) == _GONE


def _require_gone(operation: str, refusal: stripe.PermissionError, account: str | None) -> None:
    """Count a connected account that is gone. Raises UpstreamFailed for any other refusal: it may be lifted."""
    if account is None or not is_gone(refusal):
        fail(operation, refusal)
    telemetry.log("stripe_account_gone", operation=operation, account=account, request=refusal.request_id)
    telemetry.count_to_look_at("StripeAccountGone")


def _fail_or_gone(operation: str, error: stripe.StripeError, account: str | None) -> NoReturn:
    """What came of a list. Raises AccountGone, which is no news here and no alarm: nothing waits for a list."""
    if account is not None and isinstance(error, stripe.PermissionError) and is_gone(error):
        raise AccountGone from error
    fail(operation, error)


def _standing(refund: Json) -> str:
    """The id of a refund that was made now or before. Raises RefundRefused when it came to nothing."""
    if refund.get("status") in _CAME_TO_NOTHING:
        raise RefundRefused(f"refund_{refund['status']}")
    return str(refund["id"])


def _code_of(error: stripe.StripeError) -> str | None:
    """The error's code; the library leaves it out of errors of permission."""
    code = error.error.code if error.error else error.code
    return None if code is None else str(code)


def fail(operation: str, error: stripe.StripeError) -> NoReturn:
    """Log what Stripe refused, without what was sent. Raises UpstreamFailed."""
    kind, request = type(error).__name__, error.request_id
    if isinstance(error, (stripe.AuthenticationError, stripe.PermissionError)):
        telemetry.count_to_look_at("StripeAccessRefused")
    telemetry.log("stripe_failed", operation=operation, kind=kind, code=_code_of(error), request=request)
    raise UpstreamFailed("The payment service did not answer as it should. Try again.") from error
