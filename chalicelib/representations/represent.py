"""Representations: the exact JSON bytes and the ETag of a resource, for staff and for everybody.

Made when data changes (content/services/edit_programme.py), never when it is read. The tags of lists are made by the
writes that change them (content/adapters/writes.py).
"""

import hashlib
from typing import NamedTuple

import msgspec

from chalicelib.core.kinds import REVISION, Kind


class Representation(NamedTuple):
    """JSON text and its opaque tag (without quotes)."""

    etag: str
    body: str


def represent(resource: msgspec.Struct) -> Representation:
    """The staff's representation: everything."""
    return as_representation(msgspec.json.encode(resource))


def as_representation(body: bytes) -> Representation:
    """The representation that these JSON bytes are."""
    tag = hashlib.sha256(REVISION.to_bytes(4, "big") + body).hexdigest()[:32]
    return Representation(tag, body.decode())


class Written(NamedTuple):
    """A resource ready to be written: where it belongs and its two representations."""

    event_id: str
    kind: Kind
    id: str
    representation: Representation
    public: Representation | None
