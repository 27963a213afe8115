"""Bad input gets a clear problem and changes nothing."""

import json
from typing import Any

import pytest

from tests.functional.builders import EVENT, make, make_event
from tests.harness.client import Client, Reply

BODIES: list[tuple[str, bytes, int]] = [
    ("empty", b"", 415),
    ("not json", b"{", 400),
    ("trailing", b'{"name":"x"} x', 400),
    ("array", b"[]", 422),
    ("string", b'"x"', 422),
    ("null", b"null", 422),
    ("nan", b'{"name":"x","capacity":NaN}', 400),
    ("infinity", b'{"name":"x","latitude":Infinity}', 400),
    ("1e400", b'{"name":"x","latitude":1e400}', 400),
    ("5000 digits", b'{"name":"x","capacity":' + b"9" * 5000 + b"}", 400),
    ("39 digits", b'{"name":"x","capacity":' + b"9" * 39 + b"}", 400),
    ("deep", b'{"name":' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400),
    ("duplicate keys", b'{"name":"x","name":"y"}', 400),
    ("duplicate keys to the eye", rb'{"name":"x","na\u200bme":"y"}', 400),
    ("not utf-8", b'{"name":"\xff"}', 400),
    ("bom", b'\xef\xbb\xbf{"name":"x"}', 400),
    ("lone surrogate", rb'{"name":"\ud800"}', 400),
    ("nul", rb'{"name":"a\u0000b"}', 400),
    ("escape", rb'{"name":"a\u001bb"}', 400),
    ("unknown field", b'{"name":"x","owner":"me"}', 400),
    ("id", b'{"name":"x","id":"01HZZZZZZZZZZZZZZZZZZZZZZZ"}', 400),
    ("no name", b"{}", 422),
    ("empty name", b'{"name":""}', 422),
    ("only invisible", rb'{"name":"\u200b\u202e"}', 422),
    ("long name", b'{"name":"' + b"x" * 201 + b'"}', 422),
    ("number as name", b'{"name":1}', 422),
    ("negative capacity", b'{"name":"x","capacity":-1}', 422),
    ("float capacity", b'{"name":"x","capacity":1.5}', 422),
    ("too large", b'{"name":"' + b"x" * 300_000 + b'"}', 413),
]


@pytest.mark.parametrize(("body", "status"), [row[1:] for row in BODIES], ids=[row[0] for row in BODIES])
def test_post_of_bad_body_is_a_problem_and_creates_nothing(organiser: Client, body: bytes, status: int) -> None:
    path = f"/v1/events/{make_event(organiser).json['id']}/microlocations"
    tag = organiser.get(path).etag
    reply = organiser.request("POST", path, raw=body)
    assert reply.status == status, reply
    assert_problem(reply)
    assert organiser.get(path).etag == tag


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content_type": "text/plain"}, 415),
        ({"content_type": ""}, 415),
        ({"content_type": "application/json; charset=utf-16"}, 415),
        ({"content_encoding": "gzip"}, 415),
        ({"content_type": "application/json; charset=UTF-8"}, 201),
    ],
)
def test_post_with_content_headers_is_judged_by_them(organiser: Client, headers: dict[str, str], status: int) -> None:
    path = f"/v1/events/{make_event(organiser).json['id']}/tracks"
    assert organiser.post(path, {"name": "x"}, **headers).status == status


def test_post_with_many_faults_names_all_of_them(organiser: Client) -> None:
    body = {**EVENT, "name": 1, "currency": "eur", "venue": {"latitude": 91, "planet": "x"}, "a/b~c": 1}
    reply = organiser.post("/v1/events", body)
    assert (reply.status, reply.code) == (400, "unknown_field")
    pointers = {"/name", "/currency", "/venue/latitude", "/venue/planet", "/a~1b~0c"}
    assert {error["pointer"] for error in reply.json["errors"]} == pointers


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"ends_at": "2027-06-10T00:00:00Z"}, "/ends_at"),
        ({"timezone": "Mars/Olympus"}, "/timezone"),
        ({"starts_at": "2027-06-11T07:00:00"}, "/starts_at"),
        ({"starts_at": "yesterday"}, "/starts_at"),
        ({"website_url": "javascript:alert(1)"}, "/website_url"),
        ({"slug": "Not A Slug"}, "/slug"),
        ({"slug": "a\r\nSet-Cookie: x=1"}, "/slug"),
        ({"contact_email": "a@b"}, "/contact_email"),
        ({"contact_email": "a@b.cc\r\nBcc: x@y.zz"}, "/contact_email"),
    ],
)
def test_post_event_breaking_a_rule_points_at_it(organiser: Client, fields: dict[str, Any], pointer: str) -> None:
    reply = organiser.post("/v1/events", {**EVENT, **fields})
    assert reply.status == 422, reply
    assert [error["pointer"] for error in reply.json["errors"]] == [pointer]


