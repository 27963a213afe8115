"""Archives that the Open Event reader refuses: invalid zips, hostile archives, archives without a usable event."""

import json
import zipfile
from io import BytesIO

import pytest

from chalicelib.core.errors import BodyTooLarge, InvalidInput, MalformedRequest
from chalicelib.exchange.open_event import archive as open_event_archive
from chalicelib.exchange.open_event.reader import read_archive
from tests.unit.exchange.open_event_samples import Files, event, read, zipped

MISSING = "is missing: the archive has no file event or event.json"


def encrypted() -> bytes:
    """Returns a zip whose entries are marked as encrypted."""
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
        (json.dumps(event()).encode(), "This is JSON and not a zip file. Zip the files event.json"),
        (zipped({"event": b'{\n "name": }'}), "The file event is not JSON: Expecting value at line 2, column 10."),
        (zipped({"event": b"{"}), "The file event is not JSON: "),
        (zipped({"event": b""}), "The file event is not JSON: "),
        (zipped({"event": event(), "tracks": b"[1,"}), "The file tracks is not JSON: "),
        (zipped({"event": b'{"name": "\xff"}'}), "The file event is not UTF-8: see byte 11, in line 1."),
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


def test_read_archive_more_than_16_mb_is_refused_by_the_name_of_its_largest_file() -> None:
    lists = {"tracks": [{"id": 1, "name": "x" * 6_000_000}], "sessions": [{"id": 1, "title": "y" * 11_000_000}]}
    with pytest.raises(BodyTooLarge) as refusal:
        read_archive(zipped({"event": event(), **lists}, folder="summit/"))
    largest = "summit/sessions.json alone 10.5 MB"
    assert refusal.value.detail == f"The archive holds more than 16 MB uncompressed, {largest}."


def test_read_archive_too_many_values_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_event_archive, "MAX_VALUES", 50)
    with pytest.raises(BodyTooLarge, match="more than 50 values"):
        read(sessions=[{}] * 40)


def test_read_archive_too_many_records_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_event_archive, "MAX_RECORDS", 3)
    with pytest.raises(InvalidInput) as refusal:
        read(tracks=[{}] * 4)
    assert refusal.value.violations == [("/tracks", "must not hold more than 3 records and holds 4")]


@pytest.mark.parametrize(
    ("files", "violations"),
    [
        ({"tracks": []}, [("/event", f"{MISSING}, but tracks.json")]),
        ({}, [("/event", f"{MISSING}, but no file at all")]),
        ({"__MACOSX/event": event()}, [("/event", f"{MISSING}, but no file at all")]),
        (
            {"a/b/event": event()},
            [
                (
                    "/event",
                    f"{MISSING} at its top or in its only folder, but a/b/event.json; zip the files of that folder",
                )
            ],
        ),
        ({"event": [event()]}, [("/event", "must be a JSON object and is an array")]),
        ({"event": None}, [("/event", "must be a JSON object and is null")]),
        ({"event": event(), "speakers": {}}, [("/speakers", "must be a JSON array and is an object")]),
        ({"event": event(), "sessions": None}, [("/sessions", "must be a JSON array and is null")]),
        ({"event": event(name=" ")}, [("/event/name", "must be a text that can be read")]),
        ({"event": event(name=7)}, [("/event/name", "must be a text that can be read")]),
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
