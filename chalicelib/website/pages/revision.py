"""Identifies the release's page templates. Light: the read path imports this."""

import hashlib
from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent


@cache
def revision() -> str:
    """Returns a digest of everything that shapes a page, so that a release never serves another one's bytes."""
    digest = hashlib.sha256()
    for file in sorted([*_HERE.glob("*.py"), *_HERE.glob("*.json"), *_HERE.glob("templates/*.j2")]):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:10]