@pytest.mark.parametrize(
    "query",
    ["limit=-1", "limit=0", "limit=501", "limit=1e9", "limit=abc", "limit=", "limit=1&limit=2", "offset=1"]
    + ["cursor=", "cursor=AAAA", "cursor=%00", "view=", "cursor=" + "A" * 3000],
)
def test_list_with_bad_query_is_400(organiser: Client, query: str) -> None:
    path = f"/v1/events/{make_event(organiser).json['id']}/tracks"
    reply = organiser.get(f"{path}?{query}")
    assert reply.status == 400, reply
    assert_problem(reply)


def test_cursor_of_another_list_or_view_is_refused(organiser: Client) -> None:
    event = make_event(organiser, state="published").json["id"]
    for name in ("a", "b"):
        make(organiser, event, "tracks", name=name)
        make(organiser, event, "sponsors", name=name)
    cursor = organiser.get(f"/v1/events/{event}/tracks?limit=1").json["next_cursor"]
    assert organiser.get(f"/v1/events/{event}/tracks?limit=1&cursor={cursor}").status == 200
    for url in (f"sponsors?limit=1&cursor={cursor}", f"tracks?limit=1&view=public&cursor={cursor}"):
        assert organiser.get(f"/v1/events/{event}/{url}").code == "invalid_cursor"
    assert organiser.get(f"/v1/events/{event}/tracks?cursor={cursor[:-2]}AA").code == "invalid_cursor"


@pytest.mark.parametrize(
    "segment", ["..%2f..%2fetc", "%00", "%23", "x" * 2000, "01hzzzzzzzzzzzzzzzzzzzzzzz", "EVENT%23x", "%F0%9F%98%80"]
)
def test_read_of_strange_id_is_404(organiser: Client, segment: str) -> None:
    event = make_event(organiser).json["id"]
    for path in (f"/v1/events/{segment}", f"/v1/events/{event}/tracks/{segment}"):
        reply = organiser.get(path)
        assert reply.status == 404, reply
        assert_problem(reply)


def test_names_are_normalised_and_stripped_of_the_invisible(organiser: Client) -> None:
    event = make_event(organiser).json["id"]
    track = make(organiser, event, "tracks", name="Cafe\u0301 \u202eevil\u200b")
    assert track.json["name"] == "Caf\u00e9 evil"


def test_method_override_is_ignored(organiser: Client) -> None:
    path = f"/v1/events/{make_event(organiser).json['id']}"
    assert organiser.request("GET", path, x_http_method_override="DELETE").status == 200
    assert organiser.get(path).status == 200


def test_texts_that_do_not_fit_one_item_are_413(organiser: Client) -> None:
    event = make_event(organiser).json["id"]
    body = {"title": "x", "short_abstract": "\U0001f600" * 30_000, "long_abstract": "\U0001f600" * 30_000}
    raw = json.dumps(body, ensure_ascii=False).encode()
    reply = organiser.request("POST", f"/v1/events/{event}/sessions", raw=raw)
    assert reply.status in (201, 413), reply


def assert_problem(reply: Reply) -> None:
    """Asserts a well-formed problem that reveals no internals."""
    assert reply.headers["content-type"] == "application/problem+json"
    problem = reply.json
    assert {"type", "title", "status", "detail", "code", "request_id"} <= set(problem)
    assert problem["status"] == reply.status
    assert problem["request_id"] == reply.headers["x-request-id"]
    assert "Traceback" not in reply.body.decode()
    assert "chalicelib" not in reply.body.decode()


@pytest.mark.parametrize(
    "email", ["ada@example..com", "ada@.example.com", "ada@[127.0.0.1]", f"xxx@{'l' * 70}.com", "ädä@example.com"]
)
def test_order_for_an_address_that_no_mail_reaches_sells_nothing(
    organiser: Client, anonymous: Client, email: str
) -> None:
    event = make_event(organiser, state="published").json["id"]
    free = {"name": "Free", "price": {"amount": 0, "currency": "CHF"}, "quantity": 5}
    ticket = organiser.post(f"/v1/events/{event}/ticket-types", free).json["id"]
    body = {"lines": [{"ticket_type_id": ticket, "quantity": 1}], "buyer": {"name": "Ada", "email": email}}
    refused = anonymous.post(f"/v1/events/{event}/orders", body)
    assert (refused.status, [one["pointer"] for one in refused.json["errors"]]) == (422, ["/buyer/email"])
    assert refused.json["errors"][0]["detail"].startswith("must ")
    assert anonymous.get(f"/v1/events/{event}/ticket-types/{ticket}").json["available"] == 5
