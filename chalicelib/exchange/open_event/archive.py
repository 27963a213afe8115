"""Opens an Open Event archive: zip bytes in, one JSON value per file out. Called by exchange/open_event/reader.py.

Has every limit against hostile archives, and finds the files by name. Knows nothing of what the records mean.
"""

import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import NamedTuple

from chalicelib.core.errors import BodyTooLarge, InvalidInput, MalformedRequest, Violation

LISTS = ("tracks", "microlocations", "speakers", "sponsors", "sessions")
MAX_BYTES = 16 * 1024 * 1024
"""Bytes of all files together, uncompressed: ten times the largest conference that we know. Bounds the time that
reading the texts may take.
"""
MAX_FILES = 100
MAX_RATIO = 200
"""Largest ratio of uncompressed to compressed bytes. JSON of conferences stays under 30."""
MAX_RECORDS = 10_000
"""Records in one list."""
MAX_VALUES = 1_000_000
"""Opening brackets and commas of one file. Bounds the memory that reading it may take."""
_HARMLESS = 1024 * 1024  # below this many bytes no ratio is a danger
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)


class Contents(NamedTuple):
    """The content of an archive: the event, the records of each of LISTS (none where the file is absent), and the names
    of other JSON files with content, which are not read.
    """

    event: dict[str, object]
    lists: dict[str, list[object]]
    others: list[str]


def open_archive(archive: bytes) -> Contents:
    """Returns the JSON values of an archive.

    Raises MalformedRequest (BodyTooLarge for sizes) when the bytes cannot be read, InvalidInput when the event is
    absent or a file has the wrong type.
    """
    if archive.lstrip()[:1] in (b"{", b"["):
        raise MalformedRequest("This is JSON and not a zip file. Zip the files event.json, sessions.json and so on.")
    with _readable(), zipfile.ZipFile(BytesIO(archive)) as opened:
        entries = [entry for entry in opened.infolist() if not entry.filename.endswith("/")]
        _check_sizes(entries, len(archive))
        files = _find(entries)
        contents = {name: _read(opened, entry) for name, entry in files.items()}
        beside = [entry for entry in entries if entry not in files.values() and _is_beside(entry, files["event"])]
        others = [_path(entry).rpartition("/")[2] for entry in beside if _holds_json(opened, entry)]
    values = {name: _parse(name, content) for name, content in contents.items()}
    return Contents(_event(values["event"]), {name: _list(name, values.get(name, [])) for name in LISTS}, others)


@contextmanager
def _readable() -> Iterator[None]:
    """Turns every error of zipfile about damaged bytes into MalformedRequest."""
    try:
        yield
    except _UNREADABLE:
        raise MalformedRequest("The archive is not a zip file, or it is damaged.") from None


def _check_sizes(entries: list[zipfile.ZipInfo], compressed: int) -> None:
    if len(entries) > MAX_FILES:
        raise BodyTooLarge(f"The archive holds more than {MAX_FILES} files.")
    total = sum(entry.file_size for entry in entries)
    if total > MAX_BYTES:
        largest = max(entries, key=lambda entry: entry.file_size)
        raise BodyTooLarge(
            f"The archive holds more than {MAX_BYTES // 1024 // 1024} MB uncompressed, "
            f"{_path(largest)[-100:]} alone {largest.file_size / 1024 / 1024:.1f} MB."
        )
    if total > _HARMLESS and total > MAX_RATIO * compressed:
        raise BodyTooLarge(f"The archive is compressed more than {MAX_RATIO} to 1, as no programme is.")


