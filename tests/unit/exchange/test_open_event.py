"""The Open Event reader with our small sample conference in both dialects and, if their folder exists, three real
ones. Separate files beside this one test corrections, refusals, archives and arbitrary input.
"""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from chalicelib.core.kinds import Kind
from chalicelib.exchange.open_event.reader import ImportedProgramme, read_archive
from tests.unit.exchange.open_event_samples import NAMES, assert_valid, event, read, report_line, samples, snake, zipped

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "open-event"


def test_read_archive_own_sample_gives_the_event() -> None:
    assert read_archive(zipped(samples())).event == {
        "name": "Harbour Lights Open Conference 2024",
        "slug": None,
        "description": "<p>Two days of <b>open technology</b> by the water.</p>",
        "starts_at": "2024-09-20T08:00:00Z",
        "ends_at": "2024-09-21T17:00:00Z",
        "timezone": "Europe/Lisbon",
        "currency": "EUR",
        "state": "draft",
        "venue": {
            "name": "Old Customs House, Lantern Quay 4",
            "street": None,
            "city": "Lisbon",
            "region": None,
            "postcode": None,
            "country": None,
            "latitude": 38.7059,
            "longitude": -9.1454,
        },
        "logo_url": "https://media.harbourlights.example/logo.png",
        "website_url": "https://harbourlights.example",
        "contact_email": "hello@harbourlights.example",
    }


def test_read_archive_own_sample_gives_each_kind_of_resource() -> None:
    found = {(kind, source_id): fields for kind, source_id, fields in read_archive(zipped(samples())).resources}
    assert found[Kind.TRACKS, "11"] == {
        "name": "Harbour & Hardware",
        "color": "#0b7285",
        "description": "<p>Boats, boards and the sensors between them.</p>",
    }
    assert found[Kind.MICROLOCATIONS, "22"] == {
        "name": "Rope Loft",
        "floor": 2,
        "capacity": None,
        "position": None,
        "latitude": 38.7061,
        "longitude": -9.1457,
    }
    assert found[Kind.SPEAKERS, "31"] == {
        "name": "Ada Lovelace",
        "email": "ada@harbourlights.example",
        "photo_url": "https://media.harbourlights.example/speakers/31.jpg",
        "short_biography": "<p>Builds <b>tide gauges</b> from parts that fit in a lunch box.</p>",
        "long_biography": "",
        "organisation": "Tidewater Makers",
        "position": "Engineer",
        "country": "PT",
        "links": ["https://lovelace.example", "https://github.com/ada-lovelace-example"],
        "user_id": None,
        "listed": True,
    }
    assert found[Kind.SPONSORS, "71"] == {
        "name": "Lighthouse Credit Union",
        "level": "Gold",
        "url": "https://lighthouse.example",
        "logo_url": "https://media.harbourlights.example/sponsors/71.png",
        "description": "<p>Banking by the sea.</p>",
    }
    abstract = '<a href="https://lovelace.example/gauge" rel="noopener noreferrer nofollow">open hardware</a>'
    assert found[Kind.SESSIONS, "52"] == {
        "title": "A tide gauge for the price of a ferry ticket",
        "subtitle": "From lunch box to harbour wall",
        "short_abstract": f"<p>How to measure water with {abstract}.</p>",
        "long_abstract": "",
        "language": "English",
        "level": "Beginner",
        "track_id": "11",
        "speaker_ids": ["31"],
        "microlocation_id": "21",
        "starts_at": "2024-09-20T09:00:00Z",
        "ends_at": "2024-09-20T09:25:00Z",
        "state": "confirmed",
        "slides_url": "https://media.harbourlights.example/slides/52.pdf",
        "video_url": "https://video.harbourlights.example/52",
    }


def test_read_archive_own_sample_keeps_order_references_and_states() -> None:
    programme = read_archive(zipped(samples()))
    assert [(kind.value, source_id) for kind, source_id, _ in programme.resources] == [
        *(("tracks", id_) for id_ in ("11", "12")),
        *(("microlocations", id_) for id_ in ("21", "22", "23")),
        *(("speakers", id_) for id_ in ("31", "32", "33", "34", "35", "36")),
        *(("sponsors", id_) for id_ in ("71", "72")),
        *(("sessions", str(id_)) for id_ in range(51, 61)),
    ]
    sessions = [fields for kind, _, fields in programme.resources if kind is Kind.SESSIONS]
    assert [fields["speaker_ids"] for fields in sessions] == [
        ["36"], ["31"], ["32"], ["33"], ["31", "35"], ["33", "34"], ["34"], ["35"], [], ["32"],
    ]  # fmt: skip
    assert [fields["track_id"] for fields in sessions] == ["11", "11", "11", "12", "11", "12", "11", "12", "12", "12"]
    assert [fields["microlocation_id"] for fields in sessions] == [
        "21",
        "21",
        "22",
        "21",
        "23",
        "22",
        "21",
        "21",
        "21",
        "22",
    ]
    assert Counter(fields["state"] for fields in sessions) == {"accepted": 8, "confirmed": 1, "submitted": 1}
    assert_valid(programme)


