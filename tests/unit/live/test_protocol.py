"""Frames in and frames out."""

import json
from typing import Any

import pytest

from chalicelib.core.errors import BodyTooLarge, MalformedRequest, MarqueeError, TooManyAttempts
from chalicelib.core.ids import make_ulid
from chalicelib.live.domain import protocol
from chalicelib.live.domain.protocol import Hello, Missed, Ping, Unwatch, Watch
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


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ('{"action":"hello","since":null}', Hello(None)),
        ('{"action":"hello"}', Hello(None)),
        (f'{{"action":"hello","since":"{ID}"}}', Hello(ID)),
        (f'{{"action":"hello","since":"{ID}","recent":null}}', Hello(ID)),
        (f'{{"action":"hello","since":"{ID}","recent":[]}}', Hello(ID, frozenset())),
        (f'{{"action":"hello","since":"{ID}","recent":["{ID}"]}}', Hello(ID, frozenset({ID}))),
        ('{"action":"ping"}', Ping()),
        (f'{{"action":"watch","event_id":"{ID}"}}', Watch(ID)),
        (f'{{"action":"unwatch","event_id":"{ID}"}}', Unwatch(ID)),
    ],
)
def test_read_frame_well_formed_gives_what_it_asks(text: str, frame: protocol.Frame) -> None:
    found = protocol.read_frame(text)
    assert (type(found), found) == (type(frame), frame)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "malformed_frame"),
        ("{", "malformed_frame"),
        ("[]", "malformed_frame"),
        ('"hello"', "malformed_frame"),
        ("null", "malformed_frame"),
        ("[" * 4000, "malformed_frame"),
        ('{"action":"ping","action":"hello"}', "malformed_frame"),
        ("{}", "unknown_action"),
        ('{"action":null}', "unknown_action"),
        ('{"action":["ping"]}', "unknown_action"),
        ('{"action":"subscribe"}', "unknown_action"),
        ('{"action":"ping","x":1}', "unknown_field"),
        ('{"action":"hello","since":1}', "invalid_since"),
        ('{"action":"hello","since":""}', "invalid_since"),
        ('{"action":"hello","since":"01ARZ3NDEKTSV4RRFFQ69G5FA#"}', "invalid_since"),
        ('{"action":"hello","recent":{}}', "invalid_recent"),
        ('{"action":"hello","recent":[1]}', "invalid_recent"),
        ('{"action":"hello","recent":[["x"]]}', "invalid_recent"),
        (json.dumps({"action": "hello", "recent": [ID] * 101}), "invalid_recent"),
        ('{"action":"watch"}', "invalid_event_id"),
        ('{"action":"watch","event_id":"../x"}', "invalid_event_id"),
        ('{"action":"unwatch","event_id":null}', "invalid_event_id"),
    ],
)
def test_read_frame_malformed_is_refused_with_its_code(text: str, code: str) -> None:
    with pytest.raises(MalformedRequest) as refused:
        protocol.read_frame(text)
    assert refused.value.code == code


@pytest.mark.parametrize("text", ["x" * 4097, "é" * 2049, "\ud800" * 1366])
def test_read_frame_above_the_limit_is_refused_by_its_bytes(text: str) -> None:
    with pytest.raises(BodyTooLarge) as refused:
        protocol.read_frame(text)
    assert refused.value.code == "frame_too_large"


def test_error_frame_tells_code_and_detail() -> None:
    frame = protocol.error_frame(MalformedRequest("No.", code="unknown_action"))
    assert json.loads(frame) == {"meta": "error", "code": "unknown_action", "detail": "No."}


@pytest.mark.parametrize("error", [TooManyAttempts(retry_after=60), MarqueeError("x")])
def test_error_frame_takes_every_refusal(error: MarqueeError) -> None:
    assert json.loads(protocol.error_frame(error))["code"] == error.code


def test_new_frames_one_notification_has_the_promised_fields() -> None:
    (frame,) = protocol.new_frames(unread=3, notifications=[notification()], now=1_800_000_180)
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
    (frame,) = protocol.connected_frames(unread=2, missed=Missed([], resync=False), position=ID, now=1_800_000_000)
    hello = {"meta": "WS connected", "notif_count": 2, "missed": [], "resync": False, "position": ID}
    assert json.loads(frame) == hello


