"""Arbitrary input to the Open Event reader gives a valid programme or one of our errors."""

import contextlib
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.core.errors import MarqueeError
from chalicelib.exchange.open_event.reader import read_archive
from tests.unit.exchange.open_event_samples import NAMES, Files, assert_valid, event, zipped

KEYS = st.sampled_from(
    [
        "id",
        "name",
        "title",
        "state",
        "track",
        "microlocation",
        "speakers",
        "starts-at",
        "start_time",
        "ends-at",
        "end_time",
        "timezone",
        "color",
        "country",
        "floor",
        "latitude",
        "website",
        "twitter",
        "links",
        "venue",
        "session-type",
        "deleted-at",
        "short-abstract",
        "photo",
        "level",
        "type",
    ]
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(), max_size=20),
    st.sampled_from(
        ["1", 1, 1.0, "accepted", "2024-09-20T09:00:00", "9999-12-31T23:59:59-12:00", "<b>", "&#0;", "http:/"]
    ),
)
FLAT = st.dictionaries(KEYS, SCALARS, max_size=4)
VALUES = st.one_of(SCALARS, FLAT, st.lists(SCALARS | FLAT | st.lists(SCALARS, max_size=2), max_size=3))
RECORDS = st.one_of(VALUES, st.dictionaries(KEYS, VALUES, max_size=10))
FILE = st.one_of(RECORDS, st.lists(RECORDS, max_size=3))
quick = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, FILE)))
def test_read_archive_arbitrary_json_raises_only_domain_errors(files: Files) -> None:
    with contextlib.suppress(MarqueeError):
        assert_valid(read_archive(zipped(files)))


@quick
@given(FLAT, st.lists(RECORDS, max_size=6))
def test_read_archive_arbitrary_records_never_spoil_the_event(changes: dict[str, Any], records: list[Any]) -> None:
    fixed = {"name": "Sure", "starts-at": "2024-09-20T09:00Z", "ends-at": "2024-09-21T09:00Z", "timezone": "Asia/Tokyo"}
    lists = dict.fromkeys(NAMES[1:], records)
    programme = read_archive(zipped({"event": changes | fixed, **lists}))
    assert_valid(programme)
    listed = len(lists) * len(records)
    adopted = sum("only listed with session" in line.reason for line in programme.report)
    assert len(programme.report) == 1 + listed + adopted
    assert len(programme.resources) == sum(line.outcome != "refused" for line in programme.report[1:])


@quick
@given(st.data())
def test_read_archive_damaged_bytes_raise_only_domain_errors(data: st.DataObject) -> None:
    archive = bytearray(zipped({"event": event(), "tracks": [{"id": 1, "name": "x"}]}))
    for _ in range(data.draw(st.integers(1, 4))):
        archive[data.draw(st.integers(0, len(archive) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(MarqueeError):
        read_archive(bytes(archive))


def test_read_archive_with_an_entry_without_a_name_is_refused_or_read() -> None:
    """The zipfile module cuts a name at its first NUL; ZipInfo.is_dir() of Python 3.11 raises an error for an empty name."""
    archive = bytearray(zipped({"event": event(), "x": {}}))
    name = archive.rindex(b"PK\x01\x02") + 46
    archive[name] = 0
    with contextlib.suppress(MarqueeError):
        read_archive(bytes(archive))
