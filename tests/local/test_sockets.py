"""WebSockets and the @connections API, over real sockets."""

import asyncio
import json
import threading
import time

import boto3
import pytest
import websockets
from botocore.exceptions import ClientError
from websockets.frames import Frame, Opcode
from websockets.sync.client import connect

from local.gateway.handlers import Handler
from tests.local.conftest import eventually

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def pusher(live):
    return boto3.client(
        "apigatewaymanagementapi",
        endpoint_url=f"{live}/_local/connections",
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="y",
    )


def open_socket(live: str, ticket: str = "good", **options):
    url = live.replace("http", "ws", 1) + f"/_local/socket?ticket={ticket}"
    return connect(url, origin="http://127.0.0.1:8000", proxy=None, **options)


def events(sample, kind: str) -> list[dict]:
    return [event for event in sample.socket_events if event["requestContext"]["eventType"] == kind]


def test_events_have_the_gateways_shape(live, sample):
    with open_socket(live) as socket:
        socket.send('{"action":"hello"}')
        message = eventually(lambda: events(sample, "MESSAGE"))[0]
    gone = eventually(lambda: events(sample, "DISCONNECT"))[0]
    (connected,) = events(sample, "CONNECT")
    assert connected["queryStringParameters"] == {"ticket": "good"}
    assert connected["headers"]["Origin"] == "http://127.0.0.1:8000"
    assert connected["requestContext"]["routeKey"] == "$connect"
    assert message["body"] == '{"action":"hello"}'
    assert message["isBase64Encoded"] is False
    assert message["requestContext"]["routeKey"] == "$default"
    assert gone["requestContext"]["disconnectStatusCode"] == 1000
    ids = {event["requestContext"]["connectionId"] for event in (connected, message, gone)}
    assert len(ids) == 1
    assert len(ids.pop()) == 16
    for event in (connected, message, gone):
        context = event["requestContext"]
        assert context["identity"]["sourceIp"] == "127.0.0.1"
        assert context["domainName"].startswith("127.0.0.1:")
        assert context["stage"] == "api"
        assert context["connectedAt"] == connected["requestContext"]["connectedAt"]


def test_caller_of_a_socket_is_who_connects_not_who_they_say(live, sample):
    with open_socket(live, additional_headers={"X-Forwarded-For": "198.51.100.7"}):
        (connected,) = eventually(lambda: events(sample, "CONNECT"))
    assert connected["requestContext"]["identity"]["sourceIp"] == "127.0.0.1"


@pytest.mark.parametrize(("ticket", "status"), [("bad", 401), ("crash", 500)])
def test_connect_that_is_refused_ends_the_handshake(live, sample, ticket, status):
    with pytest.raises(websockets.exceptions.InvalidStatus) as refusal:
        open_socket(live, ticket)
    assert refusal.value.response.status_code == status
    assert events(sample, "DISCONNECT") == []


def test_other_paths_have_no_sockets(live):
    with pytest.raises(websockets.exceptions.InvalidStatus) as refusal:
        connect(live.replace("http", "ws", 1) + "/elsewhere", proxy=None)
    assert refusal.value.response.status_code == 404


def test_pushed_messages_arrive_in_order(live, sample, pusher):
    with open_socket(live) as socket:
        id = events(sample, "CONNECT")[0]["requestContext"]["connectionId"]
        for number in range(20):
            pusher.post_to_connection(ConnectionId=id, Data=f"ä{number}".encode())
        assert [socket.recv(timeout=3) for _ in range(20)] == [f"ä{number}" for number in range(20)]
        assert pusher.get_connection(ConnectionId=id)["Identity"]["SourceIp"] == "127.0.0.1"
        with pytest.raises(ClientError) as large:
            pusher.post_to_connection(ConnectionId=id, Data=b"x" * (128 * 1024 + 1))
        assert large.value.response["Error"]["Code"] == "PayloadTooLargeException"


def test_post_to_nobody_is_410(live, sample, pusher):
    with open_socket(live):
        id = events(sample, "CONNECT")[0]["requestContext"]["connectionId"]
    eventually(lambda: events(sample, "DISCONNECT"))
    for gone in (id, "unknown="):
        with pytest.raises(pusher.exceptions.GoneException):
            pusher.post_to_connection(ConnectionId=gone, Data=b"x")