def test_read_archive_own_sample_reports_a_line_per_record() -> None:
    programme = read_archive(zipped(samples()))
    types = {55: "Workshop"}
    assert programme.report == [
        report_line("events", "9", "mended", "not kept: schedule_published_on, topic, type"),
        *(
            report_line("speakers", "35", "mended", "not kept: is_featured")
            if id_ == "35"
            else report_line(kind.value, id_, "taken", "")
            for kind, id_, _ in programme.resources
            if kind is not Kind.SESSIONS
        ),
        *(
            report_line("sessions", str(id_), "mended", f"not kept: session_type '{types.get(id_, 'Talk')}'")
            for id_ in range(51, 61)
        ),
    ]


def test_read_archive_snake_case_dialect_gives_the_same_programme() -> None:
    old, new = samples(), snake(samples())
    new["event"]["type"] = new["event"].pop("sponsor_type")
    assert read_archive(zipped(new)) == read_archive(zipped(old))


@pytest.mark.parametrize(
    ("folder", "suffix", "spell"),
    [
        ("", "", str),
        ("harbour-lights/", ".json", str),
        ("harbour lights/", "", str.upper),
        ("", ".JSON", str.title),
        ("Folder\\", ".json", str),
    ],
)
def test_read_archive_other_file_names_gives_the_same_programme(
    folder: str, suffix: str, spell: Callable[[str], str]
) -> None:
    files = {spell(name): content for name, content in samples().items()}
    assert read_archive(zipped(files, folder=folder, suffix=suffix)) == read_archive(zipped(samples()))


def test_read_archive_other_files_are_ignored() -> None:
    others = {
        "__MACOSX/event": b"\x00",
        "__MACOSX/._event": b"\x00",
        "forms": b"{",
        "images/logo": b"\x89",
        "a/b/event": b"",
    }
    assert read_archive(zipped(samples() | others)) == read_archive(zipped(samples()))


def test_read_archive_either_spelling_of_a_name_counts_and_the_first_wins() -> None:
    both = {
        "id": 1,
        "name": "Pier",
        "Description": "<p>a</p>",
        "description": "<p>b</p>",
        "COLOR": None,
        "color": "red",
    }
    fields = read(tracks=[both]).resources[0].fields
    assert fields == {"name": "Pier", "description": "<p>a</p>", "color": "#ff0000"}


def test_read_archive_nan_is_read_as_null() -> None:
    archive = zipped({"event": event(), "microlocations": b'[{"id": 1, "name": "Pier", "floor": NaN}]'})
    assert read_archive(archive).report[1:] == [report_line("microlocations", "1", "taken", "")]


def test_read_archive_event_at_the_top_wins_over_one_in_a_folder() -> None:
    assert read_archive(zipped({"event": event(), "old/event": event(name="Old")})).event["name"] == "Tiny"


def test_read_archive_without_lists_gives_an_event_without_resources() -> None:
    programme = read()
    assert programme.resources == []
    assert programme.report == [report_line("events", "1", "taken", "")]


def test_read_archive_byte_order_mark_is_read() -> None:
    content = b"\xef\xbb\xbf" + json.dumps(event()).encode()
    assert read_archive(zipped({"event": content})).event["name"] == "Tiny"


def real(conference: str) -> ImportedProgramme:
    if not REAL.is_dir():
        pytest.skip("the real Open Event archives are not part of the project; put them into ../shared/data/open-event")
    return read_archive(zipped({name: (REAL / conference / f"{name}.json").read_bytes() for name in NAMES}))


@pytest.mark.parametrize(
    ("conference", "counts"),
    [
        ("FOSSASIASummit2017", {"speakers": 207, "sessions": 214, "tracks": 22, "microlocations": 15, "sponsors": 17}),
        ("NextcloudConference2017", {"speakers": 41, "sessions": 54, "tracks": 4, "microlocations": 3}),
        ("OpenTechSummit2018", {"speakers": 14, "sessions": 12, "tracks": 1, "microlocations": 1}),
    ],
)
def test_read_archive_real_conference_is_taken_whole(conference: str, counts: dict[str, int]) -> None:
    programme = real(conference)
    assert Counter(resource.kind.value for resource in programme.resources) == counts
    assert [line for line in programme.report if line.outcome == "refused"] == []
    assert_valid(programme)


def test_read_archive_real_conference_keeps_every_reference() -> None:
    sessions = [fields for kind, _, fields in real("FOSSASIASummit2017").resources if kind is Kind.SESSIONS]
    assert sum(len(fields["speaker_ids"]) for fields in sessions) == 223
    assert all(fields["track_id"] and fields["microlocation_id"] and fields["starts_at"] for fields in sessions)


def test_read_archive_real_conference_reads_a_known_session() -> None:
    found = {resource.source_id: resource.fields for resource in real("OpenTechSummit2018").resources}
    assert found["4680"]["title"] == "From rules to AI algorithms"
    assert (found["4680"]["starts_at"], found["4680"]["ends_at"]) == ("2018-05-10T12:00:00Z", "2018-05-10T12:25:00Z")
    assert (found["4680"]["track_id"], found["4680"]["microlocation_id"]) == ("1004", "690")
