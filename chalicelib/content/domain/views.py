"""The views of content: what everybody sees of an event and its parts, and what staff see. Pure."""

from typing import Any

import msgspec

from chalicelib.content.domain.event import Event, EventState
from chalicelib.content.domain.programme import PUBLIC_SESSION_STATES, STORED, Session, Speaker
from chalicelib.core.kinds import Kind
from chalicelib.representations.represent import Representation, Written, as_representation, represent

_HIDDEN: dict[type[msgspec.Struct], tuple[str, ...]] = {Speaker: ("email", "user_id", "listed")}
"""Fields that only staff may see."""


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
    return as_representation(msgspec.json.encode(shown))


def revive(kind: Kind, body: str) -> Any:
    """The resource inside a stored representation. Fields that a newer release added are passed over."""
    struct: type[msgspec.Struct] = Event if kind is Kind.EVENTS else STORED[kind]
    return msgspec.json.decode(body, type=struct)


def written(event_id: str, kind: Kind, resource: Any) -> Written:
    """The representations of a resource, made now because it changes now."""
    return Written(event_id, kind, resource.id, represent(resource), represent_public(resource))


def remade(event_id: str, kind: Kind, body: str) -> Written:
    """The representations that this release makes of what another one stored."""
    return written(event_id, kind, revive(kind, body))
