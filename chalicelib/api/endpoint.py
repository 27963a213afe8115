"""The HTTP boundary: everything that happens to a request before a route sees it and to its answer afterwards.

`Routes` is the blueprint every file in routes/ uses. Around each view, in this order: the way the request came, query,
credentials, body, Idempotency-Key, the view, problems, headers. Chalice's HTTP middleware cannot do this, because it
sees a finished 500 instead of the exception.
"""

import hashlib
import hmac
import time
from collections.abc import Callable
from typing import Any, TypeVar

from chalice.app import Blueprint, Response

from chalicelib import bootstrap, telemetry
from chalicelib.api.problems import problem_for, unexpected
from chalicelib.api.requests import Answer, Contract, Request
from chalicelib.config import DIRECT
from chalicelib.core.errors import BodyTooLarge, Busy, Forbidden, MalformedRequest, MarqueeError, UnsupportedMedia

View = TypeVar("View", bound=Callable[..., Answer])

ORIGIN_HEADER = "x-marquee-origin"
"""Header by which our CDN proves itself (infra/stacks/edge.yaml)."""
VISITOR_HEADER = "x-marquee-visitor"
"""Header in which our CDN says who asks."""
OWN_API = "ownApi"
"""Mark in the request context of what came by an API that has no CDN before it (app.py)."""
LONG_KEY = 16
"""From so many characters on an Idempotency-Key is taken to be its sender's alone."""
MAX_RAW_BYTES = 4 * 1024 * 1024
_BODYLESS = ("GET", "HEAD", "DELETE", "OPTIONS")


class Registered:
    """One method of one route, for openapi.py and the tests that go through all routes."""

    __slots__ = ("contract", "method", "name", "path")

    def __init__(self, method: str, path: str, contract: Contract, name: str) -> None:
        self.method = method
        self.path = path
        self.contract = contract
        self.name = name


REGISTERED: list[Registered] = []


class Routes(Blueprint):  # type: ignore[misc] # chalice is untyped where it matters here
    """A blueprint whose views take a Request and give an Answer."""

    def get(self, path: str, contract: Contract) -> Callable[[View], View]:
        """Register a view for GET and HEAD."""
        return self._on(path, ["GET", "HEAD"], contract)

    def post(self, path: str, contract: Contract) -> Callable[[View], View]:
        """Register a view for POST."""
        return self._on(path, ["POST"], contract)

    def put(self, path: str, contract: Contract) -> Callable[[View], View]:
        """Register a view for PUT."""
        return self._on(path, ["PUT"], contract)

    def patch(self, path: str, contract: Contract) -> Callable[[View], View]:
        """Register a view for PATCH."""
        return self._on(path, ["PATCH"], contract)

    def delete(self, path: str, contract: Contract) -> Callable[[View], View]:
        """Register a view for DELETE."""
        return self._on(path, ["DELETE"], contract)

    def _on(self, path: str, methods: list[str], contract: Contract) -> Callable[[View], View]:
        def register(view: View) -> View:
            def handler(**parameters: str) -> Response:
                return handle(self.current_request, view, contract, parameters)

            REGISTERED.extend(Registered(method, path, contract, view.__name__) for method in methods)
            handler.__doc__ = view.__doc__
            self.route(path, methods=methods, content_types=["*/*"], name=view.__name__)(handler)
            return view

        return register


def handle(incoming: Any, view: Callable[..., Answer], contract: Contract, parameters: dict[str, str]) -> Response:
    """Serve one request. Never raises: a refusal becomes its problem, a bug an anonymous 500."""
    began = time.perf_counter()
    request = _request(incoming)
    try:
        request.address = _address(incoming)
        answer = _serve(request, incoming, view, contract, parameters)
    except MarqueeError as error:
        answer = problem_for(error, request_id=request.request_id)
    except Exception as error:  # noqa: BLE001 - the boundary
        answer = _unforeseen(error, request)
    return _finish(request, answer, began)


def fail(incoming: Any, error: Exception) -> Response:
    """Answer a request that failed before its view was there (late_routes.py) as `handle` answers a bug. To be called
    while the exception is handled, since its traceback is logged.
    """
    began = time.perf_counter()
    request = _request(incoming)
    return _finish(request, _unforeseen(error, request), began)


def _finish(request: Request, answer: Answer, began: float) -> Response:
    telemetry.log(
        "request",
        request_id=request.request_id,
        method=request.method,
        route=request.path,
        status=answer.status,
        ms=round((time.perf_counter() - began) * 1000, 1),
    )
    return _response(request, answer)


