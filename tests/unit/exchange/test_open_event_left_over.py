"""No field of an Open Event record is dropped silently: it is imported, is known to be irrelevant for a programme, or
is named in the record's line of the report.
"""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.core.kinds import Kind
from chalicelib.exchange.open_event.mapping import WITHOUT_MEANING
from chalicelib.exchange.open_event.reader import read_archive
from tests.unit.exchange.open_event_samples import event, read, read_one, report_line, session, zipped

PLAIN: dict[str, dict[str, Any]] = {
    "tracks": {"id": 5, "name": "Gull"},
    "microlocations": {"id": 5, "name": "Gull"},
    "speakers": {"id": 5, "name": "Gull"},
    "sponsors": {"id": 5, "name": "Gull"},
    "sessions": session(),
}
KEYS = st.from_regex(r"\A[a-z]{3}_?[A-Za-z0-9-]{1,8}x\Z")
VALUES = st.one_of(
    st.booleans(), st.integers(-9, 9), st.sampled_from(["v", "<b>v</b>", "<img src=x>", [1], {"a": 1}, {"name": "N"}])
)
EXTRA = st.dictionaries(KEYS, VALUES, min_size=1, max_size=12).filter(
    lambda extra: len({name.lower().replace("-", "_") for name in extra}) == len(extra)
)
quick = settings(max_examples=40, deadline=None)


@pytest.mark.parametrize("kind", PLAIN)
@quick
@given(extra=EXTRA)
def test_read_archive_unknown_field_is_named_on_its_record(kind: str, extra: dict[str, Any]) -> None:
    fields, line = read_one(kind, PLAIN[kind] | extra)
    named = line.reason.removeprefix("not kept: ").split(", ")
    assert fields
    assert sorted(one.partition(" ")[0] for one in named) == sorted(extra)


@quick
@given(extra=EXTRA)
def test_read_archive_unknown_field_of_the_event_is_named(extra: dict[str, Any]) -> None:
    reason = read(extra).report[0].reason
    assert sorted(one.partition(" ")[0] for one in reason.removeprefix("not kept: ").split(", ")) == sorted(extra)


# Every field of the two dialects, as written by the servers of 2017 and 2018, and a few later fields.
FIELDS: dict[str, str] = {
    "events": "identifier description email logo-url event-url external-event-url website-url location-name topic type "
    "searchable-location-name organizer-name organizer-description code-of-conduct ticket-url sub-topic owner-name "
    "schedule-published-on original-image-url large-image-url thumbnail-image-url placeholder-url privacy version "
    "social-links event-copyright licence-details speakers-call call_for_papers copyright background_image large "
    "thumbnail is-sessions-speakers-enabled has_session_speakers state currency payment-currency",
    "tracks": "color font-color description location track_image_url sessions",
    "microlocations": "floor room capacity position latitude longitude",
    "speakers": "email photo-url photo short-biography long-biography organisation position country website twitter "
    "github linkedin facebook links city gender mobile heard-from speaking-experience sponsorship-required is-featured "
    "featured icon-image-url small-image-url thumbnail-image-url icon small thumbnail",
    "sponsors": "level type sponsor_type url logo-url logo description",
    "sessions": "subtitle short-abstract long-abstract language level comments slides-url slides video-url video "
    "audio-url audio signup-url submitted-at is-mail-sent session-type created-at updated-at",
}
DERIVED = {"icon", "small", "thumbnail", "large", "icon_image_url", "small_image_url", "thumbnail_image_url"} | {
    "large_image_url"
}


@pytest.mark.parametrize("kind", FIELDS)
def test_read_archive_known_field_is_kept_or_named_or_without_meaning(kind: str) -> None:
    for name in FIELDS[kind].split():
        key = name.replace("-", "_")
        value = f"https://example.org/{name}"
        given_event = event(**({name: value} if kind == "events" else {}))
        lists = {} if kind == "events" else {kind: [PLAIN[kind] | {name: value}]}
        programme = read_archive(zipped({"event": given_event, **lists}))
        fields = programme.event if kind == "events" else programme.resources[-1].fields
        reason = next(line.reason for line in programme.report if line.kind == kind)
        kept = value in json.dumps(fields)
        meaningless = key in WITHOUT_MEANING[Kind(kind)]
        assert kept or meaningless or key in reason or value in reason, (kind, name)