def test_delete_closes_the_socket(live, sample, pusher):
    with open_socket(live) as socket:
        pusher.delete_connection(ConnectionId=events(sample, "CONNECT")[0]["requestContext"]["connectionId"])
        with pytest.raises(websockets.exceptions.ConnectionClosedOK):
            socket.recv(timeout=3)
    eventually(lambda: events(sample, "DISCONNECT"))


def test_post_during_connect_is_410_and_right_after_it_is_kept(live, handlers, pusher):
    during, finished = [], threading.Event()

    def post(event, context):
        id = event["requestContext"]["connectionId"]
        try:
            pusher.post_to_connection(ConnectionId=id, Data=b"too early")
        except pusher.exceptions.GoneException:
            during.append("gone")

        def after():
            for _ in range(200):
                try:
                    pusher.post_to_connection(ConnectionId=id, Data=b"first")
                    break
                except pusher.exceptions.GoneException:
                    time.sleep(0.001)
            finished.set()

        threading.Thread(target=after).start()
        return {"statusCode": 200}

    handlers["$connect"] = Handler("connect", post)
    with open_socket(live) as socket:
        assert socket.recv(timeout=3) == "first"
    assert finished.wait(3)
    assert during == ["gone"]


def test_crash_of_a_message_is_told_and_the_socket_stays(live, sample):
    with open_socket(live) as socket:
        socket.send("crash")
        told = json.loads(socket.recv(timeout=3))
        assert told["message"] == "Internal server error"
        assert "boom" not in json.dumps(told)
        socket.send("fine")
        eventually(lambda: any(event["body"] == "fine" for event in events(sample, "MESSAGE")))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("x" * (32 * 1024 + 1), 1009),
        (["x" * 30_000] * 5, 1009),
    ],
    ids=["frame over 32 KB", "message over 128 KB"],
)
def test_too_much_closes_with_its_code(live, sample, data, code):
    with open_socket(live, compression=None) as socket:
        with pytest.raises(websockets.exceptions.ConnectionClosed) as closed:  # noqa: PT012
            socket.send(data)
            socket.recv(timeout=3)
        assert closed.value.rcvd.code == code
    assert events(sample, "MESSAGE") == []


def test_largest_message_comes_through(live, sample):
    with open_socket(live, compression=None) as socket:
        socket.send(["x" * 32 * 1024] * 4)
        event = eventually(lambda: events(sample, "MESSAGE"))[0]
    assert len(event["body"]) == 128 * 1024


def test_invalid_utf8_closes_with_1007(live):
    with open_socket(live, compression=None) as socket:
        with socket.send_context():
            socket.protocol.send_frame(Frame(Opcode.TEXT, b"\xff\xfe"))
        with pytest.raises(websockets.exceptions.ConnectionClosed) as closed:
            socket.recv(timeout=3)
    assert closed.value.rcvd.code == 1007


@pytest.mark.parametrize("limits", [{"idle_seconds": 0.3}, {"life_seconds": 0.3}], ids=["idle", "old"])
def test_idle_and_old_sockets_are_closed(live, sample, limits):
    with open_socket(live) as socket:
        with pytest.raises(websockets.exceptions.ConnectionClosed) as closed:
            socket.recv(timeout=3)
        assert closed.value.rcvd.code == 1001
    eventually(lambda: events(sample, "DISCONNECT"))


def test_30_sockets_at_once(live, sample, pusher):
    async def everyone() -> list[str]:
        url = live.replace("http", "ws", 1) + "/_local/socket?ticket=good"
        sockets = await asyncio.gather(*(websockets.connect(url, proxy=None) for _ in range(30)))
        ids = [event["requestContext"]["connectionId"] for event in events(sample, "CONNECT")]

        def push() -> None:
            for id in ids:
                pusher.post_to_connection(ConnectionId=id, Data=id.encode())

        await asyncio.to_thread(push)
        got = await asyncio.gather(*(socket.recv() for socket in sockets))
        await asyncio.gather(*(socket.close() for socket in sockets))
        return sorted(got) == sorted(ids)

    assert asyncio.run(everyone())
