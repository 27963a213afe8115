"""The Open Event reader against a small conference of our own in both dialects, every mend, every refusal, hostile
archives, arbitrary JSON, and (where the folder is present) three real conferences.
"""

import json
import zipfile
from collections import Counter
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.domain.errors import BodyTooLarge, InvalidInput, MalformedRequest, MarqueeError
from chalicelib.domain.event import EventFields
from chalicelib.domain.kinds import Kind
from chalicelib.domain.programme import FIELDS
from chalicelib.formats import open_event_archive
from chalicelib.formats.open_event import Line, Programme, Resource, read_archive

PROJECT = Path(__file__).resolve().parents[3]
SAMPLES = PROJECT / "tests" / "samples" / "open_event"
REAL = PROJECT.parent / "shared" / "data" / "open-event"
NAMES = ("event", "tracks", "microlocations", "speakers", "sponsors", "sessions")
SNAKE = {
    "starts-at": "start_time",
    "ends-at": "end_time",
    "photo-url": "photo",
    "logo-url": "logo",
    "slides-url": "slides",
    "video-url": "video",
    "audio-url": "audio",
    "type": "sponsor_type",
}

Files = dict[str, Any]


def zipped(files: Files, *, folder: str = "", suffix: str = ".json") -> bytes:
    """A zip of the files; what is not bytes becomes JSON."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(folder + name + suffix, content if isinstance(content, bytes) else json.dumps(content))
    return buffer.getvalue()


def samples() -> Files:
    return {name: json.loads((SAMPLES / f"{name}.json").read_text("utf-8")) for name in NAMES}


def event(**changes: Any) -> dict[str, Any]:
    return {
        "id": 1,
        "name": "Tiny",
        "starts-at": "2024-09-20T09:00:00+00:00",
        "ends-at": "2024-09-20T18:00:00+00:00",
        "timezone": "Asia/Tokyo",
    } | changes


def session(**changes: Any) -> dict[str, Any]:
    return {"id": 5, "title": "Talk", "state": "accepted"} | changes


def read(event_changes: dict[str, Any] | None = None, **lists: Any) -> Programme:
    return read_archive(zipped({"event": event(**(event_changes or {})), **lists}))


def read_one(kind: str, record: Any, **lists: Any) -> tuple[dict[str, Any], Line]:
    """The fields (empty when refused) and the report line of one record."""
    programme = read(**{kind: [record]}, **lists)
    found = [resource.fields for resource in programme.resources if resource.kind == kind]
    return (found[0] if found else {}), next(line for line in programme.report if line.kind == kind)


def snake(value: Any) -> Any:
    """The 2018 dialect of a 2017 value."""
    if isinstance(value, list):
        return [snake(item) for item in value]
    if isinstance(value, dict):
        return {SNAKE.get(name, name.replace("-", "_")): snake(item) for name, item in value.items()}
    return value


def assert_valid(programme: Programme) -> None:
    """Every field fits its wire type, and every reference is to something in the programme."""
    assert msgspec.convert(programme.event, EventFields).violations() == []
    ids = {(resource.kind, resource.source_id) for resource in programme.resources}
    assert len(ids) == len(programme.resources)
    for kind, _, fields in programme.resources:
        assert set(fields) == set(FIELDS[kind].__struct_fields__)
        blanked = fields | ({"track_id": None, "microlocation_id": None, "speaker_ids": []} if "title" in fields else {})
        assert msgspec.convert(blanked, FIELDS[kind]).violations() == []
        if kind is Kind.SESSIONS:
            assert fields["track_id"] is None or (Kind.TRACKS, fields["track_id"]) in ids
            assert fields["microlocation_id"] is None or (Kind.MICROLOCATIONS, fields["microlocation_id"]) in ids
            assert all((Kind.SPEAKERS, speaker) in ids for speaker in fields["speaker_ids"])
            assert len(set(fields["speaker_ids"])) == len(fields["speaker_ids"]) <= 50
    msgspec.json.encode(programme)
    json.dumps(programme.event)
    json.dumps(programme.resources, allow_nan=False)


# ---------------------------------------------------------------------------------------------- our own conference


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
        "name": "Marisol Quintela",
        "email": "marisol@harbourlights.example",
        "photo_url": "https://media.harbourlights.example/speakers/31.jpg",
        "short_biography": "<p>Builds <b>tide gauges</b> from parts that fit in a lunch box.</p>",
        "long_biography": "",
        "organisation": "Tidewater Makers",
        "position": "Engineer",
        "country": "PT",
        "links": ["https://quintela.example", "https://github.com/marisol-quintela-example"],
        "user_id": None,
    }
    assert found[Kind.SPONSORS, "71"] == {
        "name": "Lighthouse Credit Union",
        "level": "Gold",
        "url": "https://lighthouse.example",
        "logo_url": "https://media.harbourlights.example/sponsors/71.png",
        "description": "<p>Banking by the sea.</p>",
    }
    abstract = '<a href="https://quintela.example/gauge" rel="noopener noreferrer nofollow">open hardware</a>'
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
    assert [fields["track_id"] for fields in sessions] == "11 11 11 12 11 12 11 12 12 12".split()
    assert [fields["microlocation_id"] for fields in sessions] == "21 21 22 21 23 22 21 21 21 22".split()
    assert Counter(fields["state"] for fields in sessions) == {"accepted": 8, "confirmed": 1, "submitted": 1}
    assert_valid(programme)


def test_read_archive_own_sample_reports_a_line_per_record() -> None:
    programme = read_archive(zipped(samples()))
    mend = "session types are not kept: Talk, Workshop"
    assert programme.report == [
        Line("events", "9", "mended", mend),
        *(Line(kind.value, source_id, "taken", "") for kind, source_id, _ in programme.resources),
    ]


def test_read_archive_snake_case_dialect_gives_the_same_programme() -> None:
    assert read_archive(zipped(snake(samples()))) == read_archive(zipped(samples()))


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
    others = {"__MACOSX/event": b"\x00", "__MACOSX/._event": b"\x00", "forms": b"{", "images/logo": b"\x89", "a/b/event": b""}
    assert read_archive(zipped(samples() | others)) == read_archive(zipped(samples()))


def test_read_archive_event_at_the_top_wins_over_one_in_a_folder() -> None:
    assert read_archive(zipped({"event": event(), "old/event": event(name="Old")})).event["name"] == "Tiny"


def test_read_archive_without_lists_gives_an_event_without_resources() -> None:
    programme = read()
    assert programme.resources == []
    assert programme.report == [Line("events", "1", "taken", "")]


def test_read_archive_byte_order_mark_is_read() -> None:
    content = b"\xef\xbb\xbf" + json.dumps(event()).encode()
    assert read_archive(zipped({"event": content})).event["name"] == "Tiny"


# --------------------------------------------------------------------------------------------------------- archives


def encrypted() -> bytes:
    """A zip whose entries say that they are encrypted."""
    archive = bytearray(zipped({"event": event()}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        archive[archive.index(signature) + offset] |= 1
    return bytes(archive)


def damaged() -> bytes:
    archive = bytearray(zipped({"event": event()}))
    archive[60] ^= 0xFF
    return bytes(archive)


@pytest.mark.parametrize(
    ("archive", "detail"),
    [
        (b"", "The archive is not a zip file, or it is damaged."),
        (b"PK\x03\x04 but no zip", "The archive is not a zip file, or it is damaged."),
        (zipped({"event": event()})[:-30], "The archive is not a zip file, or it is damaged."),
        (damaged(), "The archive is not a zip file, or it is damaged."),
        (encrypted(), "The archive is encrypted. Send it without a password."),
        (zipped({"event": b"{"}), "The file event is not JSON: "),
        (zipped({"event": b""}), "The file event is not JSON: "),
        (zipped({"event": event(), "tracks": b"[1,"}), "The file tracks is not JSON: "),
        (zipped({"event": b'{"name": "\xff"}'}), "The file event is not UTF-8."),
        (zipped({"event": b"[" * 100_000}), "The file event nests too deep"),
        (zipped({"event": b"1" * 5_000}), "The file event nests too deep or holds a number that is too long."),
        (zipped({"event": event(), "Event": event()}), "The archive holds the file event twice."),
        (zipped({"a/event": event(), "b/event": event()}), "The archive holds more than one event."),
    ],
)
def test_read_archive_unreadable_bytes_are_refused(archive: bytes, detail: str) -> None:
    with pytest.raises(MalformedRequest) as refusal:
        read_archive(archive)
    assert refusal.value.detail.startswith(detail)


def bzipped() -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("event", json.dumps(event()))
    return buffer.getvalue()


def test_read_archive_other_compression_is_refused() -> None:
    with pytest.raises(MalformedRequest, match="other than deflate"):
        read_archive(bzipped())


def test_read_archive_more_than_100_files_is_refused() -> None:
    with pytest.raises(BodyTooLarge, match="more than 100 files"):
        read_archive(zipped({"event": event()} | {f"f{n}": b"" for n in range(100)}))


def test_read_archive_100_files_are_taken() -> None:
    assert read_archive(zipped({"event": event()} | {f"f{n}": b"" for n in range(99)})).event["name"] == "Tiny"


def test_read_archive_highly_compressed_is_refused() -> None:
    with pytest.raises(BodyTooLarge, match="200 to 1"):
        read_archive(zipped({"event": event(), "sessions": b" " * 4_000_000}))


def test_read_archive_more_than_40_mb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_event_archive.MAX_BYTES == 40 * 1024 * 1024
    archive = zipped({"event": event(description="x" * 2_000)})
    monkeypatch.setattr(open_event_archive, "MAX_BYTES", 2_000)
    with pytest.raises(BodyTooLarge, match="MB uncompressed"):
        read_archive(archive)


def test_read_archive_too_many_values_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_event_archive, "MAX_VALUES", 50)
    with pytest.raises(BodyTooLarge, match="more than 50 values"):
        read(sessions=[{}] * 40)


def test_read_archive_too_many_records_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_event_archive, "MAX_RECORDS", 3)
    with pytest.raises(InvalidInput) as refusal:
        read(tracks=[{}] * 4)
    assert refusal.value.violations == [("/tracks", "must not hold more than 3 records")]


@pytest.mark.parametrize(
    ("files", "violations"),
    [
        ({"tracks": []}, [("/event", "is missing: the archive has no file event or event.json")]),
        ({}, [("/event", "is missing: the archive has no file event or event.json")]),
        ({"a/b/event": event()}, [("/event", "is missing: the archive has no file event or event.json")]),
        ({"event": [event()]}, [("/event", "must be a JSON object")]),
        ({"event": None}, [("/event", "must be a JSON object")]),
        ({"event": event(), "speakers": {}}, [("/speakers", "must be a JSON array")]),
        ({"event": event(), "sessions": None}, [("/sessions", "must be a JSON array")]),
        ({"event": event(name=" ")}, [("/event/name", "must be a text that is not empty")]),
        ({"event": event(name=7)}, [("/event/name", "must be a text that is not empty")]),
        (
            {"event": {"name": "Timeless"}},
            [
                ("/event/starts_at", "is absent, and no session says"),
                ("/event/ends_at", "is absent, and no session says"),
            ],
        ),
    ],
)
def test_read_archive_without_usable_event_is_refused(files: Files, violations: list[tuple[str, str]]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_archive(zipped(files))
    assert refusal.value.violations == violations


# ------------------------------------------------------------------------------------------------- mends of values

Mend = tuple[str, dict[str, Any], str, Any, str]
MENDS: list[Mend] = [
    ("tracks", {"color": "#abc"}, "color", "#aabbcc", ""),
    ("tracks", {"color": "1A2b3C"}, "color", "#1a2b3c", ""),
    ("tracks", {"color": "#11223344"}, "color", "#112233", ""),
    ("tracks", {"color": "Orange"}, "color", "#ffa500", ""),
    ("tracks", {"color": "rgb(1, 20, 255)"}, "color", "#0114ff", ""),
    ("tracks", {"color": None}, "color", "#4f46e5", ""),
    ("tracks", {"color": "mauve-ish"}, "color", "#4f46e5", "color 'mauve-ish' was not a colour and is left out"),
    ("tracks", {"color": [1]}, "color", "#4f46e5", "color 'list' was not a colour and is left out"),
    ("tracks", {"name": "<b>Web</b>&nbsp;<i>1</i><br>x"}, "name", "Web 1 x", "name lost its HTML"),
    ("tracks", {"name": "R&amp;D \n now "}, "name", "R&D now", ""),
    ("tracks", {"name": "AI & <3"}, "name", "AI & <3", ""),
    ("tracks", {"name": "n" * 201}, "name", "n" * 199 + "…", "name was cut to 200 characters"),
    ("tracks", {"name": "a\x00b\ud800c\u202e"}, "name", "abc", "name lost its control characters"),
    ("tracks", {"name": "Cafe\u0301"}, "name", "Café", ""),
    ("tracks", {"description": "<p>a</p><script>b</script>"}, "description", "<p>a</p>", "description lost its script"),
    ("tracks", {"description": "<p>a</p><p> </p><h1>b</h1>"}, "description", "<p>a</p><h3>b</h3>", ""),
    ("tracks", {"description": "<div>a</div><div>b</div>"}, "description", "<p>a</p><p>b</p>", ""),
    ("tracks", {"description": "<p></p>"}, "description", "", ""),
    ("tracks", {"description": "a\x07b"}, "description", "ab", "description lost its control characters"),
    ("tracks", {"description": ["a"]}, "description", "", "description was not text and is left out"),
    ("tracks", {"description": "d" * 40_001}, "description", "d" * 40_000, "description was cut to 40000 characters"),
    (
        "tracks",
        {"description": "<blockquote>" * 101 + "deep"},
        "description",
        "deep",
        "description lost its markup, which nested too deep",
    ),
    ("microlocations", {"floor": "3"}, "floor", 3, ""),
    ("microlocations", {"floor": 3.0}, "floor", 3, ""),
    ("microlocations", {"floor": 1.5}, "floor", None, "floor was not a whole number and is left out"),
    ("microlocations", {"floor": "ground"}, "floor", None, "floor was not a number and is left out"),
    ("microlocations", {"floor": True}, "floor", None, "floor was not a number and is left out"),
    ("microlocations", {"floor": 1000}, "floor", None, "floor was not between -99 and 999 and is left out"),
    ("microlocations", {"capacity": "120"}, "capacity", 120, ""),
    ("microlocations", {"capacity": -1}, "capacity", None, "capacity was not between 0 and 1000000 and is left out"),
    ("microlocations", {"position": 4}, "position", 4, ""),
    ("microlocations", {"latitude": " 1.25 "}, "latitude", 1.25, ""),
    ("microlocations", {"latitude": 91}, "latitude", None, "latitude was not between -90 and 90 and is left out"),
    ("microlocations", {"room": "B12"}, "floor", None, "not kept: room"),
    ("speakers", {"country": "USA"}, "country", "US", ""),
    ("speakers", {"country": "the netherlands"}, "country", "NL", ""),
    ("speakers", {"country": "de"}, "country", "DE", ""),
    ("speakers", {"country": "Germany/Austria"}, "country", "DE", "country 'Germany/Austria' was read as DE"),
    ("speakers", {"country": "Europe"}, "country", None, "country 'Europe' was not a country and is left out"),
    ("speakers", {"country": {"a": 1}}, "country", None, "country 'dict' was not a country and is left out"),
    ("speakers", {"email": " mailto:a@b.example "}, "email", "a@b.example", ""),
    ("speakers", {"email": "nobody"}, "email", None, "email was not an e-mail address and is left out"),
    ("speakers", {"photo": "https://x.example/p"}, "photo_url", "https://x.example/p", ""),
    ("speakers", {"photo-url": "/images/p.jpg"}, "photo_url", None, "photo_url was not a web address and is left out"),
    ("speakers", {"photo-url": "p.jpg"}, "photo_url", None, "photo_url was not a web address and is left out"),
    ("speakers", {"website": "HTTPS://x.example"}, "links", ["https://x.example"], ""),
    *(
        ("speakers", {name: given}, "links", [link], f"{name} was completed to a web address")
        for name, given, link in (
            ("website", "www.x.example", "https://www.x.example"),
            ("website", "http:/x.example", "https://x.example"),
            ("website", "http//x.example/a", "https://x.example/a"),
            ("website", "//x.example", "https://x.example"),
            ("website", "x.example/a", "https://x.example/a"),
            ("website", "http://x.example/a b", "http://x.example/a%20b"),
            ("twitter", "@gull", "https://twitter.com/gull"),
            ("github", "gull", "https://github.com/gull"),
            ("linkedin", "gull", "https://www.linkedin.com/in/gull"),
            ("facebook", "gull", "https://www.facebook.com/gull"),
            ("twitter", "twitter.com/gull", "https://twitter.com/gull"),
        )
    ),
    *(
        ("speakers", {name: given}, "links", [], f"{name} was not a web address and is left out")
        for name, given in (
            ("website", "javascript:alert(1)"),
            ("website", "java\u200bscript:alert(1)"),
            ("website", "http://"),
            ("website", "http://[::1"),
            ("website", "https://x.example:99999/"),
            ("website", "https://x.example/" + "a" * 2_000),
            ("website", 5),
            ("twitter", "n/a"),
            ("twitter", "none"),
            ("twitter", "-"),
        )
    ),
    ("speakers", {"links": ["https://x.example", 3]}, "links", ["https://x.example"], "links lost what was not a web address"),
    ("speakers", {"github": "https://x.example", "website": "https://x.example"}, "links", ["https://x.example"], ""),
    ("speakers", {"organisation": 42}, "organisation", "42", ""),
    ("speakers", {"organisation": ["x"]}, "organisation", None, "organisation was not text and is left out"),
    ("sponsors", {"level": "2", "type": "Silver"}, "level", "Silver", "not kept: level 2"),
    ("sponsors", {"level": 2}, "level", "2", ""),
    ("sponsors", {"sponsor_type": "Silver"}, "level", "Silver", ""),
    ("sponsors", {"level": "Gold", "type": "Media"}, "level", "Gold", "not kept: type 'Media'"),
    ("sponsors", {"url": "ftp://x.example"}, "url", None, "url was not a web address and is left out"),
    ("sessions", {"state": "Pending"}, "state", "submitted", ""),
    ("sessions", {"state": "canceled"}, "state", "cancelled", ""),
    ("sessions", {"state": "published"}, "state", "accepted", ""),
    ("sessions", {"state": ""}, "state", "draft", "state is absent; it is a draft now"),
    ("sessions", {"state": "lost"}, "state", "draft", "state 'lost' was not a state; it is a draft now"),
    ("sessions", {"state": 4}, "state", "draft", "state '4' was not a state; it is a draft now"),
    ("sessions", {"title": "t" * 301}, "title", "t" * 299 + "…", "title was cut to 300 characters"),
    ("sessions", {"language": "l" * 36}, "language", "l" * 34 + "…", "language was cut to 35 characters"),
    ("sessions", {"comments": "<p>Louder</p>"}, "subtitle", None, "not kept: comments"),
    ("sessions", {"comments": "<p></p>"}, "subtitle", None, ""),
    ("sessions", {"audio": "https://x.example/a", "signup_url": "x"}, "subtitle", None, "not kept: audio, signup_url"),
    ("sessions", {"track": {"id": None, "name": None}}, "track_id", None, ""),
    ("sessions", {"track": {"id": 99}}, "track_id", None, "track '99' is not in the archive and is left out"),
    ("sessions", {"track_id": "99"}, "track_id", None, "track '99' is not in the archive and is left out"),
    ("sessions", {"track": [[1]]}, "track_id", None, "track 'list' is not in the archive and is left out"),
    (
        "sessions",
        {"microlocation": {"id": 99}},
        "microlocation_id",
        None,
        "microlocation '99' is not in the archive and is left out",
    ),
    ("sessions", {"speakers": [{"id": 99}]}, "speaker_ids", [], "speaker '99' is not in the archive and is left out"),
    ("sessions", {"speakers": 7}, "speaker_ids", [], "speaker '7' is not in the archive and is left out"),
    ("sessions", {"speakers": [None, "", {}]}, "speaker_ids", [], ""),
    (
        "sessions",
        {"speaker-ids": list(range(7))},
        "speaker_ids",
        [],
        "speaker '0', '1', '2', '3', '4' and 2 more is not in the archive and is left out",
    ),
]


@pytest.mark.parametrize(("kind", "changes", "field", "expected", "reason"), MENDS)
def test_read_archive_odd_value_is_mended(
    kind: str, changes: dict[str, Any], field: str, expected: object, reason: str
) -> None:
    plain = session() if kind == "sessions" else {"id": 5, "name": "Gull"}
    fields, line = read_one(kind, plain | changes)
    assert fields[field] == expected
    assert line == Line(kind, "5", "mended" if reason else "taken", reason)


NINE, TEN = "2024-09-20T00:00:00Z", "2024-09-20T01:00:00Z"
BACKWARDS = "did not end after its start; its times were removed"


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "expected", "reason"),
    [
        ("2024-09-20T09:00:00+09:00", "2024-09-20T01:00:00Z", (NINE, TEN), ""),
        ("2024-09-20 09:00:00.250+0900", "2024-09-20T01:00Z", (NINE, TEN), ""),
        (
            "2024-09-20T09:00:00",
            "2024-09-20T10:00:00",
            (NINE, TEN),
            "starts_at had no offset and was read as 09:00, Asia/Tokyo time; "
            "ends_at had no offset and was read as 10:00, Asia/Tokyo time",
        ),
        (
            "2024-09-20",
            "2024-09-20T10:00:00+09:00",
            ("2024-09-19T15:00:00Z", TEN),
            "starts_at had no time of day and was read as 00:00, Asia/Tokyo time",
        ),
        (TEN, NINE, (None, None), BACKWARDS),
        (NINE, NINE, (None, None), BACKWARDS),
        (NINE, "", (None, None), "had no usable end; its times were removed"),
        (None, TEN, (None, None), "had no usable start; its times were removed"),
        (None, None, (None, None), ""),
        (
            "soon",
            TEN,
            (None, None),
            "starts_at was not a date and time and is left out; had no usable start; its times were removed",
        ),
        (
            1726790400,
            ["x"],
            (None, None),
            "starts_at was not a date and time and is left out; ends_at was not a date and time and is left out",
        ),
    ],
)
def test_read_archive_session_times_are_both_or_none(
    starts_at: object, ends_at: object, expected: tuple[str | None, str | None], reason: str
) -> None:
    fields, line = read_one("sessions", session(**{"starts-at": starts_at, "ends-at": ends_at}))
    assert (fields["starts_at"], fields["ends_at"]) == expected
    assert line == Line("sessions", "5", "mended" if reason else "taken", reason)


def test_read_archive_several_mends_are_one_reason() -> None:
    _, line = read_one("speakers", {"name": "Gull", "country": "Atlantis", "email": "x"})
    assert line == Line(
        "speakers",
        "#1",
        "mended",
        "had no id; it is #1 in this report; email was not an e-mail address and is left out; "
        "country 'Atlantis' was not a country and is left out",
    )


# ------------------------------------------------------------------------------------------------- mends of the event


@pytest.mark.parametrize(
    ("changes", "field", "expected", "reason"),
    [
        ({"state": "Published"}, "state", "draft", ""),
        (
            {"timezone": "Moon/Base"},
            "timezone",
            "UTC",
            "timezone 'Moon/Base' is unknown; times without an offset were read as UTC",
        ),
        ({"timezone": None}, "timezone", "UTC", "timezone is absent; times without an offset were read as UTC"),
        ({"currency": "CHF"}, "currency", "CHF", ""),
        ({"currency": "shells"}, "currency", "EUR", "currency 'shells' is unknown; it is EUR now"),
        ({"starts-at": None, "start_time": "2024-09-20T09:00:00Z"}, "starts_at", "2024-09-20T09:00:00Z", ""),
        (
            {"ends-at": "2024-09-20T18:00:00"},
            "ends_at",
            "2024-09-20T09:00:00Z",
            "ends_at had no offset and was read as 18:00, Asia/Tokyo time",
        ),
        (
            {"ends-at": "2024-09-19T18:00:00Z"},
            "ends_at",
            "2024-09-20T09:00:00Z",
            "ended before its start; had no usable end; it is that of the last session, or the start",
        ),
        ({"event-url": "www.x.example"}, "website_url", "https://www.x.example", "website_url was completed to a web address"),
        ({"logo-url": ""}, "logo_url", None, ""),
        ({"code-of-conduct": "<p>Be kind</p>", "social-links": []}, "slug", None, "not kept: code_of_conduct"),
    ],
)
def test_read_archive_odd_event_is_mended(changes: dict[str, Any], field: str, expected: object, reason: str) -> None:
    programme = read(changes)
    assert programme.event[field] == expected
    assert programme.report == [Line("events", "1", "mended" if reason else "taken", reason)]


def test_read_archive_event_without_times_has_those_of_its_sessions() -> None:
    sessions = [
        session(id=1, start_time="2024-09-21T09:00:00Z", end_time="2024-09-21T11:00:00Z"),
        session(id=2, start_time="2024-09-20T09:00:00Z", end_time="2024-09-20T10:00:00Z"),
        session(id=3),
    ]
    programme = read({"starts-at": None, "ends-at": None}, sessions=sessions)
    assert (programme.event["starts_at"], programme.event["ends_at"]) == ("2024-09-20T09:00:00Z", "2024-09-21T11:00:00Z")
    assert programme.report[0].reason == (
        "had no usable start; it is that of the first session; "
        "had no usable end; it is that of the last session, or the start"
    )


def test_read_archive_venue_of_our_own_export_is_kept_whole() -> None:
    venue = {"name": "Hall", "street": "Quay 4", "city": "Porto", "postcode": "1", "country": "PT", "latitude": 41.1}
    found = read({"venue": venue}).event["venue"]
    assert found == venue | {"region": None, "longitude": None}


# ------------------------------------------------------------------------------------------ records and references


@pytest.mark.parametrize("kind", NAMES[1:])
@pytest.mark.parametrize(
    ("record", "source_id", "reason"),
    [
        (None, "#1", "is not a JSON object"),
        (["x"], "#1", "is not a JSON object"),
        ("x", "#1", "is not a JSON object"),
        ({}, "#1", "has no usable NAME"),
        ({"id": 8, "name": None, "title": " "}, "8", "has no usable NAME"),
        ({"id": 8, "name": 7, "title": 7}, "8", "has no usable NAME"),
        ({"id": 8, "name": ["x"], "title": {"x": 1}}, "8", "has no usable NAME"),
        ({"id": 8, "name": "<p></p>", "title": "<img>"}, "8", "has no usable NAME"),
        ({"id": 8, "name": "x", "title": "x", "deleted-at": "2024-01-01T00:00:00Z"}, "8", "deleted at source"),
    ],
)
def test_read_archive_bad_record_is_refused_alone(kind: str, record: object, source_id: str, reason: str) -> None:
    programme = read(**{kind: [record, {"id": 9, "name": "Good", "title": "Good", "state": "draft"}]})
    reason = reason.replace("NAME", "title" if kind == "sessions" else "name")
    assert programme.report[1:] == [Line(kind, source_id, "refused", reason), Line(kind, "9", "taken", "")]
    assert [resource[:2] for resource in programme.resources] == [(kind, "9")]


@pytest.mark.parametrize("kind", NAMES[1:])
def test_read_archive_second_record_of_an_id_is_refused(kind: str) -> None:
    first, second = ({"id": id_, "name": "Twin", "title": "Twin", "state": "draft"} for id_ in (4, "4"))
    assert read(**{kind: [first, second]}).report[1:] == [
        Line(kind, "4", "taken", ""),
        Line(kind, "4", "refused", "has the id of an earlier record"),
    ]


def test_read_archive_id_of_a_refused_record_is_free() -> None:
    programme = read(tracks=[{"id": 4}, {"id": 4, "name": "Second try"}])
    assert [line.outcome for line in programme.report[1:]] == ["refused", "taken"]


@pytest.mark.parametrize("reference", [{"id": 3}, {"id": "3"}, 3, "3", 3.0, {"name": "gull"}])
def test_read_archive_reference_in_any_form_is_resolved(reference: object) -> None:
    known = [{"id": 3, "name": "Gull"}]
    programme = read(
        tracks=known,
        microlocations=known,
        speakers=known,
        sessions=[session(track=reference, microlocation=reference, speakers=[reference, reference])],
    )
    found = programme.resources[-1].fields
    assert (found["track_id"], found["microlocation_id"], found["speaker_ids"]) == ("3", "3", ["3"])
    assert programme.report[-1] == Line("sessions", "5", "taken", "")


def test_read_archive_speaker_only_embedded_is_taken_once_with_a_mend() -> None:
    embedded = {"id": 77, "name": "Stowaway", "short-biography": "<p>Hi</p>", "country": "Fiji"}
    nameless = {"name": "No Number"}
    programme = read(
        speakers=[{"id": 3, "name": "Gull"}],
        sessions=[
            session(id=1, speakers=[embedded, {"id": 3}, nameless]),
            session(id=2, speakers=[{"id": 77, "name": "Stowaway"}, nameless]),
        ],
    )
    speakers = [resource for resource in programme.resources if resource.kind is Kind.SPEAKERS]
    assert [(found.source_id, found.fields["name"]) for found in speakers] == [
        ("3", "Gull"),
        ("77", "Stowaway"),
        ("name:No Number", "No Number"),
    ]
    assert (speakers[1].fields["short_biography"], speakers[1].fields["country"]) == ("<p>Hi</p>", "FJ")
    assert [resource.fields["speaker_ids"] for resource in programme.resources[-2:]] == [
        ["77", "3", "name:No Number"],
        ["77", "name:No Number"],
    ]
    assert programme.report[1:] == [
        Line("speakers", "3", "taken", ""),
        Line("speakers", "77", "mended", "only listed with session 1"),
        Line("speakers", "name:No Number", "mended", "only listed with session 1"),
        Line("sessions", "1", "taken", ""),
        Line("sessions", "2", "taken", ""),
    ]


def test_read_archive_speaker_deleted_at_source_does_not_come_back_with_a_session() -> None:
    programme = read(
        speakers=[{"id": 3, "name": "Gone", "deleted-at": "2024-01-01"}],
        sessions=[session(speakers=[{"id": 3, "name": "Gone"}])],
    )
    assert [resource.kind for resource in programme.resources] == [Kind.SESSIONS]
    assert programme.report[-1].reason == "speaker '3' is not in the archive and is left out"


def test_read_archive_more_than_50_speakers_are_cut() -> None:
    speakers = [{"id": n, "name": f"Gull {n}"} for n in range(60)]
    programme = read(speakers=speakers, sessions=[session(speakers=speakers)])
    assert programme.resources[-1].fields["speaker_ids"] == [str(n) for n in range(50)]
    assert programme.report[-1].reason == "had 60 speakers; the first 50 are kept"


def test_read_archive_hostile_html_is_harmless_everywhere() -> None:
    hostile = "<img src=x onerror=alert(1)><a href='java&#x200b;script:alert(1)'>x</a><b onclick=y>z</b>"
    fields, _ = read_one("sessions", session(title=hostile, **{"short-abstract": hostile}))
    assert fields["title"] == "xz"
    assert fields["short_abstract"] == '<a rel="noopener noreferrer nofollow">x</a><b>z</b>'


# ------------------------------------------------------------------------------------------------------------- fuzz

KEYS = st.sampled_from(
    "id name title state track microlocation speakers starts-at start_time ends-at end_time timezone color country "
    "floor latitude website twitter links venue session-type deleted-at short-abstract photo level type".split()
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(), max_size=40),
    st.sampled_from(["2024-09-20T09:00:00", "9999-12-31T23:59:59-12:00", "www.", "<b>", "&#0;", "http:/", "accepted", "1"]),
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=4), inner, max_size=8)
)
RECORDS = st.lists(st.dictionaries(KEYS, JSON, max_size=12) | JSON, max_size=5)
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, JSON)))
def test_read_archive_arbitrary_json_raises_only_domain_errors(files: Files) -> None:
    try:
        assert_valid(read_archive(zipped(files)))
    except MarqueeError:
        pass


@quick
@given(st.dictionaries(KEYS, JSON, max_size=12), st.fixed_dictionaries(dict.fromkeys(NAMES[1:], RECORDS)))
def test_read_archive_arbitrary_records_never_spoil_the_event(changes: dict[str, Any], lists: Files) -> None:
    fixed = {"name": "Sure", "starts-at": NINE, "ends-at": TEN, "timezone": "Asia/Tokyo"}
    programme = read_archive(zipped({"event": changes | fixed, **lists}))
    assert_valid(programme)
    listed = sum(len(records) for records in lists.values())
    adopted = sum("only listed with session" in line.reason for line in programme.report)
    assert len(programme.report) == 1 + listed + adopted
    assert len(programme.resources) == sum(line.outcome != "refused" for line in programme.report[1:])


@quick
@given(st.data())
def test_read_archive_damaged_bytes_raise_only_domain_errors(data: st.DataObject) -> None:
    archive = bytearray(zipped({"event": event(), "tracks": [{"id": 1, "name": "x"}]}))
    for _ in range(data.draw(st.integers(1, 4))):
        archive[data.draw(st.integers(0, len(archive) - 1))] = data.draw(st.integers(0, 255))
    try:
        read_archive(bytes(archive))
    except MarqueeError:
        pass


# -------------------------------------------------------------------------------------------------- real conferences


def real(conference: str) -> Programme:
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


def test_resource_is_a_plain_tuple() -> None:
    """Callers unpack it."""
    kind, source_id, fields = Resource(Kind.TRACKS, "1", {})
    assert (kind, source_id, fields) == ("tracks", "1", {})