def _unforeseen(error: Exception, request: Request) -> Answer:
    """An overload that outlasted the retries, or a bug."""
    if bootstrap.is_overload(error):
        telemetry.log("database_overloaded", request_id=request.request_id, route=request.path)
        return problem_for(Busy("Too much at once. Try again."), request_id=request.request_id)
    telemetry.failure("request_failed", request_id=request.request_id, route=request.path)
    return unexpected(request_id=request.request_id)


def _request(incoming: Any) -> Request:
    context = incoming.context
    return Request(
        method=incoming.method,
        path=context.get("resourcePath", ""),
        headers=incoming.headers,
        request_id=context.get("requestId", ""),
    )


def _address(incoming: Any) -> str:
    """The visitor's address: who calls, or behind our CDN who that says it is (ADR 22). Raises Forbidden without the
    CDN's secret.
    """
    context, accepted = incoming.context, bootstrap.services().config.origin_digests
    if accepted == DIRECT or context.get(OWN_API):
        return str(context.get("identity", {}).get("sourceIp", ""))
    given = incoming.headers.get(ORIGIN_HEADER, "")
    digest = hashlib.sha256(given.encode(errors="replace")).hexdigest()
    if not given or not any(hmac.compare_digest(digest, one) for one in accepted):
        raise Forbidden
    return str(incoming.headers.get(VISITOR_HEADER, ""))


def _serve(
    request: Request, incoming: Any, view: Callable[..., Answer], contract: Contract, parameters: dict[str, str]
) -> Answer:
    request.query = _query(incoming.query_params, contract)
    if contract.auth != "none":
        request.principal = bootstrap.services().accounts.authorise.identify_caller(
            request.header("authorization"), required=contract.auth == "required"
        )
    if request.method not in _BODYLESS:
        _read_body(request, incoming, contract)
    if contract.creates:
        return _create(request, view, contract, parameters)
    return view(request, **parameters)


def _create(request: Request, view: Callable[..., Answer], contract: Contract, parameters: dict[str, str]) -> Answer:
    """Run a creating view, once for each Idempotency-Key of a caller."""
    repeating = bootstrap.services().idempotency.run_once

    def run(resource_id: str) -> Answer:
        request.resource_id = resource_id
        return view(request, **parameters)

    key = request.header("idempotency-key")
    if key is None:
        return run(repeating.new_id())
    place = f"{request.method} {request.path} {sorted(parameters.items())}"
    return repeating.once(
        key=key,
        caller=request.principal.user_id if request.principal else _guest(request, key),
        request=place.encode() + b"\0" + request.raw_body,
        run=run,
        keep=not contract.secret,
        replay=lambda status, headers, body: Answer(body, status, {**headers, "Idempotent-Replayed": "true"}),
    )


def _guest(request: Request, key: str) -> str:
    """Whose a key is that comes without an account. A long one is its sender's, wherever they are by now. A short one
    may be chosen by two strangers, so it holds for one visitor alone: nobody is handed another's order.
    """
    if len(key) >= LONG_KEY:
        return "guest"
    return f"guest {request.visitor} {request.header('user-agent') or ''}"


def _query(given: Any, contract: Contract) -> dict[str, str]:
    """The query, each parameter known and given once. Raises MalformedRequest."""
    query: dict[str, str] = {}
    for name in given or {}:
        if name not in contract.query:
            raise MalformedRequest(f"The query parameter {name[:40]!r} is not known here.", code="unknown_parameter")
        values = given.getlist(name)
        if len(values) != 1:
            raise MalformedRequest(f"The query parameter {name!r} may be given once.", code="repeated_parameter")
        query[name] = values[0]
    return query


def _read_body(request: Request, incoming: Any, contract: Contract) -> None:
    """The body as the contract says: raw bytes, a validated struct, or nothing."""
    raw = incoming.raw_body or b""
    raw = raw.encode() if isinstance(raw, str) else raw
    if contract.raw:
        if len(raw) > MAX_RAW_BYTES:
            raise BodyTooLarge(f"The body may have at most {MAX_RAW_BYTES} bytes.")
        request.raw_body = raw
    elif contract.body is not None:
        from chalicelib.api import strict_json

        request.raw_body = raw
        request.json = strict_json.parse(
            raw,
            content_type=request.header("content-type") or "",
            content_encoding=request.header("content-encoding") or "",
        )
        if not contract.patch:
            from chalicelib.api.schemas import resolve
            from chalicelib.core.validation import validate

            request.body = validate(request.json, resolve(contract.body))
    elif raw.strip() not in (b"", b"{}"):
        raise UnsupportedMedia("This request takes no body.", code="unexpected_body")


def _response(request: Request, answer: Answer) -> Response:
    headers = {
        "X-Request-Id": request.request_id,
        "X-Content-Type-Options": "nosniff",
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        **answer.headers,
    }
    if answer.status == 304:
        del headers["Content-Type"]
    return Response(answer.body, status_code=answer.status, headers=headers)
