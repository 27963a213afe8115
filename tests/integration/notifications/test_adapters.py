"""How the pusher and the mailer handle their services' answers."""

import base64
import contextlib
import itertools
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import pytest

from chalicelib.core.errors import UpstreamFailed
from chalicelib.live.adapters import api_gateway as socket_pusher
from chalicelib.live.adapters.api_gateway import AT_ONCE, ATTEMPTS, SocketPusher
from chalicelib.live.ports import Connection
from chalicelib.mail.adapters import ses as ses_mailer
from chalicelib.mail.adapters.ses import SesMailer
from chalicelib.mail.ports import Attachment, Claimed, MailDelayed, MailRefused, MailUncertain, SendingLimits

Plan = Callable[[str, str, bytes], tuple[int, str]]
MAIL = Claimed("ada@example.org", "Hello", "text", "<p>html</p>")
PDF = Attachment("tickets-01J.pdf", "application/pdf", b"%PDF-1.4 \xff")


class Upstream:
    """An HTTP service that gives planned answers and records its requests."""

    def __init__(self) -> None:
        self.plan: Plan = lambda method, path, body: (200, "")
        self.got: list[tuple[str, str, bytes]] = []
        self.reply = b"{}"
        self.origin = ""


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    double = Upstream()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            path = unquote(self.path)
            double.got.append((self.command, path, body))
            status, kind = double.plan(self.command, path, body)
            reply = double.reply
            self.send_response(status)
            if kind:
                self.send_header("x-amzn-errortype", kind)
            self.send_header("content-length", str(len(reply)))
            with contextlib.suppress(BrokenPipeError):  # the client has stopped waiting
                self.end_headers()
                self.wfile.write(reply)

        do_GET = do_POST = do_DELETE = answer  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 128  # a connection that finds the queue full waits a second

    server = Server(("127.0.0.1", 0), Handler)
    double.origin = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield double
    server.shutdown()
    server.server_close()
    thread.join()


def connection(id: str, endpoint: str) -> Connection:
    return Connection(id, "USER", "FAMILY", endpoint, 0)


def posted(upstream: Upstream, id: str) -> list[str]:
    return [body.decode() for _, path, body in upstream.got if path == f"/@connections/{id}"]


@pytest.fixture
def pusher() -> SocketPusher:
    return SocketPusher(region="us-east-1", sleep=lambda seconds: None)


def test_push_frames_reach_each_connection_in_order(upstream: Upstream, pusher: SocketPusher) -> None:
    connections = [connection(f"c{n}=", upstream.origin) for n in range(40)]
    assert pusher.push(connections, ["one", "zwei ü", "three"]) == ([], [])
    assert all(posted(upstream, one.id) == ["one", "zwei ü", "three"] for one in connections)


def test_push_gone_is_told_apart_from_failed(upstream: Upstream, pusher: SocketPusher) -> None:
    answers = {"gone": (410, "GoneException"), "bad": (403, "ForbiddenException"), "down": (500, "")}
    upstream.plan = lambda method, path, body: answers.get(path.rpartition("/")[2], (200, ""))
    good, gone, bad, down = (connection(id, upstream.origin) for id in ("good", "gone", "bad", "down"))
    assert pusher.push([good, gone, bad, down], ["x", "y"]) == ([gone], [bad, down])
    assert {id: len(posted(upstream, id)) for id in ("good", "gone", "bad", "down")} == {
        "good": 2,
        "gone": 1,
        "bad": 1,
        "down": ATTEMPTS,
    }


def test_push_throttled_is_tried_again(upstream: Upstream, pusher: SocketPusher) -> None:
    answers = iter([(429, "LimitExceededException"), (500, "InternalServerError"), (200, "")])
    upstream.plan = lambda method, path, body: next(answers)
    assert pusher.push([connection("a=", upstream.origin)], ["x"]) == ([], [])
    assert posted(upstream, "a=") == ["x"] * 3


def test_push_nobody_listening_is_failed(pusher: SocketPusher) -> None:
    nobody = connection("a=", "http://127.0.0.1:9")
    assert pusher.push([nobody], ["x"]) == ([], [nobody])


