"""Key formats that the read path uses or contexts share; those of one context stand in its adapters/keys.py.
docs/data-model.md lists every key, and who reads it.

Parts are ids, hashes or fixed words, never raw user text, so a `#` cannot be smuggled in.
Light on purpose: the read path imports this.
"""

import hashlib

from chalicelib.core.kinds import Kind, View

Key = tuple[str, str]


_WORD = {
    Kind.MICROLOCATIONS: "MICROLOCATION",
    Kind.SESSIONS: "SESSION",
    Kind.SPEAKERS: "SPEAKER",
    Kind.SPONSORS: "SPONSOR",
    Kind.TRACKS: "TRACK",
}


def digest(*parts: str) -> str:
    """Hex digest that stands for user text (an e-mail address, a token) inside a key."""
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()


# --- content -------------------------------------------------------------------------------------------------


def event(event_id: str) -> Key:
    """The event itself."""
    return f"EVENT#{event_id}", "EVENT"


def resource(event_id: str, kind: Kind, resource_id: str) -> Key:
    """A track, session, speaker, sponsor or room of an event."""
    return f"EVENT#{event_id}", f"{_WORD[kind]}#{resource_id}"


def resources_prefix(kind: Kind) -> str:
    """Sort-key prefix of all resources of a kind."""
    return f"{_WORD[kind]}#"


def versions(event_id: str, view: View) -> Key:
    """Counter and ETag of every list of an event, for one view."""
    return f"EVENT#{event_id}", f"VERSIONS#{view.value}"


def body(owner: str, view: View, name: str, etag: str, chunk: int = 0) -> Key:
    """The stored bytes of a list or page, under their ETag. `owner` is an event id or `EVENTS`."""
    return f"BODY#{owner}#{view.value}#{name}", f"{etag}#{chunk:03d}"


def directory_entry(event_id: str) -> Key:
    """A published event in the public list of events."""
    return "EVENTS", f"EVENT#{event_id}"


def directory_versions() -> Key:
    """The ETag of the public list of events."""
    return "EVENTS", "VERSIONS#public"


def slug(text: str) -> Key:
    """The event that a slug names."""
    return f"SLUG#{text}", "SLUG"


def call_for_papers(event_id: str) -> Key:
    """An event's call for papers."""
    return f"EVENT#{event_id}", "CALL_FOR_PAPERS"


# --- people --------------------------------------------------------------------------------------------------


def role_of_user(user_id: str, event_id: str) -> Key:
    """A role, found by its holder."""
    return f"USER#{user_id}", f"ROLE#{event_id}"


def role_in_event(event_id: str, user_id: str) -> Key:
    """The same role, found by its event."""
    return f"EVENT#{event_id}", f"ROLE#{user_id}"


def proposer(event_id: str, user_id: str) -> Key:
    """Somebody who proposed sessions in an event: as which speaker, and how often."""
    return f"EVENT#{event_id}", f"PROPOSER#{user_id}"


def sign_in(sign_in_id: str) -> Key:
    """A sign-in, with the hash of its newest refresh token."""
    return f"FAMILY#{sign_in_id}", "FAMILY"


def idempotency(caller: str, idempotency_key: str) -> Key:
    """The answer kept for an Idempotency-Key of one caller."""
    return f"IDEMPOTENCY#{digest(caller, idempotency_key)}", "IDEMPOTENCY"


def line(name: str) -> Key:
    """When the next place in a waiting line is free."""
    return f"LINE#{name}", "LINE"


# --- sales ---------------------------------------------------------------------------------------------------


# --- notifications -------------------------------------------------------------------------------------------


def notification(user_id: str, notification_id: str) -> Key:
    """A notification in a person's inbox."""
    return f"USER#{user_id}", f"NOTIFICATION#{notification_id}"


def unread_mark(user_id: str, notification_id: str) -> Key:
    """The mark of an unread notification."""
    return f"USER#{user_id}", f"UNREAD#{notification_id}"


def unread_counter(user_id: str) -> Key:
    """How many notifications a person has not read, with the ETag of the inbox."""
    return f"USER#{user_id}", "COUNTER"
