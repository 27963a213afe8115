"""Sockets: takes API Gateway's WebSocket events and returns responses. Called by app.py with the event's dictionary.

The boundary of everything that happens over a socket: a MarqueeError becomes an error frame, a bug an error frame
without details. In $connect, where no frame can be sent, both become a status. Source:
docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html
"""

import base64
import binascii
from typing import Any

# live/ is imported inside the functions: app.py imports this file, and reads must not load the protocol.
from chalicelib import bootstrap, telemetry
from chalicelib.core.errors import FeatureOff, MarqueeError, Unauthenticated

Event = dict[str, Any]
Answer = dict[str, Any]


def connect(event: Event) -> Answer:
    """$connect: 200 for a valid ticket, 401 for any other, 404 where live pushes are off, 503 or 500 on failure."""
    context = event["requestContext"]
    try:
        _open(event, context)
    except MarqueeError as error:
        telemetry.log("connection_refused", connection_id=context["connectionId"], code=error.code)
        return {"statusCode": _status(error)}
    except Exception:  # noqa: BLE001 - the boundary
        telemetry.failure("connect_failed", connection_id=context["connectionId"])
        return {"statusCode": 500}
    telemetry.log("connected", connection_id=context["connectionId"])
    return {"statusCode": 200}


def message(event: Event) -> Answer:
    """Any frame: the answer is pushed over the connection, since a route response cannot be relied on."""
    context = event["requestContext"]
    try:
        _hear(event, context["connectionId"])
    except Exception:  # noqa: BLE001 - the boundary
        from chalicelib.live.domain.frames import unexpected_frame

        telemetry.failure("frame_failed", connection_id=context["connectionId"])
        bootstrap.services().live.connect_socket.push_frame(
            context["connectionId"], _endpoint(context), unexpected_frame()
        )
    return {"statusCode": 200}


def disconnect(event: Event) -> Answer:
    """$disconnect: API Gateway may not call it. A row that stays is removed by the next push or its TTL."""
    context = event["requestContext"]
    try:
        bootstrap.services().live.connect_socket.disconnect(context["connectionId"])
    except Exception:  # noqa: BLE001 - the boundary
        telemetry.failure("disconnect_failed", connection_id=context["connectionId"])
        return {"statusCode": 500}
    telemetry.log("disconnected", connection_id=context["connectionId"], code=context.get("disconnectStatusCode"))
    return {"statusCode": 200}


def _open(event: Event, context: dict[str, Any]) -> None:
    services = bootstrap.services()
    if not services.config.live:
        raise FeatureOff(code="live_off")
    services.live.connect_socket.connect(
        (event.get("queryStringParameters") or {}).get("ticket", ""),
        connection_id=context["connectionId"],
        origin=_header(event, "origin"),
        endpoint=_endpoint(context),
    )


def _hear(event: Event, connection_id: str) -> None:
    """Answers a frame. Errors are answered with a frame too, and some of them close the connection."""
    connecting = bootstrap.services().live.connect_socket
    try:
        connecting.handle_frame(connection_id, _text(event))
    except MarqueeError as error:
        from chalicelib.live.domain.frames import error_frame
        from chalicelib.live.services.connect_socket import ends_connection

        endpoint = _endpoint(event["requestContext"])
        telemetry.log("frame_refused", connection_id=connection_id, code=error.code)
        connecting.push_frame(connection_id, endpoint, error_frame(error))
        if ends_connection(error):
            connecting.close_connection(connection_id, endpoint)


def _text(event: Event) -> str | None:
    """Returns the frame's text, or None for binary data that is not UTF-8 text."""
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(body)
    try:
        return base64.b64decode(body, validate=True).decode()
    except (binascii.Error, ValueError):
        return None


def _header(event: Event, name: str) -> str | None:
    """Returns a header whatever the case of its name; API Gateway keeps the client's case."""
    return next((value for key, value in (event.get("headers") or {}).items() if key.lower() == name), None)


def _endpoint(context: dict[str, Any]) -> str:
    return f"https://{context['domainName']}/{context['stage']}"


def _status(error: MarqueeError) -> int:
    if isinstance(error, Unauthenticated):
        return 401
    return 404 if isinstance(error, FeatureOff) else 503