def test_push_slow_and_failing_sockets_cost_the_others_nothing(upstream: Upstream, pusher: SocketPusher) -> None:
    released = threading.Event()

    def plan(method: str, path: str, body: bytes) -> tuple[int, str]:
        if path.endswith("slow"):
            released.wait(10)
        elif len([one for one in upstream.got if not one[1].endswith(("slow", "down"))]) == 20:
            released.set()  # only after all others have got their frames
        return (500, "") if path.endswith("down") else (200, "")

    upstream.plan = plan
    slow, down, *good = (connection(id, upstream.origin) for id in ("slow", "down", *(f"g{n}" for n in range(10))))
    assert pusher.push([slow, down, *good], ["x", "y"]) == ([], [down])
    assert all(posted(upstream, one.id) == ["x", "y"] for one in (slow, *good))


def of_each_kind(upstream: Upstream, *kinds: str, number: int = 20) -> list[list[Connection]]:
    """Returns `number` connections of each kind. The kind is the beginning of their ids."""
    return [[connection(f"{kind}{n}", upstream.origin) for n in range(number)] for kind in kinds]


def test_push_to_many_of_which_most_fail_reaches_the_others_once(upstream: Upstream, pusher: SocketPusher) -> None:
    def plan(method: str, path: str, body: bytes) -> tuple[int, str]:
        id = path.rpartition("/")[2]
        if id.startswith("busy") and len(posted(upstream, id)) < ATTEMPTS:
            return 429, "LimitExceededException"
        return {"gone": (410, "GoneException"), "down": (500, "")}.get(id[:4], (200, ""))

    upstream.plan = plan
    gone, down, busy, good = of_each_kind(upstream, "gone", "down", "busy", "good")
    assert pusher.push([*gone, *down, *busy, *good], ["x", "y"], within=60) == (gone, down)
    assert [posted(upstream, one.id) for one in gone] == [["x"]] * 20
    assert [posted(upstream, one.id) for one in down] == [["x"] * ATTEMPTS] * 20
    assert [posted(upstream, one.id) for one in busy] == [["x"] * ATTEMPTS + ["y"]] * 20
    assert [posted(upstream, one.id) for one in good] == [["x", "y"]] * 20


def test_push_failures_count_for_one_frame_not_for_all(upstream: Upstream) -> None:
    pusher = SocketPusher(region="us-east-1", sleep=lambda seconds: None, timer=lambda: 0.0)  # stopped clock
    answers = itertools.cycle([(429, ""), (503, ""), (200, "")])
    upstream.plan = lambda method, path, body: next(answers)
    frames = [str(number) for number in range(5)]
    assert pusher.push([connection("a=", upstream.origin)], frames) == ([], [])
    assert posted(upstream, "a=") == [frame for frame in frames for _ in range(3)]


def test_push_tries_every_connection_before_a_silent_one_again(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_pusher, "TIMEOUT_SECONDS", 1)
    tries = itertools.count()
    pusher = SocketPusher(region="us-east-1", sleep=lambda seconds: None, timer=lambda: next(tries))
    ended = threading.Event()
    upstream.plan = lambda method, path, body: (200, "") if "good" in path or ended.wait(10) else (500, "")
    silent, good = of_each_kind(upstream, "silent", "good", number=AT_ONCE + 4)
    pushed = pusher.push([*silent, *good], ["x"], within=len(silent) + len(good) + 1)  # time for one try each
    ended.set()
    assert pushed == ([], silent)
    assert [posted(upstream, one.id) for one in good] == [["x"]] * len(good)


def test_push_begins_nothing_when_its_time_is_over(upstream: Upstream) -> None:
    moments = iter([0.0, 4.9, 5.0])
    pusher = SocketPusher(region="us-east-1", sleep=lambda seconds: None, timer=lambda: next(moments))
    one = connection("a=", upstream.origin)
    assert pusher.push([one], ["x", "y"], within=5.0) == ([], [one])
    assert posted(upstream, "a=") == ["x"]


