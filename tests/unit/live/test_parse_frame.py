"""What clients send is understood, or refused with a code."""

import json

import pytest

from chalicelib.core.errors import BodyTooLarge, MalformedRequest
from chalicelib.core.ids import make_ulid
from chalicelib.live.domain.parse_frame import MAX_RECENT, Frame, Hello, Ping, Unwatch, Watch, parse_frame

ID = make_ulid(1_800_000_000_000, b"0123456789")


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
def test_parse_frame_well_formed_gives_what_it_asks(text: str, frame: Frame) -> None:
    found = parse_frame(text)
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
def test_parse_frame_malformed_is_refused_with_its_code(text: str, code: str) -> None:
    with pytest.raises(MalformedRequest) as refused:
        parse_frame(text)
    assert refused.value.code == code


@pytest.mark.parametrize("text", ["x" * 4097, "é" * 2049, "\ud800" * 1366])
def test_parse_frame_above_the_limit_is_refused_by_its_bytes(text: str) -> None:
    with pytest.raises(BodyTooLarge) as refused:
        parse_frame(text)
    assert refused.value.code == "frame_too_large"


def test_hello_with_as_much_as_it_may_have_fits_a_frame() -> None:
    ids = [make_ulid(1_800_000_000_000 + n, b"0123456789") for n in range(MAX_RECENT)]
    asked = parse_frame(json.dumps({"action": "hello", "since": ID, "recent": ids}, indent=1))
    assert asked == Hello(ID, frozenset(ids))
