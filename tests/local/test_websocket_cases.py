"""RFC 6455 against the local gateway, case by case, over raw bytes: the server cases of Autobahn's suite, except for
compression, which API Gateway does not offer. The RFC gives the expected outcome; where it leaves a choice, API Gateway
does (docs.aws.amazon.com/apigateway/latest/developerguide: 32 KB a frame and 128 KB a message in limits.html, no binary
frames in websocket-api-develop-binary-media-types.html).
"""

import base64
import contextlib
import hashlib
import os
import socket
import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from tests.local.conftest import eventually

pytestmark = pytest.mark.enable_socket

CONT, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
KIB = 1024


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True, rsv: int = 0, masked: bool = True) -> bytes:
    """Returns a client's frame (section 5.2)."""
    size = len(payload)
    short = size if size < 126 else 126 if size < 65_536 else 127
    head = struct.pack("!BB", fin << 7 | rsv << 4 | opcode, masked << 7 | short)
    head += struct.pack("!H", size) if short == 126 else struct.pack("!Q", size) if short == 127 else b""
    if not masked:
        return head + payload
    mask = os.urandom(4)
    repeated = (mask * (size // 4 + 1))[:size]
    return head + mask + (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(size, "big")


def bare(first: int, second: int, rest: bytes = b"") -> bytes:
    """Returns a frame with the first two bytes given."""
    return bytes([first, second]) + rest


def closing(code: int, reason: bytes = b"") -> bytes:
    return frame(CLOSE, struct.pack("!H", code) + reason)


def split(text: bytes, *places: int) -> bytes:
    """Returns a text message in fragments that end at these positions."""
    ends = [*places, len(text)]
    parts = [text[begin:end] for begin, end in zip([0, *places], ends, strict=True)]
    last = len(parts) - 1
    return b"".join(frame(CONT if n else TEXT, part, fin=n == last) for n, part in enumerate(parts))


class Heard(NamedTuple):
    """The server's frames until it closed the connection or sent no more."""

    pongs: list[bytes]
    close: int | None
    """The code of its close frame; 1005 when the frame had none, None when there was no close frame."""
    ended: bool
    """Whether the server ended the connection."""


class Client:
    """A client that sends raw bytes."""

    def __init__(self, origin: str, request: bytes | None = None) -> None:
        host, port = origin.removeprefix("http://").split(":")
        self.key = base64.b64encode(os.urandom(16)).decode()
        self._socket = socket.create_connection((host, int(port)), timeout=5)
        self._buffer = b""
        if request is None:
            self.send(handshake(host, self.key))
            self.head = self.until(b"\r\n\r\n")
        else:
            self.send(request)

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def until(self, end: bytes) -> bytes:
        while end not in self._buffer:
            received = self._socket.recv(65_536)
            if not received:
                break
            self._buffer += received
        head, _, self._buffer = self._buffer.partition(end)
        return head

    def hear(self, *, pongs: int = 0, seconds: float = 5.0) -> Heard:
        """Returns what comes until the connection ends, or until `pongs` pongs have come."""
        found: list[bytes] = []
        close = None
        self._socket.settimeout(seconds)
        try:
            while not (pongs and len(found) >= pongs):
                opcode, payload = self._frame()
                if opcode == PONG:
                    found.append(payload)
                elif opcode == CLOSE:
                    close = struct.unpack("!H", payload[:2])[0] if payload else 1005
        except EOFError:
            return Heard(found, close, ended=True)
        except TimeoutError:
            pass
        return Heard(found, close, ended=False)

    def _frame(self) -> tuple[int, bytes]:
        first, second = self._exactly(2)
        assert second < 128, "a server masks nothing (section 5.1)"
        size = second
        if size >= 126:
            size = int.from_bytes(self._exactly(2 if size == 126 else 8), "big")
        return first & 15, self._exactly(size)

    def _exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            try:
                received = self._socket.recv(65_536)
            except ConnectionResetError:
                received = b""
            if not received:
                raise EOFError
            self._buffer += received
        found, self._buffer = self._buffer[:size], self._buffer[size:]
        return found

    def drop(self) -> None:
        self._socket.close()


def handshake(host: str, key: str, *, method: str = "GET", **changed: str | None) -> bytes:
    """Returns the request that opens a socket (section 4.1), with headers changed or (None) left out."""
    headers: dict[str, str | None] = {
        "Host": host,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Origin": "http://127.0.0.1:8000",
        "Sec-WebSocket-Key": key,
        "Sec-WebSocket-Version": "13",
    }
    headers |= {name.replace("_", "-"): value for name, value in changed.items()}
    lines = [f"{name}: {value}" for name, value in headers.items() if value is not None]
    return "\r\n".join([f"{method} /_local/socket?ticket=good HTTP/1.1", *lines, "", ""]).encode()


@pytest.fixture
def client(live: str) -> Iterator[Client]:
    made = Client(live)
    yield made
    made.drop()


def messages(sample: Any) -> list[str]:
    """Returns the bodies that the handlers got."""
    return [one["body"] for one in sample.socket_events if one["requestContext"]["eventType"] == "MESSAGE"]


VALID = {
    "empty": b"",
    "125": b"a" * 125,
    "126": b"a" * 126,
    "127": b"a" * 127,
    "128": b"a" * 128,
    "largest frame": b"a" * (32 * KIB),
    "two, three and four bytes": "Hellö-µ@ßöäüàá-UTF-8!! κόσμε 𝒳 😀".encode(),
    "last code point": "\U0010ffff".encode(),
    "noncharacters": "\ufffe\uffff\U0001fffe".encode(),
    "NUL and controls": b"\x00\x01\x7f",
    "byte order mark": b"\xef\xbb\xbfa",
    "around the surrogates": "\ud7ff\ue000".encode(),
}
INVALID = {
    "lone continuation": b"\x80",
    "two of them": b"a\xbf\x80",
    "FE": b"\xfe",
    "FF": b"\xff",
    "overlong slash": b"\xc0\xaf",
    "overlong of three": b"\xe0\x80\xaf",
    "overlong of four": b"\xf0\x80\x80\xaf",
    "overlong NUL": b"\xc0\x80",
    "first surrogate": b"\xed\xa0\x80",
    "last surrogate": b"\xed\xbf\xbf",
    "pair of surrogates": b"\xed\xa0\x80\xed\xb0\x80",
    "past the last code point": b"\xf4\x90\x80\x80",
    "five bytes": b"\xf8\x88\x80\x80\x80",
    "cut short": b"abc\xce",
    "cut short of four": b"\xf0\x9f\x98",
    "good then bad": "κόσμε".encode() + b"\xed\xa0\x80edited",
}
GREETING = "κόσμε 😀".encode()

TAKEN: dict[str, bytes] = {
    **{f"text, {name}": frame(TEXT, text) for name, text in VALID.items()},
    **{f"code points cut at byte {place}": split(GREETING, place) for place in range(1, len(GREETING))},
    "a fragment for each byte": split(GREETING, *range(1, len(GREETING))),
    "empty fragments around": split(GREETING, 0, 0, len(GREETING), len(GREETING)),
    "all fragments empty": split(b"", 0, 0),
    "largest message, in fragments": split(b"a" * (128 * KIB), *range(32 * KIB, 128 * KIB, 32 * KIB)),
    "a ping between fragments": frame(TEXT, b"a", fin=False) + frame(PING, b"x") + frame(CONT, b"b"),
    "a pong nobody asked for, before": frame(PONG, b"x") + frame(TEXT, b"a"),
}
EXPECTED = {
    **{f"text, {name}": text.decode() for name, text in VALID.items()},
    **{f"code points cut at byte {place}": GREETING.decode() for place in range(1, len(GREETING))},
    "a fragment for each byte": GREETING.decode(),
    "empty fragments around": GREETING.decode(),
    "all fragments empty": "",
    "largest message, in fragments": "a" * (128 * KIB),
    "a ping between fragments": "ab",
    "a pong nobody asked for, before": "a",
}


@pytest.mark.parametrize("name", TAKEN)
def test_message_is_taken_whole(client: Client, sample: Any, name: str) -> None:
    client.send(TAKEN[name] + frame(TEXT, b"the end"))
    assert eventually(lambda: len(messages(sample)) == 2 and messages(sample)) == [EXPECTED[name], "the end"]


PINGS = {
    "empty": [b""],
    "text": [b"Hello"],
    "bytes": [b"\x00\xff\xfe\xfd\x80"],
    "the most": [b"\xfe" * 125],
    "ten in a row": [f"payload-{n}".encode() for n in range(10)],
}


@pytest.mark.parametrize("name", PINGS)
def test_ping_is_answered_with_its_payload(client: Client, name: str) -> None:
    client.send(b"".join(frame(PING, payload) for payload in PINGS[name]))
    assert client.hear(pongs=len(PINGS[name])) == Heard(PINGS[name], None, ended=False)


def test_frames_that_come_byte_by_byte_are_frames(client: Client, sample: Any) -> None:
    for byte in frame(PING, b"slow") + frame(TEXT, "slöw".encode()):
        client.send(bytes([byte]))
    assert client.hear(pongs=1).pongs == [b"slow"]
    assert eventually(lambda: messages(sample)) == ["slöw"]


REFUSED: dict[str, tuple[bytes, int]] = {
    **{f"rsv {rsv} on text": (frame(TEXT, b"a", rsv=rsv), 1002) for rsv in range(1, 8)},
    **{f"rsv {rsv} on ping": (frame(PING, rsv=rsv), 1002) for rsv in (1, 2, 4)},
    "rsv on close": (frame(CLOSE, rsv=4), 1002),
    "rsv on a fragment": (frame(TEXT, b"a", fin=False) + frame(CONT, b"b", rsv=2), 1002),
    **{f"opcode {opcode}": (frame(opcode, b"a"), 1002) for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)},
    **{f"opcode {opcode}, empty": (frame(opcode), 1002) for opcode in (3, 7, 11, 15)},
    "ping of 126 bytes": (frame(PING, b"a" * 126), 1002),
    "ping in fragments": (frame(PING, b"a", fin=False), 1002),
    "pong in fragments": (frame(PONG, b"a", fin=False), 1002),
    "close in fragments": (frame(CLOSE, struct.pack("!H", 1000), fin=False), 1002),
    "continuation of nothing": (frame(CONT, b"a"), 1002),
    "continuation of nothing, more to come": (frame(CONT, b"a", fin=False), 1002),
    "continuation after the end": (split(b"ab", 1) + frame(CONT, b"c"), 1002),
    "text within a message": (frame(TEXT, b"a", fin=False) + frame(TEXT, b"b"), 1002),
    "binary within a message": (frame(TEXT, b"a", fin=False) + frame(BINARY, b"b"), 1002),
    "not masked": (frame(TEXT, b"a", masked=False), 1002),
    "ping not masked": (frame(PING, masked=False), 1002),
    "binary": (frame(BINARY, b"\x00\xff"), 1003),  # the RFC leaves it to the server; API Gateway accepts none
    "binary, empty": (frame(BINARY), 1003),
    "binary that is text": (frame(BINARY, b"{}"), 1003),
    "binary in fragments": (frame(BINARY, b"a", fin=False) + frame(CONT, b"b"), 1003),
    "length with its highest bit": (bare(0x81, 0xFF, b"\xff" * 8 + bytes(4)), 1009),  # too long in any interpretation
    **{f"UTF-8, {name}": (frame(TEXT, text), 1007) for name, text in INVALID.items()},
    "UTF-8, bad in the second fragment": (split(b"good\xed\xa0\x80", 4), 1007),
    "UTF-8, cut by the end of fragments": (split(b"ab\xce", 1), 1007),
    "frame of 32 KB and a byte": (frame(TEXT, b"a" * (32 * KIB + 1)), 1009),
    "message of 128 KB and a byte": (split(b"a" * (128 * KIB + 1), *range(32 * KIB, 128 * KIB + 1, 32 * KIB)), 1009),
    "a frame that says 1 GB": (bare(0x81, 0xFF, (1 << 30).to_bytes(8, "big") + bytes(4)), 1009),
    "close of one byte": (frame(CLOSE, b"\x03"), 1002),
    "close of 126 bytes": (closing(1000, b"a" * 124), 1002),
    "close with a reason that is no UTF-8": (closing(1000, b"\xce"), 1007),
    **{
        f"close code {code}": (closing(code), 1002)
        for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535)
    },
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_breaks_the_protocol_ends_the_connection_with_its_code(client: Client, sample: Any, name: str) -> None:
    data, code = REFUSED[name]
    with contextlib.suppress(ConnectionError):  # the server may close before it has read everything
        client.send(data + frame(TEXT, b"never"))
    heard = client.hear()
    assert (heard.close, heard.ended) == (code, True)
    assert "never" not in messages(sample)


@pytest.mark.parametrize("code", [None, 1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999])
def test_close_is_answered_with_its_code_and_nothing_behind_it_is_heard(
    client: Client, sample: Any, code: int | None
) -> None:
    client.send(frame(CLOSE) if code is None else closing(code, "bye, ö".encode()))
    with contextlib.suppress(ConnectionError):
        client.send(frame(TEXT, b"never") + frame(PING, b"never"))
    heard = client.hear()
    assert (heard.pongs, heard.ended) == ([], True)
    assert heard.close in ({1000, 1005} if code is None else {code})
    gone = eventually(
        lambda: [one for one in sample.socket_events if one["requestContext"]["eventType"] == "DISCONNECT"]
    )
    assert gone[0]["requestContext"]["disconnectStatusCode"] == (code or 1005)
    assert messages(sample) == []


def test_reason_of_123_bytes_is_the_longest(client: Client) -> None:
    client.send(closing(1000, b"a" * 123))
    assert client.hear() == Heard([], 1000, ended=True)


@pytest.mark.parametrize("cut", ["between frames", "within a frame", "within a message"])
def test_connection_that_breaks_is_told_as_1006(client: Client, sample: Any, cut: str) -> None:
    data = {
        "between frames": b"",
        "within a frame": frame(TEXT, b"hello")[:5],
        "within a message": frame(TEXT, b"hel", fin=False),
    }
    client.send(data[cut])
    client.drop()
    gone = eventually(
        lambda: [one for one in sample.socket_events if one["requestContext"]["eventType"] == "DISCONNECT"]
    )
    assert gone[0]["requestContext"]["disconnectStatusCode"] == 1006
    assert messages(sample) == []


def test_handshake_proves_that_the_key_was_read(client: Client) -> None:
    lines = client.head.decode().split("\r\n")
    proof = base64.b64encode(hashlib.sha1(f"{client.key}{GUID}".encode()).digest()).decode()
    assert lines[0] == "HTTP/1.1 101 Switching Protocols"
    assert {line.partition(": ")[2] for line in lines if line.lower().startswith("sec-websocket-accept")} == {proof}
    assert not [line for line in lines if line.lower().startswith("sec-websocket-extensions")]


@pytest.mark.parametrize(
    ("changed", "statuses"),
    [
        ({"Sec_WebSocket_Key": None}, {400}),
        ({"Sec_WebSocket_Key": "short"}, {400}),
        ({"Sec_WebSocket_Version": None}, {400, 426}),
        ({"Sec_WebSocket_Version": "8"}, {400, 426}),
        ({"method": "POST"}, {400, 403, 404, 405}),
    ],
)
def test_handshake_that_is_none_opens_nothing(
    live: str, sample: Any, changed: dict[str, Any], statuses: set[int]
) -> None:
    key = base64.b64encode(os.urandom(16)).decode()
    refused = Client(live, handshake("127.0.0.1", key, **changed))
    assert int(refused.until(b"\r\n\r\n").split()[1]) in statuses
    refused.drop()
    opened = Client(live)
    opened.send(frame(TEXT, b"later"))

    def bodies() -> list[str]:
        return [one["body"] for one in sample.socket_events if one["requestContext"]["eventType"] == "MESSAGE"]

    assert eventually(bodies) == ["later"]
    opened.drop()