def test_connected_frames_too_long_for_one_continues_as_new_notifications() -> None:
    missed = [notification(n, "é" * 400) for n in range(100)]
    received = [Received(one, has_read=False) for one in missed]
    frames = protocol.connected_frames(
        unread=100, missed=Missed(received, resync=False), position=ID, now=1_800_000_000
    )
    assert len(frames) > 1
    assert all(len(frame.encode()) <= protocol.MAX_FRAME_OUT for frame in frames)
    first, *rest = map(json.loads, frames)
    told = [*first["missed"], *(shown for frame in rest for shown in frame["notifs"])]
    assert [shown["id"] for shown in told] == [one.id for one in missed]
    assert {frame["meta"] for frame in rest} == {"New notifications"}
    assert [frame["more"] for frame in (first, *rest)] == list(range(len(rest), -1, -1))


def test_new_frames_message_too_long_for_any_frame_is_left_to_the_inbox() -> None:
    (frame,) = protocol.new_frames(unread=1, notifications=[notification(message="x" * 40_000)], now=1_800_000_000)
    (shown,) = json.loads(frame)["notifs"]
    assert (shown["id"], shown["message"], shown["truncated"]) == (ID, "", True)


@pytest.mark.parametrize(
    ("frames", "meta"),
    [(protocol.read_frames, "Notifications read"), (protocol.unread_frames, "Notifications unread")],
)
def test_marked_frames_of_many_ids_split_and_name_each_once(frames: Any, meta: str) -> None:
    ids = [notification(n).id for n in range(2_500)]
    told = [json.loads(frame) for frame in frames(unread=0, ids=ids)]
    assert len(told) > 1
    assert [id for frame in told for id in frame["ids"]] == ids
    assert {(frame["meta"], frame["notif_count"]) for frame in told} == {(meta, 0)}


def test_hello_with_as_much_as_it_may_have_fits_a_frame() -> None:
    ids = [notification(n).id for n in range(protocol.MAX_RECENT)]
    asked = protocol.read_frame(json.dumps({"action": "hello", "since": ID, "recent": ids}, indent=1))
    assert asked == Hello(ID, frozenset(ids))


def test_error_frame_about_an_event_names_it() -> None:
    frame = protocol.error_frame(MalformedRequest("No.", code="x"), ID)
    assert json.loads(frame) == {"meta": "error", "code": "x", "detail": "No.", "event_id": ID}


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (protocol.watching_frame("E", {"tracks": 2}), {"meta": "Watching", "event_id": "E", "versions": {"tracks": 2}}),
        (protocol.unwatched_frame("E"), {"meta": "Unwatched", "event_id": "E"}),
        (
            protocol.changed_frame("E", "sessions", 18),
            {"meta": "Changed", "event_id": "E", "list": "sessions", "version": 18},
        ),
        (protocol.order_frame("O", "paid"), {"meta": "Order", "order_id": "O", "state": "paid"}),
        (
            protocol.import_frame("I", state="running", done=3, total=7),
            {"meta": "Import", "import_id": "I", "state": "running", "done": 3, "total": 7},
        ),
    ],
)
def test_frames_of_what_changes_have_the_promised_fields(frame: str, told: dict[str, Any]) -> None:
    assert json.loads(frame) == told


def test_frames_of_nothing_are_none() -> None:
    assert protocol.new_frames(unread=0, notifications=[], now=0) == []
    assert protocol.read_frames(unread=0, ids=[]) == []


def test_check_ins_that_do_not_fit_a_frame_leave_out_tickets_then_types() -> None:
    def told(tickets: int, types: int) -> tuple[int, int]:
        news = {"ticket": "x" * 30, "checked_in_at": None, "recorded_at": None}
        counts = {"checked_in": 1, "sold": 2, "types": [{"name": "y" * 200}] * types}
        frame = protocol.check_ins_frame("01ARZ3NDEKTSV4RRFFQ69G5FAV", counts, [news] * tickets)
        assert len(frame.encode()) <= protocol.MAX_FRAME_OUT
        read = json.loads(frame)
        return len(read["tickets"]), len(read["counts"]["types"])

    assert [told(100, 100), told(1_000, 100), told(1_000, 1_000)] == [(100, 100), (0, 100), (0, 0)]
