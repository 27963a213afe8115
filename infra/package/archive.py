"""Writes and reads reproducible zip files. Called by infra/package/build.py; knows nothing of Python or AWS.

Names are sorted, times and modes fixed. Only the compressor may still differ: zlib and zlib-ng (in some builds of
Python) compress the same bytes differently. So there is also a digest of the contents, which is the same everywhere.
"""

import hashlib
import io
import os
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

_LEVEL = 9
_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_MODE = 0o100644 << 16


def packed(files: Mapping[str, bytes], *, comment: str) -> bytes:
    """Returns a zip of the files, which are given as name -> content."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.comment = comment.encode()
        for name in sorted(files):
            archive.writestr(_entry(name), files[name], zipfile.ZIP_DEFLATED, _LEVEL)
    return buffer.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _TIME)
    entry.create_system = _UNIX
    entry.external_attr = _MODE
    return entry


def write(path: Path, content: bytes) -> None:
    """Writes a file atomically: if the process dies, the whole file is there or none of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def is_whole(path: Path, *, comment: str) -> bool:
    """Returns whether there is a zip with this comment in which every file can be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.comment == comment.encode() and archive.testzip() is None
    except (OSError, zipfile.BadZipFile):
        return False


def digest(path: Path) -> str:
    """Returns the SHA-256 of names and contents, which does not depend on the compressor."""
    total = hashlib.sha256()
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            content = archive.read(name)
            total.update(f"{name}\0{len(content)}\0".encode() + content)
    return total.hexdigest()


def sizes(path: Path, *, prefix: str = "") -> Counter[str]:
    """Returns compressed bytes by package: the first part of the name after the prefix."""
    found: Counter[str] = Counter()
    for entry in _entries(path):
        found[_package(entry.filename.removeprefix(prefix))] += entry.compress_size
    return found


def _package(name: str) -> str:
    parts = [part for part in name.split("/") if part != "__pycache__"]
    return parts[0] if len(parts) > 1 else parts[0].partition(".")[0]


def unpacked_size(path: Path) -> int:
    """Returns the bytes of all files after unpacking."""
    return sum(entry.file_size for entry in _entries(path))


def _entries(path: Path) -> Iterator[zipfile.ZipInfo]:
    with zipfile.ZipFile(path) as archive:
        yield from archive.infolist()
