"""Whatever comes over a socket, by whole services and the events of API Gateway: one answer to each frame, none of them
a failure of ours, the connection stays until it spends too much, and watches are what was asked for.
"""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib import bootstrap
from chalicelib.live.domain import machine
from chalicelib.live.domain.parse_frame import MAX_FRAME_IN
from chalicelib.triggers import sockets
from tests.functional.notifications.test_bad_notification_input import JUNK, STRANGE
from tests.integration.conftest import FakeClock, FakePusher, Person, connect
from tests.integration.live.test_sockets import event

NOWHERE = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
VALID: list[dict[str, Any]] = [
    {"action": "hello", "since": NOWHERE, "recent": [NOWHERE]},
    {"action": "watch", "event_id": NOWHERE},
    {"action": "unwatch", "event_id": NOWHERE},
    {"action": "ping"},
]
METAS = {"WS connected", "Unwatched", "pong", "error"}
RAW: dict[str, str] = {
    "nothing": "",
    "blank": " \r\n",
    "no JSON": "hello",
    "NaN": '{"action":"hello","since":NaN}',
    "4,000 digits": '{"action":"ping","since":' + "9" * 4_000 + "}",
    "exponent": '{"action":"ping","a":1e999999}',
    "deep": "[" * 4_096,
    "deep object": '{"a":' * 800,
    "deep within": '{"action":"watch","event_id":' + "[" * 2_000 + "]" * 2_000 + "}",
    "same key twice": '{"action":"ping","action":"watch"}',
    "half a pair": r'{"action":"\ud800"}',
    "half a pair as a key": r'{"action":"ping","\udfff":1}',
    "half a pair as an id": r'{"action":"watch","event_id":"' + r"\ud800" * 26 + '"}',
    "NUL": r'{"action":"ping\u0000"}',
    "byte order mark": '\ufeff{"action":"ping"}',
    "two objects": '{"action":"ping"}{"action":"ping"}',
    "too large": '{"action":"ping","a":"' + "é" * 2_100 + '"}',
    "largest frame of API Gateway": " " * 32_768,
    "largest message of API Gateway": "[" * 131_072,
    "id in small letters": '{"action":"watch","event_id":"01arz3ndektsv4rrffq69g5fav"}',
    "id past the last": '{"action":"watch","event_id":"8ZZZZZZZZZZZZZZZZZZZZZZZZZ"}',
    "id with a separator": '{"action":"watch","event_id":"EVENT#ARZ3NDEKTSV4RRFFQ69G"}',
    "id of other digits": '{"action":"watch","event_id":"٠1ARZ3NDEKTSV4RRFFQ69G5FAV"}',
    "too many recent": json.dumps({"action": "hello", "since": None, "recent": [NOWHERE] * 101}),
}


@pytest.fixture
def socket(ada: Person, services: bootstrap.Services, pusher: FakePusher) -> Callable[..., list[Any]]:
    """Says something over a new socket, in an event's fields; what is answered."""

    def say(**fields: Any) -> list[Any]:
        (id,) = connect(services, ada)
        assert sockets.message(event(id, **fields)) == {"statusCode": 200}
        assert services.live.connection_store.find(id) is not None
        assert pusher.closed == []
        answers = pusher.sent.pop(id)
        assert all(len(json.dumps(one, ensure_ascii=False).encode()) < 32_768 for one in answers)
        services.live.connect_socket.disconnect(id)
        return answers

    return say


@pytest.mark.parametrize("name", RAW)
def test_frame_that_is_none_is_answered_with_an_error(socket: Callable[..., list[Any]], name: str) -> None:
    (answer,) = socket(body=RAW[name])
    assert (answer["meta"], set(answer)) == ("error", {"meta", "code", "detail"})
    assert answer["code"] != "internal_error"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"body": None},
        {"body": "!not base64!", "isBase64Encoded": True},
        {"body": "eyJhY3Rpb24iOiJwaW5nIn", "isBase64Encoded": True},
        {"body": base64.b64encode(b"\xff\xfe").decode(), "isBase64Encoded": True},
        {"body": "é", "isBase64Encoded": True},
    ],
    ids=["no body", "null", "no base64", "base64 cut short", "no UTF-8", "no ASCII"],
)
def test_frame_of_strange_bytes_is_answered_with_an_error(
    socket: Callable[..., list[Any]], fields: dict[str, Any]
) -> None:
    (answer,) = socket(**fields)
    assert (answer["meta"], answer["code"]) == ("error", "malformed_frame")


def test_frame_in_bytes_that_are_text_is_text(socket: Callable[..., list[Any]]) -> None:
    assert socket(body=base64.b64encode(b'{"action":"ping"}').decode(), isBase64Encoded=True) == [{"meta": "pong"}]


@st.composite
def frames(draw: st.DrawFn) -> str:
    """A frame of ours with something else in one of its places, or more of them."""
    frame = dict(draw(st.sampled_from(VALID)))
    frame[draw(st.sampled_from([*frame, "since", "recent", "event_id"]) | STRANGE)] = draw(JUNK)
    return json.dumps(frame, ensure_ascii=draw(st.booleans())).encode("utf-8", "replace").decode()


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(frame=frames() | JUNK.map(json.dumps))
def test_frame_like_anything_has_one_answer(socket: Callable[..., list[Any]], frame: str) -> None:
    (answer,) = socket(body=frame)
    assert answer["meta"] in METAS
    assert answer.get("code") != "internal_error"


def test_nonsense_costs_too_and_ends_the_connection(
    ada: Person, services: bootstrap.Services, clock: FakeClock, pusher: FakePusher
) -> None:
    (id,) = connect(services, ada)
    for _ in range(2 * machine.MOST_IN_A_WINDOW + 1):
        sockets.message(event(id, body="[" * MAX_FRAME_IN))
    assert pusher.sent[id][-1]["code"] == "too_many_attempts"
    assert (pusher.closed[0], services.live.connection_store.find(id)) == (id, None)
