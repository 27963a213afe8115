"""Stripe through its own library: hosted Checkout, and what it says about a payment now. Port `Payments`.

The only importer of stripe, itself imported late (220 ms of CPU). Timeouts leave room for retries inside the
gateway's 29 s. Idempotency keys derive from our own state, so a repeated call is the same call at Stripe too.
"""

from datetime import UTC, datetime
from typing import Any, NoReturn

import stripe

from chalicelib import telemetry
from chalicelib.domain.charge import CardMethod, Charge, Payment, PaymentStatus
from chalicelib.domain.errors import UpstreamFailed
from chalicelib.domain.order import Checkout
from chalicelib.ports.payments import CheckoutRequest

API_VERSION = "2026-10-28.endive"
TIMEOUT_SECONDS = 8
RETRIES = 2
_SESSION_PARTS = ["payment_intent.latest_charge.balance_transaction"]
_CHARGE_PARTS = ["balance_transaction", "payment_intent"]
_MISSING = "resource_missing"


class StripeGateway:
    """Port `Payments`."""

    def __init__(self, *, secret_key: str, api_base: str = "") -> None:
        self._client = stripe.StripeClient(
            secret_key,
            stripe_version=API_VERSION,
            base_addresses={"api": api_base} if api_base else {},
            max_network_retries=RETRIES,
            http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
        )

    def open_checkout(self, request: CheckoutRequest) -> Checkout:
        """The one checkout session of an order's attempt, opened now or earlier. Raises UpstreamFailed."""
        key = f"co:{request.order.id}:{request.attempt}"
        try:
            session = self._client.v1.checkout.sessions.create(_session_parameters(request), {"idempotency_key": key})
        except stripe.StripeError as error:
            _fail("open_checkout", error)
        return Checkout(session.id, str(session.url))

    def close_checkout(self, session_id: str) -> bool:
        """Make sure a session can no longer be paid. False when it is complete already. Raises UpstreamFailed."""
        try:
            self._client.v1.checkout.sessions.expire(session_id)
        except stripe.InvalidRequestError as refusal:
            return refusal.code == _MISSING or self._is_over(session_id)
        except stripe.StripeError as error:
            _fail("close_checkout", error)
        return True

    def payment(self, object_id: str) -> Payment | None:
        """What Stripe says now about a checkout session or charge. Raises UpstreamFailed."""
        try:
            if object_id.startswith("cs_"):
                return _payment_of_session(self._session(object_id, expand=_SESSION_PARTS))
            charge = self._client.v1.charges.retrieve(object_id, {"expand": _CHARGE_PARTS})
            return _payment_of_charge(charge.to_dict())
        except stripe.InvalidRequestError as refusal:
            if refusal.code == _MISSING:
                return None
            _fail("payment", refusal)
        except stripe.StripeError as error:
            _fail("payment", error)

    def _is_over(self, session_id: str) -> bool:
        """Why a session could not be closed: it is over already, or complete."""
        try:
            status = self._session(session_id, expand=[])["status"]
        except stripe.StripeError as error:
            _fail("close_checkout", error)
        if status == "open":
            raise UpstreamFailed("The payment service did not close the checkout.")
        return bool(status == "expired")

    def _session(self, session_id: str, *, expand: list[str]) -> dict[str, Any]:
        session = self._client.v1.checkout.sessions.retrieve(session_id, {"expand": expand})
        return dict(session.to_dict())


def _session_parameters(request: CheckoutRequest) -> Any:
    order = request.order
    currency = order.total.currency.lower()
    named = {"order_id": order.id}
    return {
        "mode": "payment",
        "client_reference_id": order.id,
        "customer_creation": "always",
        "customer_email": order.buyer.email,
        "expires_at": request.expires_at,
        "line_items": [
            {
                "quantity": line.quantity,
                "price_data": {
                    "currency": currency,
                    "unit_amount": line.price.amount,
                    "product_data": {"name": line.name},
                },
            }
            for line in order.lines
        ],
        "metadata": named,
        "payment_intent_data": {"metadata": named},
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
    }


def _payment_of_session(session: dict[str, Any]) -> Payment:
    intent = session.get("payment_intent")
    intent = intent if isinstance(intent, dict) else {}
    raw = intent.get("latest_charge")
    order_id = session.get("client_reference_id") or (session.get("metadata") or {}).get("order_id")
    status = _session_status(session, intent)
    paid = status is PaymentStatus.PAID and isinstance(raw, dict)
    return Payment(
        order_id=order_id,
        status=status,
        amount=int(session.get("amount_total") or 0),
        currency=str(session.get("currency") or "").upper(),
        livemode=bool(session["livemode"]),
        session_id=session["id"],
        customer_id=_id_of(session.get("customer")),
        charge=_charge(raw, order_id) if paid and isinstance(raw, dict) else None,
    )


def _session_status(session: dict[str, Any], intent: dict[str, Any]) -> PaymentStatus:
    """Source: docs.stripe.com/api/checkout/sessions/object (status, payment_status)."""
    if session["status"] == "open":
        return PaymentStatus.OPEN
    if session["status"] == "expired":
        return PaymentStatus.EXPIRED
    if session.get("payment_status") != "unpaid":
        return PaymentStatus.PAID
    failed = intent.get("status") in ("requires_payment_method", "canceled")
    return PaymentStatus.FAILED if failed else PaymentStatus.UNPAID


def _payment_of_charge(raw: dict[str, Any]) -> Payment:
    intent = raw.get("payment_intent")
    intent = intent if isinstance(intent, dict) else {}
    named = {**(intent.get("metadata") or {}), **(raw.get("metadata") or {})}
    order_id = named.get("order_id")
    # A failed card attempt leaves its checkout open: the buyer may try another card.
    states = {"succeeded": PaymentStatus.PAID, "pending": PaymentStatus.UNPAID}
    status = states.get(raw["status"], PaymentStatus.OPEN)
    return Payment(
        order_id=order_id,
        status=status,
        amount=int(raw["amount"]),
        currency=str(raw["currency"]).upper(),
        livemode=bool(raw["livemode"]),
        customer_id=_id_of(raw.get("customer")),
        charge=_charge(raw, order_id) if status is PaymentStatus.PAID else None,
    )


def _charge(raw: dict[str, Any], order_id: str | None) -> Charge:
    balance = raw.get("balance_transaction")
    balance = balance if isinstance(balance, dict) else {}
    return Charge(
        id=raw["id"],
        order_id=order_id or "",
        amount=int(raw["amount"]),
        currency=str(raw["currency"]).upper(),
        fee=balance.get("fee"),
        net=balance.get("net"),
        fee_currency=balance["currency"].upper() if balance.get("currency") else None,
        status=raw["status"],
        method=_method(raw.get("payment_method_details") or {}),
        receipt_url=raw.get("receipt_url"),
        livemode=bool(raw["livemode"]),
        created_at=datetime.fromtimestamp(raw["created"], UTC),
    )


def _method(details: dict[str, Any]) -> CardMethod:
    kind = str(details.get("type") or "unknown")
    facts = details.get(kind) or {}
    return CardMethod(brand=str(facts.get("brand") or kind), last4=facts.get("last4"))


def _id_of(value: Any) -> str | None:
    found = value["id"] if isinstance(value, dict) else value
    return None if found is None else str(found)


def _fail(operation: str, error: stripe.StripeError) -> NoReturn:
    kind, request = type(error).__name__, error.request_id
    telemetry.log("stripe_failed", operation=operation, kind=kind, code=error.code, request=request)
    raise UpstreamFailed("The payment service did not answer as it should. Try again.") from error
