"""The Stripe API over HTTP: authentication, connected accounts, idempotency, errors.

Called by server.py for every path under /v1/. routes.py lists the endpoints.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from local.stripe_double.connect.accounts import connected
from local.stripe_double.control.traffic import Traffic
from local.stripe_double.webhooks.faults import ApiFault, Faults

from . import idempotency
from .errors import CardDeclined, ParameterError, StripeError, key_expired, key_refused, permission_refused
from .expanding import expand
from .forms import decode
from .routes import find_route
from .store import Json
from .work import Work

Answer = tuple[int, dict[str, str], bytes]
_VERSION = re.compile(r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}(\.[a-z]+)?$")


class Works(Protocol):
    """Opens a unit of work for a request. Implemented in double.py."""

    def __call__(
        self, request_id: str | None = None, key: str | None = None, account: str | None = None
    ) -> AbstractContextManager[Work]:
        """Returns a context with a Work. Its writes are committed at the end of the block."""


@dataclass(frozen=True, slots=True)
class Call:
    """One API request. Names of headers are lower-case, `fields` is the raw query or form body."""

    method: str
    path: str
    fields: str
    headers: dict[str, str]
    request_id: str
    key: str | None

    @property
    def account(self) -> str | None:
        """The connected account that the call is made for (Stripe-Account)."""
        return self.headers.get("stripe-account")


class Api:
    """Answers API calls."""

    def __init__(
        self,
        *,
        works: Works,
        faults: Faults,
        traffic: Traffic,
        sleep: Callable[[float], None],
        new_id: Callable[[str], str],
    ) -> None:
        self._works = works
        self._faults = faults
        self._sleep = sleep
        self._new_id = new_id
        self._in_progress = idempotency.InProgress()
        self._traffic = traffic

    def answer(self, method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> Answer:
        """Returns the HTTP answer to one API request. Never raises for what a client can send."""
        request_id = self._new_id("req_")
        shown = {"request-id": request_id, "content-type": "application/json"}
        shown |= {name: headers[name] for name in ("stripe-version", "stripe-account") if name in headers}
        key = headers.get("idempotency-key") if method == "POST" else None
        if key is not None:
            shown["idempotency-key"] = key
        try:
            fields = body.decode("utf-8") if method == "POST" else query
            call = Call(method, path, fields, headers, request_id, key)
            status, extra, answer = self._admit(call)
        except UnicodeDecodeError:
            status, extra, answer = (
                400,
                {},
                _error_body(StripeError("Invalid request: not UTF-8."), request_id),
            )
        except StripeError as refused:
            status, extra, answer = refused.status, {}, _error_body(refused, request_id)
        return status, {**shown, **extra}, answer.encode()

    def _admit(self, call: Call) -> tuple[int, dict[str, str], str]:
        _authenticate(call.headers)
        self._traffic.note(call.method, call.path)
        key = None if call.key is None else idempotency.check_key(call.key)
        fault = self._faults.take_api(call.method, call.path)
        _refuse_on_command(fault, call)
        if call.account is not None:
            with self._works() as work:
                connected(work, call.account)
        with self._in_progress.claim(None if key is None else f"{call.account}/{key}"):
            if fault is not None and fault.kind in ("slow", "timeout_before"):
                self._sleep(fault.seconds)
            if fault is not None and fault.kind == "timeout_before":
                raise StripeError("TEST DOUBLE: timed out on command.", status=504, kind="api_error")
            answer = self._once(call, fault)
            if fault is not None and fault.kind == "timeout_after":
                self._sleep(fault.seconds)
        return answer

    def _once(self, call: Call, fault: ApiFault | None) -> tuple[int, dict[str, str], str]:
        """Returns the kept answer of the idempotency key, or runs the call."""
        with self._open(call) as work:
            if call.key is not None:
                kept = idempotency.recall(work.tx, call.key, path=call.path, body=call.fields, now=work.at)
                if kept is not None:
                    extra = {"idempotent-replayed": "true", "original-request": kept["request_id"]}
                    return kept["status"], extra, kept["body"]
        try:
            _fail_on_command(fault)
            return self._run(call)
        except ParameterError:
            raise
        except StripeError as refused:
            if not refused.kept_for_replay or refused.status in (404, 503):
                raise
            answer = _error_body(refused, call.request_id)
            with self._open(call) as work:
                _keep(work, call, refused.status, answer)
            extra = {"stripe-should-retry": "false"} if refused.status == 500 else {}
            return refused.status, extra, answer

    def _run(self, call: Call) -> tuple[int, dict[str, str], str]:
        verb, reader, captured = find_route(call.method, call.path)
        params: dict[str, Any] = reader(decode(call.fields), "")
        with self._open(call) as work:
            try:
                item = verb(work, params, *captured)
                status, answer = 200, _render(expand(work, item, params.get("expand", [])))
            except CardDeclined as declined:  # the recorded attempt stays
                status, answer = declined.status, _error_body(declined, call.request_id)
            _keep(work, call, status, answer)
        return status, {}, answer

    def _open(self, call: Call) -> AbstractContextManager[Work]:
        return self._works(call.request_id, call.key, call.account)


def _keep(work: Work, call: Call, status: int, answer: str) -> None:
    if call.key is not None:
        idempotency.keep(
            work.tx,
            call.key,
            path=call.path,
            body=call.fields,
            now=work.at,
            status=status,
            answer=answer,
            request_id=call.request_id,
        )


def _authenticate(headers: dict[str, str]) -> None:
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not re.match(r"^[sr]k_test_[A-Za-z0-9_]+$", key):
        raise key_refused(key)
    version = headers.get("stripe-version")
    if version is not None and not _VERSION.match(version):
        raise ParameterError(f"Invalid Stripe API version: {version}")


def _refuse_on_command(fault: ApiFault | None, call: Call) -> None:
    """Raises the faults that refuse a call before it is read. They are not kept under an idempotency key."""
    key = call.headers.get("authorization", "").rpartition(" ")[2]
    if fault is not None and fault.kind == "401":
        raise key_expired(key)
    if fault is not None and fault.kind == "403":
        noun = call.path.removeprefix("/v1/").split("/")[0].removesuffix("s")
        permission = f"rak_{noun}_{'read' if call.method == 'GET' else 'write'}"
        raise permission_refused(key, account=call.account or "acct_platform", permission=permission)
    if fault is not None and fault.kind == "429":
        raise _rate_limited()


def _rate_limited() -> StripeError:
    return StripeError(
        "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.",
        status=429,
        code="rate_limit",
    )


def _fail_on_command(fault: ApiFault | None) -> None:
    if fault is not None and fault.kind == "balance":
        raise StripeError("Insufficient funds in your Stripe account.", code="balance_insufficient")
    if fault is not None and fault.kind in ("500", "503"):
        raise StripeError(
            "An unknown error occurred (TEST DOUBLE: on command).",
            status=int(fault.kind),
            kind="api_error",
        )


def _error_body(refused: StripeError, request_id: str) -> str:
    shown = refused.as_object()
    shown["request_log_url"] = f"https://dashboard.stripe.com/test/logs/{request_id}"
    return _render({"error": shown})


def _render(item: Json) -> str:
    return json.dumps(item, indent=2)
