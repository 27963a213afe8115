"""Parses the frames that clients send. Called by machine.py. Pure; frames.py makes the frames that are sent to clients.

A frame that cannot be parsed raises a MarqueeError, which is sent to the client; the connection stays open.
"""

import json
from typing import Any, NamedTuple

from chalicelib.core.errors import BodyTooLarge, MalformedRequest
from chalicelib.core.ids import is_ulid
from chalicelib.core.json_objects import require_unique_names

MAX_FRAME_IN = 4_096
"""Bytes."""
MAX_RECENT = 100


class Hello(NamedTuple):
    """A frame that says the client is ready. `since` is the id of the last notification it has, or None. `recent` are
    the ids it has of the minute before that one, if it says so.
    """

    since: str | None
    recent: frozenset[str] | None = None


class Ping(NamedTuple):
    """A frame that asks for a pong."""


class Watch(NamedTuple):
    """A frame that asks for changes of an event's lists."""

    event_id: str


class Unwatch(NamedTuple):
    """A frame that ends a watch."""

    event_id: str


Frame = Hello | Ping | Watch | Unwatch


def parse_frame(text: str) -> Frame:
    """Parses a frame. Raises BodyTooLarge, MalformedRequest."""
    frame = _object(text)
    action = frame.pop("action", None)
    if action == "hello":
        return _complete(Hello(_since(frame), _recent(frame)), frame)
    if action == "ping":
        return _complete(Ping(), frame)
    if action in ("watch", "unwatch"):
        event_id = frame.pop("event_id", None)
        if not _is_id(event_id):
            raise MalformedRequest("event_id is the id of an event.", code="invalid_event_id")
        return _complete(Watch(event_id) if action == "watch" else Unwatch(event_id), frame)
    raise MalformedRequest("action is hello, ping, watch or unwatch.", code="unknown_action")


def _object(text: str) -> dict[str, Any]:
    if len(text.encode("utf-8", "surrogatepass")) > MAX_FRAME_IN:
        raise BodyTooLarge(f"A frame may have at most {MAX_FRAME_IN} bytes.", code="frame_too_large")
    try:
        frame = json.loads(text, object_pairs_hook=require_unique_names)
    except (ValueError, RecursionError):
        raise MalformedRequest("A frame is one JSON object.", code="malformed_frame") from None
    if not isinstance(frame, dict):
        raise MalformedRequest("A frame is one JSON object.", code="malformed_frame")
    return frame


def _complete(frame: Frame, rest: dict[str, Any]) -> Frame:
    if rest:
        raise MalformedRequest("The frame has fields we do not know.", code="unknown_field")
    return frame


def _since(frame: dict[str, Any]) -> str | None:
    since = frame.pop("since", None)
    if since is not None and not _is_id(since):
        raise MalformedRequest("since is the id of a notification, or null.", code="invalid_since")
    return None if since is None else str(since)


def _recent(frame: dict[str, Any]) -> frozenset[str] | None:
    recent = frame.pop("recent", None)
    if recent is None:
        return None
    if not isinstance(recent, list) or len(recent) > MAX_RECENT or not all(map(_is_id, recent)):
        raise MalformedRequest(f"recent lists at most {MAX_RECENT} ids of notifications.", code="invalid_recent")
    return frozenset(recent)


def _is_id(value: object) -> bool:
    return isinstance(value, str) and is_ulid(value)
