"""Receives a webhook: checks Stripe's signature and stores the event, and nothing more. Called by routes/payments.py.

The inbox stream passes it on (payments/services/dispatch_stripe_events.py). Light on purpose: a webhook must be
answered fast even by a cold process, so this loads no stripe, PynamoDB, botocore or msgspec.
"""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from chalicelib import telemetry
from chalicelib.core.errors import BodyTooLarge, MalformedRequest, NotFound
from chalicelib.core.ports import Clock
from chalicelib.payments.inbox_port import StripeEvent, StripeInbox

MAX_BYTES = 256 * 1024
KEPT_SECONDS = 40 * 24 * 3600
_EVENT_ID = re.compile(r"evt_[A-Za-z0-9_]{1,200}")
_OBJECT_ID = re.compile(r"[A-Za-z0-9_]{1,255}")
_KIND = re.compile(r"[a-z0-9_.]{1,100}")
_PARTS = frozenset({"refund", "dispute"})
"""Objects that are part of a payment and name it."""


class SignatureCheck(Protocol):
    """Checks whether a body was signed with one of the secrets, lately."""

    def __call__(self, body: bytes, header: str | None, *, secrets: Sequence[str], now: float) -> bool:
        """`now` in Unix seconds."""


Secrets = Callable[[], Sequence[str]]
"""Reads the signing secrets when a body is checked; events that are fetched from Stripe need none."""


class ReceiveWebhook:
    def __init__(
        self,
        inbox: StripeInbox,
        is_signed: SignatureCheck,
        clock: Clock,
        *,
        secrets: Secrets,
        connect_secrets: Secrets,
        livemode: bool,
    ) -> None:
        self._inbox = inbox
        self._is_signed = is_signed
        self._clock = clock
        self._secrets = secrets
        self._connect_secrets = connect_secrets
        self._livemode = livemode

    def receive_stripe_event(self, body: bytes, signature: str | None) -> None:
        """Stores a signed event, once. Events of connected accounts must be signed for the endpoint of connected
        accounts, and all others for the platform's. Raises NotFound (webhooks are off), BodyTooLarge, MalformedRequest,
        Busy.
        """
        secrets, connect_secrets = self._secrets(), self._connect_secrets()
        if not secrets and not connect_secrets:
            raise NotFound
        if len(body) > MAX_BYTES:
            raise BodyTooLarge(f"The body may have at most {MAX_BYTES} bytes.")
        now = self._clock.now()
        ours = self._is_signed(body, signature, secrets=secrets, now=now)
        if not ours and not self._is_signed(body, signature, secrets=connect_secrets, now=now):
            raise MalformedRequest
        event, payload = self._read(body)
        if ours is not (event.account is None):
            raise MalformedRequest
        self._store(event, payload)

    def store_fetched_event(self, payload: str, *, account: str | None) -> bool:
        """Stores an event that was fetched from Stripe, unless it is too large. Returns whether it was new. Raises
        MalformedRequest, Busy.
        """
        if len(payload.encode()) > MAX_BYTES:
            telemetry.log("stripe_event_too_large")
            return False
        event, payload = self._read(payload.encode())
        return self._store(event._replace(account=event.account or account), payload)

    def _store(self, event: StripeEvent, payload: str) -> bool:
        now = self._clock.now()
        new = self._inbox.put(event, payload=payload, received_at=int(now), expires_at=int(now) + KEPT_SECONDS)
        telemetry.log("stripe_event_received", stripe_event=event.id, kind=event.kind, new=new, ignored=event.ignored)
        if event.ignored:
            telemetry.count("StripeEventOfOtherMode")
        return new

    def _read(self, body: bytes) -> tuple[StripeEvent, str]:
        """Returns the event in a body. Raises MalformedRequest for anything but a snapshot event of Stripe; a thin
        event has another `object` (docs.stripe.com/event-destinations).
        """
        try:
            payload = body.decode("utf-8")
            document = json.loads(payload)
        except (ValueError, RecursionError):
            raise MalformedRequest from None
        if not isinstance(document, dict) or document.get("object") != "event":
            raise MalformedRequest
        livemode = document.get("livemode")
        if not isinstance(livemode, bool):
            raise MalformedRequest
        subject = _subject(document.get("data"))
        event = StripeEvent(
            id=_matching(_EVENT_ID, document.get("id")),
            kind=_matching(_KIND, document.get("type")),
            object_id=_payment_of(subject),
            livemode=livemode,
            ignored=livemode is not self._livemode,
            account=_id_of(document.get("account")),
            order_id=_order_of(subject),
        )
        return event, payload


def _matching(pattern: re.Pattern[str], value: object) -> str:
    if not isinstance(value, str) or pattern.fullmatch(value) is None:
        raise MalformedRequest
    return value


def _subject(data: Any) -> dict[str, Any]:
    found = data.get("object") if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


def _payment_of(subject: dict[str, Any]) -> str | None:
    """Returns the id of the object to read the payment by: for a refund or a dispute its charge or payment intent,
    otherwise the object itself.
    """
    for name in ("charge", "payment_intent", "id") if subject.get("object") in _PARTS else ("id",):
        found = _id_of(subject.get(name))
        if found is not None:
            return found
    return None


def _order_of(subject: dict[str, Any]) -> str | None:
    """Returns the order that our own metadata names: a hint, not yet checked."""
    named = subject.get("metadata")
    return _id_of(named.get("order_id")) if isinstance(named, dict) else None


def _id_of(value: object) -> str | None:
    return value if isinstance(value, str) and _OBJECT_ID.fullmatch(value) else None