def _find(entries: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """Returns the known files of the folder that has the event: the top, or else the only folder with one. Raises
    InvalidInput, MalformedRequest.
    """
    folders: dict[str, dict[str, zipfile.ZipInfo]] = {}
    for entry in entries:
        folder, _, name = _path(entry).rpartition("/")
        name = name.lower().removesuffix(".json")
        if name not in ("event", *LISTS) or "/" in folder or folder == "__MACOSX":
            continue
        if name in folders.setdefault(folder, {}):
            raise MalformedRequest(f"The archive holds the file {name} twice.")
        folders[folder][name] = entry
    candidates = sorted(folder for folder, files in folders.items() if "event" in files)
    if not candidates:
        raise InvalidInput([Violation("/event", f"is missing: {_instead(entries)}")])
    if candidates[0] and len(candidates) > 1:
        raise MalformedRequest("The archive holds more than one event.")
    return folders[candidates[0]]


def _path(entry: zipfile.ZipInfo) -> str:
    return entry.filename.replace("\\", "/").strip("/")


def _is_beside(entry: zipfile.ZipInfo, other: zipfile.ZipInfo) -> bool:
    """Whether both are in the same folder."""
    return _path(entry).rpartition("/")[0] == _path(other).rpartition("/")[0]


def _holds_json(opened: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    """Whether a file looks like JSON with content."""
    if entry.flag_bits & _ENCRYPTED or entry.compress_type not in _METHODS:
        return False
    content = opened.read(entry).strip(b"\xef\xbb\xbf \t\r\n")
    return content[:1] in (b"{", b"[") and len(content) > 2


def _instead(entries: list[zipfile.ZipInfo]) -> str:
    """Says what an archive without an event has instead."""
    paths = [entry.filename for entry in entries if not entry.filename.startswith("__MACOSX/")]
    deep = [path for path in paths if re.fullmatch(r".*/event(\.json)?", path, re.IGNORECASE)]
    expected = "the archive has no file event or event.json"
    if deep:
        return f"{expected} at its top or in its only folder, but {deep[0][:100]}; zip the files of that folder"
    names = ", ".join(path[:40] for path in paths[:5]) or "no file at all"
    return f"{expected}, but {names}"


def _read(opened: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Returns the bytes of one file; zipfile never gives more than the size that was checked."""
    if entry.flag_bits & _ENCRYPTED:
        raise MalformedRequest("The archive is encrypted. Send it without a password.")
    if entry.compress_type not in _METHODS:
        raise MalformedRequest("The archive uses a compression other than deflate.")
    return opened.read(entry)


def _parse(name: str, content: bytes) -> object:
    if sum(content.count(mark) for mark in (b"{", b"[", b",")) > MAX_VALUES:
        raise BodyTooLarge(f"The file {name} holds more than {MAX_VALUES} values.")
    try:
        value: object = json.loads(content, parse_constant=lambda _: None, object_pairs_hook=_each_once)
    except json.JSONDecodeError as problem:
        place = f"line {problem.lineno}, column {problem.colno}"
        raise MalformedRequest(f"The file {name} is not JSON: {problem.msg} at {place}.") from None
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        place = f"byte {problem.start + 1}, in line {line}"
        raise MalformedRequest(f"The file {name} is not UTF-8: see {place}.") from None
    except (ValueError, RecursionError):
        raise MalformedRequest(f"The file {name} nests too deep or holds a number that is too long.") from None
    return value


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Makes an object. When a name is in it twice with two values, the last one counts, and the first gets a name of
    its own, so that the report lists it.
    """
    value = dict(pairs)
    if len(value) != len(pairs):
        for name, given in pairs:
            if value[name] != given:
                value.setdefault(f"{name} (given twice)", given)
    return value


def json_type(value: object) -> str:
    """Names the type of a value in the words of JSON."""
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    names: dict[type, str] = {dict: "an object", list: "an array", str: "a text"}
    return names.get(type(value), "a number")


def _event(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise InvalidInput([Violation("/event", f"must be a JSON object and is {json_type(value)}")])
    return value


def _list(name: str, value: object) -> list[object]:
    if not isinstance(value, list):
        raise InvalidInput([Violation(f"/{name}", f"must be a JSON array and is {json_type(value)}")])
    if len(value) > MAX_RECORDS:
        much = f"must not hold more than {MAX_RECORDS} records and holds {len(value)}"
        raise InvalidInput([Violation(f"/{name}", much)])
    return value
