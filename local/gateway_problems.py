"""Answers that the gateway makes itself, because no handler was reached or none answered.

On AWS these are the GatewayResponses of `infra/` (DEFAULT_4XX, DEFAULT_5XX, MISSING_AUTHENTICATION_TOKEN …) plus a
few routes. Under /api/ they are application/problem+json (RFC 9457), elsewhere a short page.
"""

from __future__ import annotations

import json
from http import HTTPStatus

from local.http_message import HttpAnswer

GATEWAY_WORDS = {
    500: "Internal server error",
    502: "Internal server error",
    504: "Endpoint request timed out",
}
CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "payload_too_large",
    431: "headers_too_large",
    500: "internal_error",
    502: "internal_error",
    504: "gateway_timeout",
}


def api_problem(status: int, request_id: str, *, detail: str = "", allow: str = "") -> HttpAnswer:
    """A problem document. Server faults keep the gateway's `message` beside it."""
    title = HTTPStatus(status).phrase
    problem: dict[str, object] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail or title,
        "code": CODES[status],
        "request_id": request_id,
    }
    if status >= 500:
        problem["message"] = GATEWAY_WORDS[status]
    headers = [
        ("Content-Type", "application/problem+json"),
        ("X-Request-Id", request_id),
        ("Cache-Control", "no-store"),
    ]
    if allow:
        headers.append(("Allow", allow))
    return HttpAnswer(status, headers, json.dumps(problem).encode())


def page_problem(status: int, request_id: str, *, allow: str = "") -> HttpAnswer:
    """The same outside /api/: a short page, as CloudFront's custom error response."""
    title = HTTPStatus(status).phrase
    body = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f'<h1>{title}</h1><p><a href="/">Start page</a></p></html>'
    )
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("X-Request-Id", request_id),
        ("Content-Security-Policy", "default-src 'none'"),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "no-store"),
    ]
    if allow:
        headers.append(("Allow", allow))
    return HttpAnswer(status, headers, body.encode())
