"""The files of web/public: their release, and their upload to the website bucket, each with its cache lifetime.

Every file is there twice: by its own name, and below the release, which pages name and browsers keep for ever. What the
release before had is kept for one more, since pages that are open somewhere still ask for it. The local runner serves
the same paths.
"""

import hashlib
import json
import mimetypes
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

MANIFEST = ".releases.json"
RELEASE = re.compile(r"r-[0-9a-f]{12}/")
"""What the path of a file of one release begins with."""
FOR_EVER = "public, max-age=31536000, immutable"
ASK_ALWAYS = "public, max-age=0, s-maxage=86400, must-revalidate"
"""Browsers ask each time; the CDN is told when something changes."""
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}


def release(folder: Path) -> str:
    """The name of the release that these files are: the same for the same files."""
    digest = hashlib.sha256()
    for name, file in _files(folder).items():
        digest.update(f"{name}\0{file.stat().st_size}\0".encode() + file.read_bytes())
    return f"r-{digest.hexdigest()[:12]}"


def _files(folder: Path) -> dict[str, Path]:
    return {file.relative_to(folder).as_posix(): file for file in sorted(folder.rglob("*")) if file.is_file()}


def cache_control(name: str) -> str:
    """How long a file may be kept without asking."""
    return FOR_EVER if RELEASE.match(name) else ASK_ALWAYS


def content_type(name: str) -> str:
    """What a file is."""
    return _TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"


def upload(client: Any, bucket: str, folder: Path, *, tell: Callable[[list[str]], None]) -> list[str]:
    """Send what is new or changed and `tell` of the paths that caches must ask for again. Returns the names sent.

    Nothing is removed yet: `prune` does, once the release is known to work. The manifest is written last, so a run that
    was killed is done again.
    """
    digests = _digests(folder)
    there, live, before = _manifest(client, bucket)
    sent = [name for name, digest in digests.items() if there.get(name) != digest]
    for name in sent:
        _put(client, bucket, name, (folder / RELEASE.sub("", name)).read_bytes())
    stale = [f"/{name}" for name in sent if not RELEASE.match(name)]
    if stale:
        tell(stale)
    if sent:
        _write(client, bucket, there | digests, live, before)
    return sent


def prune(client: Any, bucket: str, folder: Path) -> list[str]:
    """Note that these files are live, and remove what neither they nor the release that was live before name."""
    names = sorted(_digests(folder))
    there, live, before = _manifest(client, bucket)
    if names != live:
        before, live = live, names
    removed = sorted(set(there) - set(live) - set(before))
    for name in removed:
        client.delete_object(Bucket=bucket, Key=name)
    _write(client, bucket, {name: digest for name, digest in there.items() if name not in removed}, live, before)
    return removed


def _digests(folder: Path) -> dict[str, str]:
    """Every name in the bucket that this release has, and its content's digest."""
    plain = {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in _files(folder).items()}
    return {f"{release(folder)}/{name}": digest for name, digest in plain.items()} | plain


def _put(client: Any, bucket: str, name: str, body: bytes) -> None:
    client.put_object(
        Bucket=bucket, Key=name, Body=body, ContentType=content_type(name), CacheControl=cache_control(name)
    )


def invalidate(client: Any, distribution: str, paths: list[str]) -> None:
    """Make CloudFront ask for these paths again. Each call is one of its own: CloudFront takes a reference once."""
    batch = {"Paths": {"Quantity": len(paths), "Items": paths}, "CallerReference": str(uuid4())}
    client.create_invalidation(DistributionId=distribution, InvalidationBatch=batch)


def _manifest(client: Any, bucket: str) -> tuple[dict[str, str], list[str], list[str]]:
    """Digests of what is there, names of the live release, names of the one that was live before."""
    try:
        body = client.get_object(Bucket=bucket, Key=MANIFEST)["Body"].read()
    except client.exceptions.NoSuchKey:
        return {}, [], []
    known = json.loads(body)
    return known["there"], known["live"], known["before"]


def _write(client: Any, bucket: str, there: dict[str, str], live: list[str], before: list[str]) -> None:
    body = json.dumps({"there": there, "live": live, "before": before}).encode()
    client.put_object(Bucket=bucket, Key=MANIFEST, Body=body)
