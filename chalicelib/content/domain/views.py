"""Makes the two views of an event and its parts: one for everybody, one for staff. Pure."""

from typing import Any

import msgspec

from chalicelib.content.domain.event import Event, EventState
from chalicelib.content.domain.programme import PUBLIC_SESSION_STATES, STORED, Session, Speaker
from chalicelib.core.kinds import Kind
from chalicelib.representations.represent import Representation, Written, as_representation, represent

_HIDDEN: dict[type[msgspec.Struct], tuple[str, ...]] = {Speaker: ("email", "user_id", "listed")}
"""Fields that only staff may see."""


def represent_public(resource: msgspec.Struct) -> Representation | None:
    """Returns everybody's representation, or None while the resource is not public."""
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
    """Decodes a stored representation to its struct. Ignores fields that a newer release added."""
    struct: type[msgspec.Struct] = Event if kind is Kind.EVENTS else STORED[kind]
    return msgspec.json.decode(body, type=struct)


def written(event_id: str, kind: Kind, resource: Any) -> Written:
    """Returns the representations of a resource that changes now."""
    return Written(event_id, kind, resource.id, represent(resource), represent_public(resource))


def remade(event_id: str, kind: Kind, body: str) -> Written:
    """Returns the representations that this release makes of a body that another release stored."""
    return written(event_id, kind, revive(kind, body))
