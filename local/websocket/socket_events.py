"""WebSocket events in API Gateway's shape. Used by `sockets`; pure functions of a connection.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import uuid4

from local.gateway.http_message import HttpRequest
from local.gateway.proxy_event import API_ID, STAGE, multi_values, query_values, title_case


class Peer(Protocol):
    """The connection that an event describes."""

    id: str
    request: HttpRequest
    connected_at: int


def connect_event(peer: Peer) -> dict[str, Any]:
    """Returns the `$connect` event, the only one with headers and query parameters."""
    headers = multi_values([(title_case(name), value) for name, value in peer.request.headers])
    headers.setdefault("X-Forwarded-For", [peer.request.client])
    query = query_values(peer.request.query)
    event: dict[str, Any] = {
        "headers": {name: values[-1] for name, values in headers.items()},
        "multiValueHeaders": headers,
        "requestContext": _context(peer, "$connect", "CONNECT"),
        "isBase64Encoded": False,
    }
    if query:
        event["queryStringParameters"] = {name: values[-1] for name, values in query.items()}
        event["multiValueQueryStringParameters"] = query
    return event


def message_event(peer: Peer, route: str, text: str) -> dict[str, Any]:
    context = _context(peer, route, "MESSAGE")
    context["messageId"] = uuid4().hex[:15] + "="
    return {"requestContext": context, "body": text, "isBase64Encoded": False}


def disconnect_event(peer: Peer, code: int) -> dict[str, Any]:
    """Returns the `$disconnect` event. `code` is the close code of the WebSocket."""
    context = _context(peer, "$disconnect", "DISCONNECT")
    context |= {"disconnectStatusCode": code, "disconnectReason": ""}
    return {"requestContext": context, "isBase64Encoded": False}


def _context(peer: Peer, route: str, kind: str) -> dict[str, Any]:
    now = time.time()
    return {
        "routeKey": route,
        "eventType": kind,
        "extendedRequestId": uuid4().hex[:15] + "=",
        "requestTime": datetime.fromtimestamp(now, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "messageDirection": "IN",
        "stage": STAGE,
        "connectedAt": peer.connected_at,
        "requestTimeEpoch": int(now * 1000),
        "identity": {"sourceIp": peer.request.client, "userAgent": peer.request.header("user-agent")},
        "requestId": uuid4().hex[:15] + "=",
        "domainName": peer.request.header("host"),
        "connectionId": peer.id,
        "apiId": API_ID,
    }
