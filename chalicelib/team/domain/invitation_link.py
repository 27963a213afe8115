"""The link of an invitation: which one it is, and that we said so. It is signed and nowhere stored (ADR 17). Pure."""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from typing import NamedTuple

from chalicelib.core.ids import is_ulid

_ID = 26
_MAC_BYTES = 16


class Named(NamedTuple):
    """The invitation that a link names."""

    event_id: str
    invite_id: str


def token_of(named: Named, key: bytes) -> str:
    """What its link holds: two ids and 128 bits that only we can make."""
    return f"{named.event_id}{named.invite_id}{_mac(named, key)}"


def named_by(token: str, keys: Iterable[bytes]) -> Named | None:
    """The invitation that a token names, if one of our keys signed it."""
    named = Named(token[:_ID], token[_ID : 2 * _ID])
    if not (token.isascii() and is_ulid(named.event_id) and is_ulid(named.invite_id)):
        return None
    mac = token[2 * _ID :]
    good = [hmac.compare_digest(mac, _mac(named, key)) for key in keys]  # all of them, in the same time
    return named if any(good) else None


def _mac(named: Named, key: bytes) -> str:
    made = hmac.new(key, f"invite\x00{named.event_id}\x00{named.invite_id}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made[:_MAC_BYTES]).decode().rstrip("=")