@pytest.mark.parametrize("name", sorted(DERIVED & {"icon", "small", "thumbnail", "icon_image_url"}))
def test_read_archive_smaller_copy_of_a_photo_is_named_only_without_the_photo(name: str) -> None:
    copy = {name: "https://x.example/small"}
    assert read_one("speakers", PLAIN["speakers"] | copy)[1].reason == f"not kept: {name}"
    assert read_one("speakers", PLAIN["speakers"] | copy | {"photo": "https://x.example/p"})[1].reason == ""


def test_read_archive_other_sizes_of_an_event_picture_are_named_only_without_it() -> None:
    assert read({"large-image-url": "https://x.example/l"}).report[0].reason == "not kept: large_image_url"
    both = {"large-image-url": "https://x.example/l", "original-image-url": "https://x.example/o"}
    assert read(both).report[0].reason == "not kept: original_image_url"


@pytest.mark.parametrize(
    ("changes", "field", "kept", "reason"),
    [
        (
            {"photo-url": "https://x.example/a", "photo": "https://x.example/b"},
            "photo_url",
            "https://x.example/a",
            "photo",
        ),
        ({"photo-url": "https://x.example/a", "photo": "https://x.example/a"}, "photo_url", "https://x.example/a", ""),
        ({"Position": "Chief", "position": "Clerk"}, "position", "Chief", "position"),
    ],
)
def test_read_archive_value_beside_a_preferred_one_is_named(
    changes: dict[str, Any], field: str, kept: str, reason: str
) -> None:
    fields, line = read_one("speakers", PLAIN["speakers"] | changes)
    assert fields[field] == kept
    assert line.reason == (f"not kept: {reason}" if reason else "")


def test_read_archive_websites_of_an_event_are_kept_or_named() -> None:
    both = {"external-event-url": "https://conf.example.org/2027/", "event-url": "https://server.example/e/1"}
    programme = read(both)
    assert programme.event["website_url"] == "https://conf.example.org/2027/"
    assert programme.report[0] == report_line("events", "1", "mended", "not kept: event_url")


def test_read_archive_more_links_than_are_kept_is_told() -> None:
    links = [f"https://x.example/{number}" for number in range(22)]
    fields, line = read_one("speakers", PLAIN["speakers"] | {"links": links})
    assert fields["links"] == links[:20]
    assert line.reason == "had 22 links; the first 20 are kept"


def test_read_archive_part_of_a_venue_that_is_not_kept_is_named() -> None:
    assert read({"venue": {"name": "Hall", "wifi": "yes"}}).report[0].reason == "venue not kept: wifi"
    assert read({"venue": "Hall"}).report[0].reason == "not kept: venue"


def test_read_archive_line_of_very_many_unknown_fields_stays_short() -> None:
    fields = {f"x{number:03}": 1 for number in range(500)}
    reason = read_one("tracks", PLAIN["tracks"] | fields)[1].reason
    assert reason.endswith("x048, x049 and 450 more")


def test_read_archive_field_that_is_given_twice_is_named() -> None:
    tracks = b'[{"id": 1, "name": "First", "name": "Second", "color": "#111111", "color": "#111111"}]'
    programme = read_archive(zipped({"event": event(), "tracks": tracks}))
    assert programme.resources[0].fields["name"] == "Second"
    assert programme.report[1] == report_line("tracks", "1", "mended", "not kept: name (given twice)")


def test_read_archive_other_file_with_records_is_named() -> None:
    files = {"event": event(), "social_links": [{"id": 1}], "forms": [], "meta": {"a": 1}, "deep/er": {"a": 1}}
    programme = read_archive(zipped(files, folder="conference/"))
    assert programme.report[0].reason == "files that are not read: social_links.json, meta.json"
