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


def upload(client: Any, bucket: str, folder: Path, *, tell: Callable[[list[str], str], None]) -> list[str]:
    """Send what is new or changed, `tell` of the paths that caches must ask for again (with a word that is the same for
    the same release), then remove what neither this release nor the one before has. Returns the names sent.

    The manifest is written last: a run that was killed is done again as a whole.
    """
    plain = _files(folder)
    files = {f"{release(folder)}/{name}": file for name, file in plain.items()} | plain
    digests = {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in files.items()}
    current, before = _releases(client, bucket)
    if digests == current:
        return []
    sent = [name for name, digest in digests.items() if current.get(name) != digest]
    for name in sent:
        _put(client, bucket, name, files[name].read_bytes())
    removed = [name for name in before if name not in current and name not in digests]
    for name in removed:
        client.delete_object(Bucket=bucket, Key=name)
    stale = [f"/{name}" for name in (*sent, *removed) if not RELEASE.match(name)]
    if stale:
        tell(stale, hashlib.sha256(json.dumps(digests).encode()).hexdigest())
    client.put_object(Bucket=bucket, Key=MANIFEST, Body=json.dumps([digests, current]).encode())
    return sent


def _put(client: Any, bucket: str, name: str, body: bytes) -> None:
    client.put_object(
        Bucket=bucket, Key=name, Body=body, ContentType=content_type(name), CacheControl=cache_control(name)
    )


def invalidate(client: Any, distribution: str, paths: list[str], reference: str) -> None:
    """Make CloudFront ask for these paths again."""
    batch = {"Paths": {"Quantity": len(paths), "Items": paths}, "CallerReference": reference}
    client.create_invalidation(DistributionId=distribution, InvalidationBatch=batch)


def _releases(client: Any, bucket: str) -> list[dict[str, str]]:
    """The digests of the files of the last release and of the one before."""
    try:
        body = client.get_object(Bucket=bucket, Key=MANIFEST)["Body"].read()
    except client.exceptions.NoSuchKey:
        return [{}, {}]
    releases: list[dict[str, str]] = json.loads(body)
    return releases
