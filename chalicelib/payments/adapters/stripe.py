"""Stripe through its own library: hosted Checkout, the present state of payments, refunds. Port `Payments`.

Only this module and stripe_connect.py import stripe; both are imported late (220 ms of CPU). A buyer's request sends
requests only for so long that its last answer arrives within API Gateway's 29 s (payments/domain/deadline.py).
Idempotency keys derive from our own state, so Stripe recognises a repeated call too.
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
    """Payments through Stripe's API. Port `Payments`."""

    def __init__(self, *, secret_key: str, api_base: str = "", pace: Pace | None = None) -> None:
        self._client = client(secret_key, api_base, pace)
        self._looks = StripeLooks(self._client)

    def open_checkout(self, request: CheckoutRequest) -> Checkout:
        """Returns the checkout session of an order's attempt. Opens it unless an earlier call did. Raises
        CheckoutRefused, UpstreamFailed.
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
        """Makes sure that a session can no longer be paid. Returns False when it is complete. Raises UpstreamFailed."""
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
        """Returns what Stripe says now about a session, payment intent or charge. Raises AccountGone or
        UpstreamFailed.
        """
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
        """Returns what the checkout session or charge inside an event says about a payment; None for other events."""
        return payment_told(json.loads(payload)["data"]["object"], account=account)

    def list_payments(self, *, since: int, until: int, pages: int, account: str | None = None) -> list[Payment]:
        """Returns what a list says now about charges made between two moments. Raises AccountGone, UpstreamFailed."""
        try:
            return self._looks.list_payments(since=since, until=until, pages=pages, account=account)
        except stripe.StripeError as error:
            _fail_or_gone("payments_made", error, account)

    def refund(self, wish: RefundWish) -> str:
        """Makes the refund unless it was made before, and returns its id. It looks for the refund first: Stripe forgets
        idempotency keys after a day, and the stream may deliver the wish again later. Raises RefundRefused,
        RefundWaits, UpstreamFailed.
        """
        key = f"rf:{wish.order_id}:{wish.key}" + (f":{wish.tries}" if wish.tries else "")  # refusals are stored too
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
        """Yields events of these kinds since a moment that could not be delivered to a webhook endpoint, oldest first.
        Stripe accepts up to 20 kinds. Raises AccountGone, UpstreamFailed.
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
        """Yields the completed sessions opened between two moments. Raises AccountGone, UpstreamFailed."""
        created = {"gte": since} if until is None else {"gte": since, "lte": until}
        filters: Any = {"status": "complete", "created": created, "limit": PAGE}
        try:
            for session in self._client.v1.checkout.sessions.list(filters, options(account)).auto_paging_iter():
                yield CompleteSession(session.id, session.client_reference_id, session.created)
        except stripe.StripeError as error:
            _fail_or_gone("complete_sessions", error, account)

    def list_traces(self, kind: TraceKind, *, since: int, until: int, account: str | None = None) -> Iterator[Trace]:
        """Yields the refunds, disputes or paid charges made between two moments. Raises AccountGone, UpstreamFailed."""
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
        """Returns the id of the last valid refund of a fully refunded charge. Raises RefundRefused, UpstreamFailed."""
        try:
            made = refunds_of(self._looks.charge(wish.charge_id, wish.account)[0] or {})
        except stripe.StripeError as error:
            fail("refund", error)
        standing = [refund for refund in made if refund.get("status") not in _CAME_TO_NOTHING]
        if not standing:
            raise RefundRefused(_ALL_BACK)
        return str(standing[-1]["id"])

    def _is_over(self, session_id: str, account: str | None) -> bool:
        """Returns whether a session has expired (True) or is complete (False). Raises UpstreamFailed if it is open."""
        try:
            status = self._looks.session(session_id, account, expand=[])["status"]
        except stripe.StripeError as error:
            fail("close_checkout", error)
        if status == "open":
            raise UpstreamFailed("The payment service did not close the checkout.")
        return bool(status == "expired")


class _PacedClient(stripe.RequestsClient):
    """Stripe's HTTP client, which waits for its turn before each request, retries included."""

    def __init__(self, pace: Pace | None) -> None:
        super().__init__(timeout=(CONNECT_SECONDS, TIMEOUT_SECONDS))
        self._pace = pace

    def request(self, method: str, url: str, headers: Any, post_data: Any = None, **more: Any) -> Any:
        if self._pace is not None:
            self._pace.wait(method, url)
        return super().request(method, url, headers, post_data, **more)


def client(secret_key: str, api_base: str, pace: Pace | None = None) -> stripe.StripeClient:
    """Returns Stripe's client with our API version, timeouts and retries. `api_base` is for the test double."""
    return stripe.StripeClient(
        secret_key,
        stripe_version=API_VERSION,
        base_addresses={"api": api_base} if api_base else {},
        max_network_retries=RETRIES,
        http_client=_PacedClient(pace),
    )


def _unless_broken(create: Callable[[str], Any], key: str) -> Any:
    """Returns what `create` returns for an idempotency key. Stripe repeats an answer 500 under its key for a day
    (docs.stripe.com/api/idempotent_requests), so then another key is tried. At worst there are two sessions: when both
    are paid, one payment is refunded. For a refund, `create` looks for an existing one first. Raises StripeError.
    """
    try:
        return create(key)
    except stripe.APIError as error:
        if (error.headers or {}).get("idempotent-replayed") != "true":
            raise
        return create(f"{key}:again")


def is_gone(refusal: stripe.PermissionError) -> bool:
    """Returns whether Stripe says that our access to the account was revoked. A restricted key without a permission is
    refused with 403 too. The library drops the code of a 403, so it is read from the error itself.
    """
    return _code_of(refusal) == _GONE


def _require_gone(operation: str, refusal: stripe.PermissionError, account: str | None) -> None:
    """Returns, after a log and a metric, when access to a connected account was revoked. Raises UpstreamFailed for any
    other refusal, which may be temporary.
    """
    if account is None or not is_gone(refusal):
        fail(operation, refusal)
    telemetry.log("stripe_account_gone", operation=operation, account=account, request=refusal.request_id)
    telemetry.count_to_look_at("StripeAccountGone")


def _fail_or_gone(operation: str, error: stripe.StripeError, account: str | None) -> NoReturn:
    """Raises AccountGone when access to the account was revoked, without a log or an alarm: nothing waits for a list.
    Otherwise raises UpstreamFailed.
    """
    if account is not None and isinstance(error, stripe.PermissionError) and is_gone(error):
        raise AccountGone from error
    fail(operation, error)


def _standing(refund: Json) -> str:
    """Returns the id of a refund. Raises RefundRefused when the refund failed or was cancelled."""
    if refund.get("status") in _CAME_TO_NOTHING:
        raise RefundRefused(f"refund_{refund['status']}")
    return str(refund["id"])


def _code_of(error: stripe.StripeError) -> str | None:
    """Returns the error's code. The library does not set it for permission errors, so it is read from the body."""
    code = error.error.code if error.error else error.code
    return None if code is None else str(code)


def fail(operation: str, error: stripe.StripeError) -> NoReturn:
    """Logs the error without what was sent. Raises UpstreamFailed."""
    kind, request = type(error).__name__, error.request_id
    if isinstance(error, (stripe.AuthenticationError, stripe.PermissionError)):
        telemetry.count_to_look_at("StripeAccessRefused")
    telemetry.log("stripe_failed", operation=operation, kind=kind, code=_code_of(error), request=request)
    raise UpstreamFailed("The payment service did not answer as it should. Try again.") from error
