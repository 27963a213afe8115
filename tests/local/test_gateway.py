"""The gateway, over real sockets."""

import base64
import concurrent.futures
import os
import socket
import time
from urllib.parse import urlsplit

import httpx
import pytest

from infra.deploy import gateway_responses
from infra.website import release
from local.gateway.servers import PatientHttp

pytestmark = pytest.mark.enable_socket


def raw(origin: str, data: bytes, seconds: float = 5.0) -> bytes:
    """Sends raw bytes. Returns everything that comes back until the server closes the connection."""
    address = urlsplit(origin)
    with socket.create_connection((address.hostname, address.port), timeout=seconds) as sock:
        sock.sendall(data)
        received = b""
        while chunk := sock.recv(65536):
            received += chunk
    return received


def test_event_has_the_shape_of_the_rest_proxy(origin):
    answer = httpx.get(f"{origin}/api/v1/echo/a%2Fb/%C3%A9?x=1&x=2&empty&plus=a+b", headers={"If-None-Match": '"e"'})
    event = answer.json()
    assert event["resource"] == "/v1/echo/{first}/{second}"
    assert event["path"] == "/v1/echo/a/b/é"
    assert event["httpMethod"] == "GET"
    assert event["pathParameters"] == {"first": "a/b", "second": "é"}
    assert event["queryStringParameters"] == {"x": "2", "empty": "", "plus": "a b"}
    assert event["multiValueQueryStringParameters"] == {"x": ["1", "2"], "empty": [""], "plus": ["a b"]}
    assert event["headers"]["If-None-Match"] == '"e"'
    assert event["multiValueHeaders"]["If-None-Match"] == ['"e"']
    assert event["body"] is None
    assert event["isBase64Encoded"] is False
    assert event["stageVariables"] is None
    context = event["requestContext"]
    assert context["stage"] == "api"
    assert context["path"] == "/api/v1/echo/a/b/é"
    assert context["resourcePath"] == "/v1/echo/{first}/{second}"
    assert context["identity"]["sourceIp"] == "127.0.0.1"
    assert context["requestId"] == answer.headers["x-amzn-requestid"]
    assert answer.headers["x-request-id"] == "own"
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Marquee-Visitor"])
def test_caller_is_who_connects_not_who_they_say(origin, name):
    event = httpx.get(f"{origin}/api/v1/echo/a/b", headers={name: "198.51.100.7", "X-Forwarded-Proto": "https"}).json()
    assert event["requestContext"]["identity"]["sourceIp"] == "127.0.0.1"


def test_caller_is_added_to_where_the_request_says_it_came_from(origin):
    headers = [("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-For", "198.51.100.7")]
    event = httpx.get(f"{origin}/api/v1/echo/a/b", headers=headers).json()
    assert event["headers"]["X-Forwarded-For"] == "203.0.113.9, 198.51.100.7, 127.0.0.1"
    assert event["multiValueHeaders"]["X-Forwarded-For"] == ["203.0.113.9, 198.51.100.7, 127.0.0.1"]
    assert httpx.get(f"{origin}/api/v1/echo/a/b").json()["headers"]["X-Forwarded-For"] == "127.0.0.1"


def test_event_without_query_has_null(origin):
    event = httpx.get(f"{origin}/api/v1/echo/a/b").json()
    assert event["queryStringParameters"] is None
    assert event["multiValueQueryStringParameters"] is None


@pytest.mark.parametrize(
    ("content_type", "body", "encoded"),
    [
        ("application/json", b'{"a": "\xc3\xa9"}', False),
        ("application/zip", b"PK", True),
        ("text/plain", b"\xff\xfe", True),
        ("application/xml", b"<a/>", False),
    ],
)
def test_body_is_base64_only_when_binary(origin, content_type, body, encoded):
    event = httpx.post(f"{origin}/api/v1/echo/a/b", content=body, headers={"Content-Type": content_type}).json()
    assert event["isBase64Encoded"] is encoded
    assert (base64.b64decode(event["body"]) if encoded else event["body"].encode()) == body


def test_80_callers_at_once_each_see_their_own_request(origin):
    with httpx.Client(limits=httpx.Limits(max_connections=40)) as client:

        def ask(number: int) -> tuple[dict, str]:
            return client.get(f"{origin}/api/v1/who/n{number}").json(), f"n{number}"

        with concurrent.futures.ThreadPoolExecutor(40) as pool:
            answers = list(pool.map(ask, range(80)))
    assert [answer["seen"] for answer, _ in answers] == [name for _, name in answers]
    assert len({answer["request"] for answer, _ in answers}) == 80


