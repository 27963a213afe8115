"""Makes the frames that are sent over a socket, as texts. Called by the services that push. Pure.

parse_frame.py parses what clients send.
"""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from chalicelib.core.errors import MarqueeError
from chalicelib.core.times import ago, rfc3339
from chalicelib.notifications.domain.notification import NOTIFICATIONS_PATH, Notification, Received

MAX_FRAME_OUT = 32_000
"""Bytes; API Gateway's quota for a frame is 32 KB (docs.aws.amazon.com/apigateway/latest/developerguide/limits.html).
"""
_MARGIN = 200
"""Bytes that a frame needs beside what it lists."""


class Missed(NamedTuple):
    """The notifications that a client missed while it was away, oldest first. `resync`: there are too many to send."""

    received: list[Received]
    resync: bool


def connected_frames(*, unread: int, missed: Missed, position: str, now: int) -> list[str]:
    """Returns the answer to hello: unread count, missed notifications, and the position that a client without any
    notification resumes from. What does not fit into the first frame follows in frames with new notifications. Then
    `more` says how many frames of the answer are still to come, 0 in the last; other frames have no `more`. `now` is in
    Unix seconds.
    """
    shown = [_shown(one.notification, now) | ({"has_read": True} if one.has_read else {}) for one in missed.received]
    first, *rest = _split(shown) or [[]]
    hello = {"meta": "WS connected", "notif_count": unread, "missed": first, "resync": missed.resync}
    hello["position"] = position
    if not rest:
        return [_frame(hello)]
    frames = [hello, *(_new(unread, part) for part in rest)]
    return [_frame(frame | {"more": len(rest) - number}) for number, frame in enumerate(frames)]


def new_frames(*, unread: int, notifications: Iterable[Notification], now: int) -> list[str]:
    """Returns frames with new notifications, oldest first. `now` is in Unix seconds: a push may come long after its
    notification.
    """
    return [_frame(_new(unread, part)) for part in _split([_shown(one, now) for one in notifications])]


def marked_read_frames(*, unread: int, ids: list[str]) -> list[str]:
    """Returns frames that say which notifications were marked read."""
    return _marked("Notifications read", unread, ids)


def marked_unread_frames(*, unread: int, ids: list[str]) -> list[str]:
    """Returns frames that say which notifications were marked unread again."""
    return _marked("Notifications unread", unread, ids)


def check_ins_frame(event_id: str, counts: dict[str, Any], tickets: list[dict[str, Any]]) -> str:
    """Returns a frame with the numbers of checked-in people and the tickets that changed. When it is too large the
    tickets are left out, then the numbers by type.
    """
    frame: dict[str, Any] = {"meta": "Check-ins", "event_id": event_id, "counts": counts, "tickets": tickets}
    if _size(frame) > MAX_FRAME_OUT:
        frame["tickets"] = []
    if _size(frame) > MAX_FRAME_OUT:
        frame["counts"] = {**counts, "types": []}
    return _frame(frame)


def watching_frame(event_id: str, versions: dict[str, int]) -> str:
    """Returns the answer to watch: the version of each list of the event. Later frames report only higher versions."""
    return _frame({"meta": "Watching", "event_id": event_id, "versions": versions})


def unwatched_frame(event_id: str) -> str:
    """Returns the answer to unwatch, also sent when a watch ends since the user may not see the event any more."""
    return _frame({"meta": "Unwatched", "event_id": event_id})


def changed_frame(event_id: str, name: str, version: int) -> str:
    """Returns a frame that says that a list of an event changed; `name` is the list's path segment."""
    return _frame({"meta": "Changed", "event_id": event_id, "list": name, "version": version})


def order_frame(order_id: str, state: str) -> str:
    """Returns a frame that says which state an order has now."""
    return _frame({"meta": "Order", "order_id": order_id, "state": state})


def import_frame(import_id: str, *, state: str, done: int, total: int) -> str:
    """Returns a frame that says how many of an import's records are written."""
    return _frame({"meta": "Import", "import_id": import_id, "state": state, "done": done, "total": total})


def pong_frame() -> str:
    """Returns the answer to ping."""
    return _frame({"meta": "pong"})


def error_frame(error: MarqueeError, event_id: str | None = None) -> str:
    """Returns a frame that refuses a client's frame, with the event it is about, if any."""
    about = {} if event_id is None else {"event_id": event_id}
    return _frame({"meta": "error", "code": error.code, "detail": error.detail, **about})


def unexpected_frame() -> str:
    """Returns a frame that reports an internal error, without details."""
    return _frame({"meta": "error", "code": "internal_error", "detail": "The frame failed on our side."})


def _shown(notification: Notification, now: int) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": notification.id,
        "title": notification.title,
        "message": notification.message,
        "action": notification.action.value,
        "received_at": rfc3339(notification.received_at),
        "received_ago": ago(now - notification.received_at),
        "mark_read": f"{NOTIFICATIONS_PATH}/{notification.id}/read",
    }
    if notification.group is not None:
        shown["group"] = notification.group._asdict()
    if _size(shown) > MAX_FRAME_OUT - _MARGIN:
        shown |= {"message": "", "truncated": True}
    return shown


def _split(listed: list[Any]) -> list[list[Any]]:
    """Splits a list into parts that fit into a frame each."""
    parts: list[list[Any]] = []
    left = 0
    for item in listed:
        size = _size(item) + 1
        if size > left:
            parts.append([])
            left = MAX_FRAME_OUT - _MARGIN
        parts[-1].append(item)
        left -= size
    return parts


def _size(value: object) -> int:
    return len(_frame(value).encode())


def _new(unread: int, shown: list[Any]) -> dict[str, Any]:
    return {"meta": "New notifications", "notif_count": unread, "notifs": shown}


def _marked(meta: str, unread: int, ids: list[str]) -> list[str]:
    return [_frame({"meta": meta, "notif_count": unread, "ids": part}) for part in _split(ids)]


def _frame(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
