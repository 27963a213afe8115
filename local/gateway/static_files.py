"""Files of the web client, served as CloudFront serves them from S3: type, validator, cache lifetime, compression.

Used by `gateway` for every path outside /api/ that is a file in the built website (web/dist). Clients may cache a file
below the name of the release (infra/website.py) for a year.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from infra.website import RELEASE, release
from local.gateway.http_message import HttpAnswer, HttpRequest

COMPRESS_FROM = 1000
"""CloudFront compresses objects from 1,000 bytes on."""
COMPRESSED = re.compile(r"text/|application/(javascript|json|manifest\+json|xml|wasm)|image/svg|font/(ttf|otf)")
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".map": "application/json",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
    ".ico": "image/x-icon",
    ".avif": "image/avif",
    ".webp": "image/webp",
}


@dataclass(frozen=True, slots=True)
class _Kept:
    stamp: tuple[int, int]
    etag: str
    plain: bytes
    packed: bytes | None


class StaticFiles:
    """Serves files from one directory, never from outside of it. Keeps what it read until the file changes."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._release = f"static/{release(root)}/"
        self._kept: dict[Path, _Kept] = {}

    def find(self, path: str) -> Path | None:
        """Returns the file for a percent-encoded URL path, or None. `/static/x` and `/static/r-…/x` are `x`."""
        wanted = RELEASE.sub("", unquote(path).lstrip("/").removeprefix("static/"), count=1)
        last = wanted.rpartition("/")[2]
        if "." not in last or "\0" in wanted or last.startswith("."):
            return None
        try:
            file = (self._root / wanted).resolve()
            return file if file.is_relative_to(self._root) and file.is_file() else None
        except OSError:  # the file system does not allow this name
            return None

    def serve(self, file: Path, request: HttpRequest) -> HttpAnswer:
        """Returns 200, 304 when the client has this version, or 405."""
        if request.method not in ("GET", "HEAD"):
            return HttpAnswer(405, [("Allow", "GET, HEAD")])
        kept, kind = self._read(file), content_type(file)
        packed = kept.packed is not None and accepts_gzip(request)
        etag = f'W/"{kept.etag}"' if packed else f'"{kept.etag}"'
        is_of_release = request.path.lstrip("/").startswith(self._release)
        lifetime = "max-age=31536000, immutable" if is_of_release else "max-age=0, must-revalidate"
        headers = [("ETag", etag), ("Cache-Control", f"public, {lifetime}")]
        if kept.packed is not None:
            headers.append(("Vary", "Accept-Encoding"))
        if _knows(request.header("if-none-match"), kept.etag):
            return HttpAnswer(304, headers)
        headers += [("Content-Type", kind), ("X-Content-Type-Options", "nosniff")]
        if packed and kept.packed is not None:
            return HttpAnswer(200, [*headers, ("Content-Encoding", "gzip")], kept.packed)
        return HttpAnswer(200, headers, kept.plain)

    def _read(self, file: Path) -> _Kept:
        state = file.stat()
        stamp = (state.st_mtime_ns, state.st_size)
        kept = self._kept.get(file)
        if kept is None or kept.stamp != stamp:
            plain = file.read_bytes()
            worth_it = len(plain) >= COMPRESS_FROM and COMPRESSED.match(content_type(file))
            packed = gzip.compress(plain, 6, mtime=0) if worth_it else None
            kept = _Kept(stamp, hashlib.sha256(plain).hexdigest()[:32], plain, packed)
            self._kept[file] = kept
        return kept


def content_type(file: Path) -> str:
    """Returns the media type for the ending of the file's name."""
    return TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"


def accepts_gzip(request: HttpRequest) -> bool:
    """Returns whether Accept-Encoding names gzip (or `*`) with a weight above zero."""
    for part in request.header("accept-encoding").lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() in ("gzip", "*"):
            return not re.fullmatch(r"\s*q=0(\.0*)?\s*", weight)
    return False


def _knows(field: str, etag: str) -> bool:
    known = {part.strip().removeprefix("W/") for part in field.split(",")}
    return field.strip() == "*" or f'"{etag}"' in known
