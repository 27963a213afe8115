"""API Gateway's REST proxy format 1.0: converts a request to a Lambda event, and a handler's result to an answer.

Used by `gateway`. Formats:
https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

from __future__ import annotations

import base64
import json
import re
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote
from uuid import uuid4

from local.gateway.http_message import HttpAnswer, HttpRequest
from local.gateway.lambda_context import ACCOUNT
from local.gateway.routing import Match

STAGE = "api"
PAYLOAD_BYTES = 6 * 1024 * 1024
"""Lambda's limit for a synchronous request and for its response, each as JSON."""
REMAPPED = frozenset(
    ["connection", "date", "server", "te", "trailer", "transfer-encoding", "upgrade", "via", "www-authenticate"]
)
"""Header fields that the gateway reserves. It sends a handler's value as `x-amzn-Remapped-…`. Source:
docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html (REST APIs)
"""
API_ID = "local"


class MalformedAnswer(Exception):
    """The handler returned a value that the real gateway answers with 502."""


def proxy_event(request: HttpRequest, match: Match, binary_types: list[str], request_id: str) -> dict[str, Any]:
    """Returns the event after a round trip through JSON, as on AWS."""
    headers = multi_values([(title_case(name), value) for name, value in request.headers])
    headers["X-Forwarded-For"] = [", ".join([*headers.get("X-Forwarded-For", []), request.client])]
    headers.setdefault("X-Forwarded-Proto", ["http"])
    headers.setdefault("X-Amzn-Trace-Id", [f"Root=1-{int(time.time()):08x}-{uuid4().hex[:24]}"])
    query = query_values(request.query)
    body, encoded = _body(request, binary_types)
    event = {
        "resource": match.resource,
        "path": unquote(request.path),
        "httpMethod": request.method,
        "headers": {name: values[-1] for name, values in headers.items()},
        "multiValueHeaders": headers,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": match.parameters or None,
        "stageVariables": None,
        "requestContext": _context(request, match, request_id),
        "body": body,
        "isBase64Encoded": encoded,
    }
    round_trip: dict[str, Any] = json.loads(json.dumps(event))
    return round_trip


def multi_values(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Returns name -> all values, in order."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def query_values(query: str) -> dict[str, list[str]]:
    """Returns the decoded query parameters. A key without a value has the empty string."""
    return multi_values(parse_qsl(query, keep_blank_values=True, errors="replace"))


def title_case(name: str) -> str:
    """Returns the name of a field as most HTTP/1.1 clients send it. ASGI makes names lower-case."""
    return "-".join(part.capitalize() for part in name.split("-"))


def _context(request: HttpRequest, match: Match, request_id: str) -> dict[str, Any]:
    now = time.time()
    host = request.header("host")
    return {
        "resourceId": "local",
        "resourcePath": match.resource,
        "httpMethod": request.method,
        "extendedRequestId": uuid4().hex[:15] + "=",
        "requestTime": datetime.fromtimestamp(now, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "requestTimeEpoch": int(now * 1000),
        "path": f"/{STAGE}{unquote(request.path)}",
        "accountId": ACCOUNT,
        "protocol": "HTTP/1.1",
        "stage": STAGE,
        "domainPrefix": host.partition(".")[0].partition(":")[0],
        "domainName": host,
        "requestId": request_id,
        "apiId": API_ID,
        "identity": identity(request),
    }


def identity(request: HttpRequest) -> dict[str, str | None]:
    """Returns what the gateway knows about the caller."""
    unknown = (
        "cognitoIdentityPoolId accountId cognitoIdentityId caller principalOrgId accessKey cognitoAuthenticationType "
        "cognitoAuthenticationProvider userArn user"
    )
    known = {"sourceIp": request.client, "userAgent": request.header("user-agent") or None}
    return {**dict.fromkeys(unknown.split()), **known}


def _body(request: HttpRequest, binary_types: list[str]) -> tuple[str | None, bool]:
    if not request.body:
        return None, False
    if not is_binary(request.header("content-type"), binary_types):
        try:
            return request.body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(request.body).decode(), True


def is_binary(field: str, binary_types: list[str]) -> bool:
    """Returns whether a Content-Type or Accept field names one of the API's binary types."""
    named = {part.strip().lower() for part in re.split("[,;]", field)}
    return not named.isdisjoint(kind.lower() for kind in binary_types)


def answer_of(result: object, request: HttpRequest, binary_types: list[str]) -> HttpAnswer:
    """Returns what the gateway sends for a handler's result. Raises MalformedAnswer."""
    try:
        text = json.dumps(result)
        found = json.loads(text)
    except (TypeError, ValueError, RecursionError) as error:
        raise MalformedAnswer(f"not JSON: {error}") from error
    if len(text) > PAYLOAD_BYTES:
        raise MalformedAnswer("over 6 MB")
    if not isinstance(found, dict):
        raise MalformedAnswer("not an object")
    status, body = found.get("statusCode"), found.get("body")
    if not isinstance(status, int) or isinstance(status, bool) or not 100 <= status <= 599:
        raise MalformedAnswer("statusCode is not an HTTP status")
    if body is not None and not isinstance(body, str):
        raise MalformedAnswer("body is not a string")
    fields = [field for field in _headers(found) if request.method == "HEAD" or field[0].lower() != "content-length"]
    return HttpAnswer(status, fields, _bytes(body or "", found, request, binary_types))


def payload_fits(event: dict[str, Any]) -> bool:
    """Returns whether Lambda would accept the event. The size includes what base64 and JSON add to the body."""
    body = event["body"] or ""
    return len(body) < PAYLOAD_BYTES // 8 or len(json.dumps(event)) <= PAYLOAD_BYTES


def _headers(found: dict[str, Any]) -> list[tuple[str, str]]:
    fields: list[tuple[str, str]] = []
    multi = found.get("multiValueHeaders") or {}
    listed = {name.lower() for name in multi}
    for name, value in (found.get("headers") or {}).items():
        if name.lower() not in listed:
            fields.append((name, _header_value(value)))
    for name, values in multi.items():
        if not isinstance(values, list):
            raise MalformedAnswer("multiValueHeaders holds something else than lists")
        fields.extend((name, _header_value(value)) for value in values)
    if not any(name.lower() == "content-type" for name, _ in fields):
        fields.append(("Content-Type", "application/json"))
    return [(f"x-amzn-Remapped-{name}" if name.lower() in REMAPPED else name, value) for name, value in fields]


def _header_value(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if not isinstance(value, str | int | float) or not text.isprintable() or not text.isascii():
        raise MalformedAnswer("a header value is not plain text")
    return text


def _bytes(body: str, found: dict[str, Any], request: HttpRequest, binary_types: list[str]) -> bytes:
    """Decodes base64 only when the client's first Accept type is binary, as the gateway does."""
    first = request.header("accept").partition(",")[0]
    if found.get("isBase64Encoded") and is_binary(first, [*binary_types, "*/*"]):
        try:
            return base64.b64decode(body, validate=True)
        except ValueError as error:
            raise MalformedAnswer("body is not base64") from error
    try:
        return body.encode()
    except UnicodeEncodeError as error:
        raise MalformedAnswer("body is not Unicode text") from error