@pytest.mark.parametrize(
    ("method", "path", "status", "code", "allow"),
    [
        ("GET", "/api/v1/nothing", 404, "not_found", None),
        ("GET", "/api/v1/big/1/", 404, "not_found", None),
        ("GET", "/api//v1/big/1", 404, "not_found", None),
        ("GET", "/api/v1/who/", 404, "not_found", None),
        ("DELETE", "/api/v1/big/1", 405, "method_not_allowed", "GET, HEAD"),
        ("TRACE", "/api/v1/big/1", 405, "method_not_allowed", "GET, HEAD"),
        ("OPTIONS", "/api/v1/big/1", 405, "method_not_allowed", "GET, HEAD"),
        ("GET", "/api/v1/who/%ff", 400, "bad_request", None),
    ],
)
def test_what_no_route_answers_is_a_problem(origin, method, path, status, code, allow):  # noqa: PLR0917
    answer = httpx.request(method, origin + path)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["status"]) == (status, code, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"] == problem["request_id"]
    assert answer.headers.get("allow") == allow


def test_method_override_is_ignored(origin):
    answer = httpx.post(f"{origin}/api/v1/big/1", headers={"X-HTTP-Method-Override": "GET"})
    assert answer.status_code == 405


def test_unknown_method_is_405(origin):
    answer = raw(origin, b"FROB /api/v1/big/1 HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 405 ")
    assert b"\r\nAllow: " in answer
    assert raw(origin, b"CONNECT a:80 HTTP/1.1\r\nHost: x\r\n\r\n").startswith(b"HTTP/1.1 405 ")


def test_garbage_is_400(origin):
    assert raw(origin, b"\x00\x01garbage\r\n\r\n").startswith(b"HTTP/1.1 40")


def test_head_has_the_length_and_no_body(origin):
    answer = raw(origin, b"HEAD /api/v1/big/500 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert b"content-length: 500" in head
    assert body == b""


def test_no_content_and_not_modified_have_no_body_and_no_length(origin):
    for path, status in (("/api/v1/cookies", 204), ("/api/v1/not-modified", 304)):
        answer = httpx.get(origin + path)
        assert (answer.status_code, answer.content) == (status, b"")
        assert "content-length" not in answer.headers
        assert "transfer-encoding" not in answer.headers


def test_challenge_goes_out_under_the_name_that_a_rest_api_gives_it(origin):
    headers = httpx.get(f"{origin}/api/v1/closed").headers
    assert headers["x-amzn-remapped-www-authenticate"] == "Bearer"
    assert "www-authenticate" not in headers


def test_list_valued_headers_become_several_fields(origin):
    assert httpx.get(f"{origin}/api/v1/cookies").headers.get_list("set-cookie") == ["a=1", "b=2"]


def test_from_1_kb_on_answers_are_compressed_for_clients_that_accept_it(origin):
    plain = httpx.get(f"{origin}/api/v1/big/2000", headers={"Accept-Encoding": "identity"})
    packed = httpx.get(f"{origin}/api/v1/big/2000", headers={"Accept-Encoding": "gzip"})
    refused = httpx.get(f"{origin}/api/v1/big/2000", headers={"Accept-Encoding": "gzip;q=0"})
    small = httpx.get(f"{origin}/api/v1/big/1000", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text == plain.text
    assert int(packed.headers["content-length"]) < 200
    assert packed.headers["etag"] == plain.headers["etag"] == '"strong"'
    for answer in (plain, refused, small):
        assert "content-encoding" not in answer.headers


def test_body_over_the_limits_is_413(origin):
    over_lambda = httpx.post(
        f"{origin}/api/v1/echo/a/b", content=b"\0" * 4_800_000, headers={"Content-Type": "application/zip"}
    )
    assert (over_lambda.status_code, over_lambda.json()["code"]) == (413, "payload_too_large")
    try:
        over_gateway = httpx.post(f"{origin}/api/v1/echo/a/b", content=b"x" * (10 * 1024 * 1024 + 1))
    except httpx.TransportError:
        pytest.fail("the refusal must be readable")
    assert over_gateway.status_code == 413


def test_answer_over_6_mb_is_502(origin):
    answer = httpx.get(f"{origin}/api/v1/big/6300000")
    assert answer.status_code == 502
    problem = answer.json()
    words = gateway_responses.problem("internal_error", "Something went wrong. Try again.")
    assert problem == {**words, "status": 502, "request_id": answer.headers["x-request-id"]}


def test_bytes_that_do_not_survive_json_are_502_as_on_lambda(origin):
    assert httpx.get(f"{origin}/api/v1/bytes").status_code == 502


def test_binary_answer_needs_an_explicit_accept(origin):
    answer = httpx.get(f"{origin}/api/v1/image", headers={"Accept": "image/png"})
    assert (answer.status_code, answer.content) == (200, b"\x89PNG")
    second = httpx.get(f"{origin}/api/v1/image", headers={"Accept": "text/html, image/png"})
    assert (second.status_code, second.content) == (200, base64.b64encode(b"\x89PNG"))
    assert httpx.get(f"{origin}/api/v1/image", headers={"Accept": "text/html"}).status_code == 400


def test_crash_is_500_without_a_trace(origin):
    answer = httpx.get(f"{origin}/api/v1/crash")
    assert answer.status_code == 500
    assert "boom" not in answer.text


def test_handler_that_takes_too_long_is_504(origin):
    answer = httpx.get(f"{origin}/api/v1/slow")
    assert (answer.status_code, answer.json()["code"]) == (504, "gateway_timeout")


def test_slow_request_is_closed(origin, monkeypatch):
    monkeypatch.setattr(PatientHttp, "request_seconds", 0.2)
    for data in (b"", b"GET /api/v1/big", b"POST /api/v1/echo/a/b HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab"):
        raw(origin, data)  # fails when the server does not close the connection


def test_large_headers_are_431(origin):
    assert httpx.get(f"{origin}/api/v1/big/1", headers={"X-A": "a" * 11_000}).status_code == 431
    flood = b"GET / HTTP/1.1\r\n" + b"X-A: " + b"a" * 70_000
    assert raw(origin, flood + b"\r\nX-B: b\r\n\r\n").startswith(b"HTTP/1.1 431 ")


def test_preflight_is_answered_for_routes_with_cors(origin):
    answer = httpx.options(f"{origin}/api/v1/shared")
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-methods"] == "GET,OPTIONS"


def test_pages_and_docs_are_routes_of_the_app(origin):
    assert httpx.get(f"{origin}/").text == "<h1>start</h1>"
    assert httpx.get(f"{origin}/e/conf").text == "<h1>conf</h1>"
    assert httpx.get(f"{origin}/api/docs").text == "docs"
    missing = httpx.get(f"{origin}/nothing")
    assert (missing.status_code, missing.headers["content-type"]) == (404, "text/html; charset=utf-8")


def test_static_files_have_type_validator_and_lifetime(origin, static_dir):
    name = release(static_dir)
    script = httpx.get(f"{origin}/static/{name}/app.js", headers={"Accept-Encoding": "gzip"})
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert script.headers["content-encoding"] == "gzip"
    assert script.headers["vary"] == "Accept-Encoding"
    other = httpx.get(f"{origin}/static/r-0123456789ab/app.js")
    assert other.headers["cache-control"] == "public, max-age=0, must-revalidate"
    logo = httpx.get(f"{origin}/static/logo.svg")
    assert logo.headers["cache-control"] == "public, max-age=0, must-revalidate"
    again = httpx.get(f"{origin}/static/logo.svg", headers={"If-None-Match": logo.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_tag_of_a_file_follows_from_its_content_and_is_weak_when_compressed(origin, static_dir):
    def tag(coding: str) -> str:
        return httpx.get(f"{origin}/static/app.js", headers={"Accept-Encoding": coding}).headers["etag"]

    plain = tag("identity")
    assert (tag("gzip"), plain[0], tag("gzip;q=0")) == (f"W/{plain}", '"', plain)
    text = (static_dir / "app.js").read_text()
    os.utime(static_dir / "app.js", (1, 1))
    assert tag("identity") == plain
    (static_dir / "app.js").write_text(text.replace("1", "2"))
    assert tag("identity") != plain


def test_head_is_a_method_of_its_own(origin):
    assert httpx.head(f"{origin}/api/v1/big/1").status_code == 200
    refused = httpx.head(f"{origin}/api/v1/who/ann")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET")


def test_unusable_file_name_is_404(origin):
    for path in (f"/static/{'a' * 300}.js", "/static/%00.js", "/static/.hidden"):
        assert httpx.get(origin + path).status_code == 404


@pytest.mark.parametrize("path", ["/static/../secret.txt", "/static/%2e%2e/secret.txt", "/static/..%2fsecret.txt"])
def test_static_files_stay_below_their_directory(origin, path):
    answer = raw(origin, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 404 ")
    assert b"secret\n" not in answer


def test_access_log_names_the_route_and_nothing_private(origin, caplog):
    caplog.set_level("INFO")
    httpx.get(f"{origin}/api/v1/who/hidden-in-path?token=hidden-in-query", headers={"Authorization": "hidden-bearer"})
    deadline = time.monotonic() + 10
    while not (lines := [one.getMessage() for one in caplog.records if one.name == "local.access"]):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert len(lines) == 1
    assert lines[0].startswith("GET /v1/who/{name} 200 ")
    assert "hidden" not in "".join(r.getMessage() for r in caplog.records if r.name != "httpx")
