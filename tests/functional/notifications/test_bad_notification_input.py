"""Arbitrary input to announcements, preferences, the inbox and the socket's ticket gives a clear problem or a success,
never an internal error, and a refused request changes nothing.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.announcements.services import announce
from tests.functional.api.test_bad_input import BODIES, assert_problem
from tests.functional.builders import make_event
from tests.harness.client import Client, Reply

PREFERENCES = "/v1/me/notification-preferences"
ANNOUNCEMENT = {
    "title": "Doors open at nine",
    "message": "<p>Bring <a href='https://example.org'>water</a>.</p>",
    "audience": {"attendees": True, "roles": ["owner"], "ticket_type_ids": ["01ARZ3NDEKTSV4RRFFQ69G5FAV"]},
}
SETTING = {"in_app": True, "mail": "digest", "push": False}
CHOICE = {
    "actions": {"announcement": SETTING, "order_paid": {**SETTING, "mail": "each"}, "digest": None},
    "timezone": "Europe/Zurich",
    "quiet_hours": {"from": "22:00", "to": "07:00"},
    "digest_hour": 7,
}
STRANGE = st.sampled_from(
    ["", " ", "\0", "\x1b[2J", "\ud800", "\udfff\ud800", "\u202e", "\u200b", "\ufeff", "\U0010ffff", "\r\nBcc: a@b.cc"]
    + ["a\u2028b", "é" * 70_000, "<p>" * 10_000, "<svg><script>", "../../etc/passwd", "/etc/localtime", "posixrules"]
    + ["24:00", "07:00\n", "٠٧:٠٠", "$ref", "__proto__", "a/b~c", "{{7*7}}", "' OR 1=1", "%00", "true", "null", "0"]
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**130), 2**130),
    st.floats(),
    STRANGE,
    st.text(st.characters(), max_size=30),
)
JUNK = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(STRANGE | st.text(max_size=8), inner),
    max_leaves=8,
) | st.integers(1, 400).map(lambda depth: json.loads("[" * depth + "]" * depth))
QUIET = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture
def place(organiser: Client) -> str:
    """The path of an event's announcements."""
    return f"/v1/events/{make_event(organiser, state='published').json['id']}/announcements"


@pytest.fixture
def unlimited(organiser: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """The organiser, without a limit on announcements."""
    monkeypatch.setattr(announce, "MOST_A_DAY", 1_000_000)
    return organiser


def places(value: Any, base: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yields the paths of all parts of a JSON value."""
    yield base
    if isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*base, step))


def changed(value: Any, path: tuple[Any, ...], change: Any) -> Any:
    """Returns the value with `change` at the path."""
    if not path:
        return change
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed(copy[path[0]], path[1:], change)
    return copy


@st.composite
def bodies(draw: st.DrawFn, like: dict[str, Any]) -> bytes:
    """Draws a body like this one, with one or two parts replaced by junk and possibly an unknown field."""
    body: Any = like
    for _ in range(draw(st.integers(1, 2))):
        body = changed(body, draw(st.sampled_from(list(places(body)))), draw(JUNK))
    if isinstance(body, dict) and draw(st.integers(0, 9)) == 0:
        body = {**body, draw(STRANGE): draw(JUNK)}
    return json.dumps(body, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")


def judge(reply: Reply) -> bool:
    """Returns whether the request succeeded. Asserts that a refusal is a problem document."""
    assert reply.status < 500, reply
    if reply.status >= 400:
        assert_problem(reply)
        assert len(reply.body) < 256 * 1024
    return reply.status < 400


@QUIET
@given(body=bodies(ANNOUNCEMENT) | bodies({**ANNOUNCEMENT, "audience": {"attendees": True}}))
def test_announcement_like_anything_is_a_problem_or_kept(unlimited: Client, place: str, body: bytes) -> None:
    before = unlimited.get(f"{place}?limit=1").json["items"]
    reply = unlimited.request("POST", place, raw=body)
    after = unlimited.get(f"{place}?limit=1").json["items"]
    assert after == ([reply.json] if judge(reply) else before)


@QUIET
@given(body=bodies(CHOICE))
def test_preferences_like_anything_are_a_problem_or_kept(organiser: Client, body: bytes) -> None:
    before = organiser.get(PREFERENCES)
    reply = organiser.request("PATCH", PREFERENCES, raw=body, if_match=before.etag)
    after = organiser.get(PREFERENCES)
    if judge(reply):
        assert (after.etag, after.body) == (reply.etag, reply.body)
    else:
        assert (after.etag, after.body) == (before.etag, before.body)


def test_bad_body_is_refused_everywhere_alike(organiser: Client, place: str) -> None:
    before = organiser.get(PREFERENCES)
    for name, body, status in BODIES:
        alike = status != 422 and not body.startswith(b'{"name":"x","')  # invalid for every form
        for method, path in (("POST", place), ("PATCH", PREFERENCES)):
            reply = organiser.request(method, path, raw=body, if_match=before.etag)
            if (name, method) == ("no name", "PATCH"):
                assert reply.status == 200
                continue
            assert not judge(reply), name
            assert reply.status == status or not alike, (name, reply)
    assert organiser.get(place).json["items"] == []
    assert organiser.get(PREFERENCES).body == before.body


def test_ten_thousand_faults_are_a_problem_that_lists_a_hundred(organiser: Client, place: str) -> None:
    tag = organiser.get(PREFERENCES).etag
    faults: dict[str, Any] = {f"t{number}": number for number in range(10_000)}
    for reply in (
        organiser.patch(PREFERENCES, {"actions": faults}, if_match=tag),
        organiser.patch(PREFERENCES, faults, if_match=tag),
        organiser.post(place, faults, idempotency_key="faults"),
    ):
        assert not judge(reply)
        assert len(reply.json["errors"]) == 100


@QUIET
@given(id=STRANGE | st.text(max_size=40), body=st.none() | bodies(ANNOUNCEMENT))
def test_ids_like_anything_are_found_nowhere(organiser: Client, place: str, id: str, body: bytes | None) -> None:
    segment = quote(id.encode("utf-8", "replace").decode()[:600], safe="")  # the gateway accepts only UTF-8
    for query in (
        f"{place}?limit",
        "/v1/notifications?cursor",
        "/v1/notifications?state",
        "/v1/admin/notifications?user",
    ):
        judge(organiser.get(f"{query}={segment}"))
    if segment in ("", ".", ".."):
        return
    assert organiser.get(f"{place}/{segment}").code == "not_found"
    assert not judge(organiser.request("POST", f"/v1/notifications/{segment}/read", raw=body))
    assert not judge(organiser.request("POST", f"/v1/notifications/{segment}/unread", raw=body))
    assert organiser.request("POST", f"/v1/unsubscribes/{segment}", raw=body).status in (400, 404, 413, 415)


@QUIET
@given(body=bodies(ANNOUNCEMENT), origin=st.text(st.characters(codec="latin-1"), max_size=300))
def test_routes_without_a_body_bear_any(organiser: Client, body: bytes, origin: str) -> None:
    for path in ("/v1/notifications/read-all", "/v1/live/tickets", f"{PREFERENCES}/address-proof"):
        judge(organiser.request("POST", path, raw=body, origin=origin))