def test_push_tries_again_only_while_there_is_time(upstream: Upstream) -> None:
    moments = iter([0.0, 1.0, 4.0, 6.0])
    pusher = SocketPusher(region="us-east-1", sleep=lambda seconds: None, timer=lambda: next(moments))
    upstream.plan = lambda method, path, body: (503, "")
    one = connection("a=", upstream.origin)
    assert pusher.push([one], ["x"], within=5.0) == ([], [one])
    assert len(posted(upstream, "a=")) == 2


def test_push_override_stands_in_for_the_kept_endpoint(upstream: Upstream) -> None:
    pusher = SocketPusher(region="us-east-1", override=upstream.origin)
    assert pusher.push([connection("a=", "https://elsewhere.example")], ["x"]) == ([], [])
    assert posted(upstream, "a=") == ["x"]


def test_disconnect_deletes_the_connection(upstream: Upstream, pusher: SocketPusher) -> None:
    upstream.plan = lambda method, path, body: (204, "")
    pusher.disconnect([connection("a=", upstream.origin)])
    assert [(method, path) for method, path, _ in upstream.got] == [("DELETE", "/@connections/a=")]


def test_disconnect_of_many_goes_on_past_what_fails(upstream: Upstream, pusher: SocketPusher) -> None:
    answers = {"down": (500, ""), "gone": (410, "GoneException"), "bad": (403, "ForbiddenException")}
    upstream.plan = lambda method, path, body: answers.get(path.rpartition("/")[2], (204, ""))
    pusher.disconnect([connection(id, upstream.origin) for id in ("down", "gone", "bad", "a=", "b=")])
    asked = Counter(path.rpartition("/")[2] for _, path, _ in upstream.got)
    assert asked == {"down": ATTEMPTS, "gone": 1, "bad": 1, "a=": 1, "b=": 1}


