"""Representations: the exact JSON bytes and the ETag of a resource, for staff and for everybody.

Made when data changes (content/services/edit_programme.py), never when it is read.
"""

import hashlib
from typing import Any, NamedTuple

import msgspec

from chalicelib.content.domain.event import Event, EventState
from chalicelib.content.domain.programme import PUBLIC_SESSION_STATES, STORED, Session, Speaker
from chalicelib.core.kinds import REVISION, Kind

_HIDDEN: dict[type[msgspec.Struct], tuple[str, ...]] = {Speaker: ("email", "user_id", "listed")}
"""Fields that only staff may see."""


class Representation(NamedTuple):
    """JSON text and its opaque tag (without quotes)."""

    etag: str
    body: str


def represent(resource: msgspec.Struct) -> Representation:
    """The staff's representation: everything."""
    return _tagged(msgspec.json.encode(resource))


def represent_public(resource: msgspec.Struct) -> Representation | None:
    """Everybody's representation, or None while the thing is not public."""
    if isinstance(resource, Event) and resource.state is not EventState.PUBLISHED:
        return None
    if isinstance(resource, Session) and resource.state not in PUBLIC_SESSION_STATES:
        return None
    if isinstance(resource, Speaker) and not resource.listed:
        return None
    hidden = _HIDDEN.get(type(resource))
    if not hidden:
        return represent(resource)
    shown: dict[str, Any] = {k: v for k, v in msgspec.to_builtins(resource).items() if k not in hidden}
    return _tagged(msgspec.json.encode(shown))


def revive(kind: Kind, body: str) -> Any:
    """The resource inside a stored representation. Fields that a newer release added are passed over."""
    struct: type[msgspec.Struct] = Event if kind is Kind.EVENTS else STORED[kind]
    return msgspec.json.decode(body, type=struct)


def _tagged(body: bytes) -> Representation:
    tag = hashlib.sha256(REVISION.to_bytes(4, "big") + body).hexdigest()[:32]
    return Representation(tag, body.decode())


class Written(NamedTuple):
    """A resource ready to be written: where it belongs and its two representations."""

    event_id: str
    kind: Kind
    id: str
    representation: Representation
    public: Representation | None


def written(event_id: str, kind: Kind, resource: Any) -> Written:
    """The representations of a resource, made now because it changes now."""
    return Written(event_id, kind, resource.id, represent(resource), represent_public(resource))
