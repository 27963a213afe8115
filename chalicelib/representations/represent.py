"""Makes representations: the exact JSON bytes and the ETag of a resource, for staff and for the public.

They are made when data changes (content/services/edit_programme.py), never when it is read. The tags of lists are made
by the writes that change the lists (content/adapters/writes.py).
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
    """Returns the staff's representation, which has all fields."""
    return as_representation(msgspec.json.encode(resource))


def as_representation(body: bytes) -> Representation:
    """Returns the representation with these JSON bytes."""
    tag = hashlib.sha256(REVISION.to_bytes(4, "big") + body).hexdigest()[:32]
    return Representation(tag, body.decode())


class Written(NamedTuple):
    """A resource ready to be written: its event, kind and id, and its two representations."""

    event_id: str
    kind: Kind
    id: str
    representation: Representation
    public: Representation | None