@pytest.fixture
def mailer(upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> SesMailer:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", upstream.origin)
    return SesMailer(region="us-east-1", sender="Marquee <tickets@marquee.example>")


def test_send_hands_over_one_message(upstream: Upstream, mailer: SesMailer) -> None:
    mailer.send(MAIL._replace(subject="Grüße"))
    ((_, path, body),) = upstream.got
    assert path == "/v2/email/outbound-emails"
    message = json.loads(body)
    assert message["FromEmailAddress"] == "Marquee <tickets@marquee.example>"
    assert message["Destination"] == {"ToAddresses": ["ada@example.org"]}
    assert message["Content"]["Simple"]["Subject"] == {"Data": "Grüße", "Charset": "UTF-8"}
    assert message["Content"]["Simple"]["Body"]["Text"] == {"Data": "text", "Charset": "UTF-8"}


def test_send_attachment_is_one_as_ses_takes_it(upstream: Upstream, mailer: SesMailer) -> None:
    mailer.send(MAIL)
    mailer.send(MAIL._replace(attachments=(PDF,)))
    plain, attached = (json.loads(body)["Content"]["Simple"] for _, _, body in upstream.got)
    assert "Attachments" not in plain
    assert attached["Attachments"] == [
        {
            "RawContent": base64.b64encode(PDF.content).decode(),
            "FileName": "tickets-01J.pdf",
            "ContentType": "application/pdf",
            "ContentDisposition": "ATTACHMENT",
            "ContentTransferEncoding": "BASE64",
        }
    ]


def test_send_headers_go_with_the_message(upstream: Upstream, mailer: SesMailer) -> None:
    mailer.send(MAIL._replace(headers=(("List-Unsubscribe", "<https://x.example/u>"),)))
    simple = json.loads(upstream.got[0][2])["Content"]["Simple"]
    assert simple["Headers"] == [{"Name": "List-Unsubscribe", "Value": "<https://x.example/u>"}]


@pytest.mark.parametrize("value", ["<https://x.example/>\r\nBcc: all@example.org", "a\nb", "a\x00b", "ä"])
def test_send_header_that_is_not_one_line_is_refused(upstream: Upstream, mailer: SesMailer, value: str) -> None:
    with pytest.raises(MailRefused):
        mailer.send(MAIL._replace(headers=(("List-Unsubscribe", value),)))
    assert upstream.got == []


@pytest.mark.parametrize("subject", ["a\r\nBcc: all@example.org", "a\nb", "a\u2028b", "a\x00b", "a\x0bb"])
def test_send_subject_stays_one_line(upstream: Upstream, mailer: SesMailer, subject: str) -> None:
    mailer.send(MAIL._replace(subject=subject))
    sent = json.loads(upstream.got[0][2])["Content"]["Simple"]["Subject"]["Data"]
    assert sent.isprintable()


@pytest.mark.parametrize(
    "to",
    ["", "ada", "a@b", "a@b.c", "ada@example.org\r\nBcc: eve@example.org", "ada@example.org,eve@example.org"]
    + ["Ada <ada@example.org>", "ada @example.org", "a\x00@example.org", "ada@exa\u200bmple.org", f"a@{'x' * 64}.org"],
)
def test_send_address_that_is_not_one_is_refused(upstream: Upstream, mailer: SesMailer, to: str) -> None:
    with pytest.raises(MailRefused):
        mailer.send(MAIL._replace(to=to))
    assert upstream.got == []


def test_send_address_of_an_international_domain_is_encoded(upstream: Upstream, mailer: SesMailer) -> None:
    mailer.send(MAIL._replace(to="ada@müller.example"))
    assert json.loads(upstream.got[0][2])["Destination"] == {"ToAddresses": ["ada@xn--mller-kva.example"]}


@pytest.mark.parametrize(
    ("status", "kind", "expected"),
    [
        (400, "MessageRejected", MailRefused),
        (400, "BadRequestException", MailRefused),
        (400, "LimitExceededException", MailDelayed),
        (400, "SendingPausedException", MailDelayed),
        (429, "TooManyRequestsException", MailDelayed),
        (400, "ThrottlingException", MailDelayed),
        (403, "AccessDeniedException", UpstreamFailed),
        (500, "InternalFailure", MailUncertain),
    ],
)
def test_send_refusals_are_told_apart(
    upstream: Upstream, mailer: SesMailer, status: int, kind: str, expected: type[Exception]
) -> None:
    upstream.plan = lambda method, path, body: (status, kind)
    with pytest.raises(expected):
        mailer.send(MAIL)
    assert len(upstream.got) == 1


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ((14.0, 50_000.0, 20.0), SendingLimits(14.0, 49_980.0)),
        ((1.0, 200.0, 230.0), SendingLimits(1.0, 0.0)),
        ((80.0, -1.0, 5.0), SendingLimits(80.0, None)),
        ((0.0, 200.0, 0.0), SendingLimits(ses_mailer.LEAST_A_SECOND, 200.0)),
    ],
    ids=["production", "sandbox, used up", "any number a day", "paused"],
)
def test_limits_are_what_ses_says(
    upstream: Upstream, mailer: SesMailer, told: tuple[float, ...], expected: SendingLimits
) -> None:
    quota = dict(zip(("MaxSendRate", "Max24HourSend", "SentLast24Hours"), told, strict=True))
    upstream.reply = json.dumps({"SendQuota": quota, "SendingEnabled": True}).encode()
    assert mailer.limits() == expected
    assert [got[:2] for got in upstream.got] == [("GET", "/v2/email/account")]


@pytest.mark.parametrize("status", [403, 429, 500])
def test_limits_that_ses_does_not_tell_are_a_failure_of_its_own(
    upstream: Upstream, mailer: SesMailer, status: int
) -> None:
    upstream.plan = lambda method, path, body: (status, "SomeException")
    with pytest.raises(UpstreamFailed):
        mailer.limits()


def test_send_answer_that_never_comes_is_uncertain(upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ses_mailer, "READ_SECONDS", 0.3)
    monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", upstream.origin)
    answered = threading.Event()

    def plan(method: str, path: str, body: bytes) -> tuple[int, str]:
        answered.wait(10)
        return 200, ""

    upstream.plan = plan
    with pytest.raises(MailUncertain):
        SesMailer(region="us-east-1", sender="a@b.example").send(MAIL)
    answered.set()
    assert len(upstream.got) == 1


def test_send_nobody_listening_was_not_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", "http://127.0.0.1:9")
    with pytest.raises(UpstreamFailed):
        SesMailer(region="us-east-1", sender="a@b.example").send(MAIL)
