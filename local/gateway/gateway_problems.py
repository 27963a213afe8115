"""Answers that the gateway makes itself, when it reaches no handler or the handler gives no valid answer.

On AWS these are the GatewayResponses of infra/deploy/gateway_responses.py, whose texts and codes are used here, and a
few routes. Under /api/ they are application/problem+json (RFC 9457), elsewhere a short page.
"""

from __future__ import annotations

import json
from http import HTTPStatus

from infra.deploy import gateway_responses
from local.gateway.http_message import HttpAnswer

_KINDS = {
    400: "DEFAULT_4XX",
    404: "MISSING_AUTHENTICATION_TOKEN",
    413: "REQUEST_TOO_LARGE",
    500: "DEFAULT_5XX",
    502: "DEFAULT_5XX",
    504: "INTEGRATION_TIMEOUT",
}
_HERE_ALONE = {
    405: ("method_not_allowed", "This cannot be done here."),
    431: ("headers_too_large", "The headers are too large."),
}
"""Statuses that no gateway response on AWS has. AWS answers 404 instead of 405, and a 4xx instead of 431
(docs/platform.md).
"""


def api_problem(status: int, request_id: str, *, allow: str = "") -> HttpAnswer:
    """Returns a problem document. `allow` is the value of the Allow header."""
    code, detail = gateway_responses.ANSWERS[_KINDS[status]][1:] if status in _KINDS else _HERE_ALONE[status]
    problem = gateway_responses.problem(code, detail) | {"status": status, "request_id": request_id}
    headers = [
        ("Content-Type", "application/problem+json"),
        ("X-Request-Id", request_id),
        ("Cache-Control", "no-store"),
    ]
    if allow:
        headers.append(("Allow", allow))
    return HttpAnswer(status, headers, json.dumps(problem).encode())


def page_problem(status: int, request_id: str, *, allow: str = "") -> HttpAnswer:
    """Returns a short page, as CloudFront's custom error response does."""
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
