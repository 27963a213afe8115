"""Uploads the files of the website (web/dist) to their bucket, with their cache lifetimes, and names their release.

The bucket has every file twice: under its own name, and below the release's name, which pages link to and browsers
cache for ever. The files of the release before stay for one more release, because open pages still load them. Called
by the deployment steps; the local runner serves the same paths.
"""

import hashlib
import json
import mimetypes
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from infra.settings import Unusable

MANIFEST = ".releases.json"
RELEASE = re.compile(r"r-[0-9a-f]{12}/")
"""The beginning of the path of a file that belongs to one release."""
FOR_EVER = "public, max-age=31536000, immutable"
ASK_ALWAYS = "public, max-age=0, s-maxage=86400, must-revalidate"
"""Browsers revalidate each time. The CDN keeps a file for a day; an upload invalidates what changed."""
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}


def folder_of(project: Path) -> Path:
    """Returns the folder of a project's website: what `make web` built, or, in a stored release from before there was a
    build, its files as they were. Raises Unusable when it was not built, or its build was interrupted: NOTICE.txt is
    the last file that the build writes.
    """
    built, before = project / "web" / "dist", project / "web" / "public"
    if (built / "NOTICE.txt").is_file():
        return built
    if (before / "js").is_dir():
        return before
    raise Unusable("The website is not built. Build it first: make web")


def release(folder: Path) -> str:
    """Returns the release's name, made from a digest of the files: equal files give an equal name."""
    digest = hashlib.sha256()
    for name, file in _files(folder).items():
        digest.update(f"{name}\0{file.stat().st_size}\0".encode() + file.read_bytes())
    return f"r-{digest.hexdigest()[:12]}"


def _files(folder: Path) -> dict[str, Path]:
    return {file.relative_to(folder).as_posix(): file for file in sorted(folder.rglob("*")) if file.is_file()}


def cache_control(name: str) -> str:
    """Returns the Cache-Control header of a file."""
    return FOR_EVER if RELEASE.match(name) else ASK_ALWAYS


def content_type(name: str) -> str:
    """Returns the Content-Type header of a file, from its suffix."""
    return _TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"


def upload(client: Any, bucket: str, folder: Path, *, tell: Callable[[list[str]], None]) -> list[str]:
    """Uploads new and changed files and calls `tell` with the paths that caches must fetch again. Returns the names
    sent.

    Removes nothing: `prune` does that once the release works. The manifest is written last, so that a run that was
    killed is repeated.
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
    """Records that these files are live. Removes and returns the files of older releases than this and the
    one before.
    """
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
    """Returns the digest of each file of this release, by its names in the bucket."""
    plain = {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in _files(folder).items()}
    return {f"{release(folder)}/{name}": digest for name, digest in plain.items()} | plain


def _put(client: Any, bucket: str, name: str, body: bytes) -> None:
    client.put_object(
        Bucket=bucket, Key=name, Body=body, ContentType=content_type(name), CacheControl=cache_control(name)
    )


def invalidate(client: Any, distribution: str, paths: list[str]) -> None:
    """Makes CloudFront fetch these paths again. Each call has a new reference: CloudFront ignores one that
    it has seen.
    """
    batch = {"Paths": {"Quantity": len(paths), "Items": paths}, "CallerReference": str(uuid4())}
    client.create_invalidation(DistributionId=distribution, InvalidationBatch=batch)


def _manifest(client: Any, bucket: str) -> tuple[dict[str, str], list[str], list[str]]:
    """Returns the digests of the files in the bucket, the names of the live release, and those of the
    release before.
    """
    try:
        body = client.get_object(Bucket=bucket, Key=MANIFEST)["Body"].read()
    except client.exceptions.NoSuchKey:
        return {}, [], []
    known = json.loads(body)
    return known["there"], known["live"], known["before"]


def _write(client: Any, bucket: str, there: dict[str, str], live: list[str], before: list[str]) -> None:
    body = json.dumps({"there": there, "live": live, "before": before}).encode()
    client.put_object(Bucket=bucket, Key=MANIFEST, Body=body)
