"""What is told over a socket: every frame fits, and says what it should."""

import json
from typing import Any

import pytest

from chalicelib.core.errors import MalformedRequest, MarqueeError, TooManyAttempts
from chalicelib.core.ids import make_ulid
from chalicelib.live.domain.frames import (
    MAX_FRAME_OUT,
    Missed,
    changed_frame,
    check_ins_frame,
    connected_frames,
    error_frame,
    import_frame,
    marked_read_frames,
    marked_unread_frames,
    new_frames,
    order_frame,
    unwatched_frame,
    watching_frame,
)
from chalicelib.notifications.domain.notification import Notification, NotificationAction, Received

ID = make_ulid(1_800_000_000_000, b"0123456789")


def notification(number: int = 0, message: str = "<p>Hello</p>") -> Notification:
    return Notification(
        id=make_ulid(1_800_000_000_000 + number, b"0123456789"),
        user_id=ID,
        action=NotificationAction.ORDER_PAID,
        title="Paid: Conf",
        message=message,
        subject="/orders/1",
        received_at=1_800_000_000,
    )


def test_error_frame_tells_code_and_detail() -> None:
    frame = error_frame(MalformedRequest("No.", code="unknown_action"))
    assert json.loads(frame) == {"meta": "error", "code": "unknown_action", "detail": "No."}


@pytest.mark.parametrize("error", [TooManyAttempts(retry_after=60), MarqueeError("x")])
def test_error_frame_takes_every_refusal(error: MarqueeError) -> None:
    assert json.loads(error_frame(error))["code"] == error.code


def test_new_frames_one_notification_has_the_promised_fields() -> None:
    (frame,) = new_frames(unread=3, notifications=[notification()], now=1_800_000_180)
    assert json.loads(frame) == {
        "meta": "New notifications",
        "notif_count": 3,
        "notifs": [
            {
                "id": ID,
                "title": "Paid: Conf",
                "message": "<p>Hello</p>",
                "action": "order_paid",
                "received_at": "2027-01-15T08:00:00Z",
                "received_ago": "3 minutes ago",
                "mark_read": f"/api/v1/notifications/{ID}/read",
            }
        ],
    }


def test_connected_frames_nothing_missed_is_one_frame() -> None:
    (frame,) = connected_frames(unread=2, missed=Missed([], resync=False), position=ID, now=1_800_000_000)
    hello = {"meta": "WS connected", "notif_count": 2, "missed": [], "resync": False, "position": ID}
    assert json.loads(frame) == hello


def test_connected_frames_too_long_for_one_continues_as_new_notifications() -> None:
    missed = [notification(n, "é" * 400) for n in range(100)]
    received = [Received(one, has_read=False) for one in missed]
    frames = connected_frames(unread=100, missed=Missed(received, resync=False), position=ID, now=1_800_000_000)
    assert len(frames) > 1
    assert all(len(frame.encode()) <= MAX_FRAME_OUT for frame in frames)
    first, *rest = map(json.loads, frames)
    told = [*first["missed"], *(shown for frame in rest for shown in frame["notifs"])]
    assert [shown["id"] for shown in told] == [one.id for one in missed]
    assert {frame["meta"] for frame in rest} == {"New notifications"}
    assert [frame["more"] for frame in (first, *rest)] == list(range(len(rest), -1, -1))


def test_new_frames_message_too_long_for_any_frame_is_left_to_the_inbox() -> None:
    (frame,) = new_frames(unread=1, notifications=[notification(message="x" * 40_000)], now=1_800_000_000)
    (shown,) = json.loads(frame)["notifs"]
    assert (shown["id"], shown["message"], shown["truncated"]) == (ID, "", True)


@pytest.mark.parametrize(
    ("frames", "meta"),
    [(marked_read_frames, "Notifications read"), (marked_unread_frames, "Notifications unread")],
)
def test_marked_frames_of_many_ids_split_and_name_each_once(frames: Any, meta: str) -> None:
    ids = [notification(n).id for n in range(2_500)]
    told = [json.loads(frame) for frame in frames(unread=0, ids=ids)]
    assert len(told) > 1
    assert [id for frame in told for id in frame["ids"]] == ids
    assert {(frame["meta"], frame["notif_count"]) for frame in told} == {(meta, 0)}


def test_error_frame_about_an_event_names_it() -> None:
    frame = error_frame(MalformedRequest("No.", code="x"), ID)
    assert json.loads(frame) == {"meta": "error", "code": "x", "detail": "No.", "event_id": ID}


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (watching_frame("E", {"tracks": 2}), {"meta": "Watching", "event_id": "E", "versions": {"tracks": 2}}),
        (unwatched_frame("E"), {"meta": "Unwatched", "event_id": "E"}),
        (
            changed_frame("E", "sessions", 18),
            {"meta": "Changed", "event_id": "E", "list": "sessions", "version": 18},
        ),
        (order_frame("O", "paid"), {"meta": "Order", "order_id": "O", "state": "paid"}),
        (
            import_frame("I", state="running", done=3, total=7),
            {"meta": "Import", "import_id": "I", "state": "running", "done": 3, "total": 7},
        ),
    ],
)
def test_frames_of_what_changes_have_the_promised_fields(frame: str, told: dict[str, Any]) -> None:
    assert json.loads(frame) == told


def test_frames_of_nothing_are_none() -> None:
    assert new_frames(unread=0, notifications=[], now=0) == []
    assert marked_read_frames(unread=0, ids=[]) == []


def test_check_ins_that_do_not_fit_a_frame_leave_out_tickets_then_types() -> None:
    def told(tickets: int, types: int) -> tuple[int, int]:
        news = {"ticket": "x" * 30, "checked_in_at": None, "recorded_at": None}
        counts = {"checked_in": 1, "sold": 2, "types": [{"name": "y" * 200}] * types}
        frame = check_ins_frame("01ARZ3NDEKTSV4RRFFQ69G5FAV", counts, [news] * tickets)
        assert len(frame.encode()) <= MAX_FRAME_OUT
        read = json.loads(frame)
        return len(read["tickets"]), len(read["counts"]["types"])

    assert [told(100, 100), told(1_000, 100), told(1_000, 1_000)] == [(100, 100), (0, 100), (0, 0)]
