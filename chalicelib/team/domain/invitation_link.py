"""Makes and checks the token in the link of an invitation. It names the invitation and is signed, and it is not stored
(ADR 17). Pure.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from typing import NamedTuple

from chalicelib.core.ids import is_ulid

_ID = 26
_MAC_BYTES = 16


class Named(NamedTuple):
    """The ids of the invitation that a link leads to."""

    event_id: str
    invite_id: str


def token_of(named: Named, key: bytes) -> str:
    """Returns the token: two ids and 128 bits of a signature that needs the key."""
    return f"{named.event_id}{named.invite_id}{_mac(named, key)}"


def named_by(token: str, keys: Iterable[bytes]) -> Named | None:
    """Returns the invitation that a token names, or None when none of the keys signed it."""
    named = Named(token[:_ID], token[_ID : 2 * _ID])
    if not (token.isascii() and is_ulid(named.event_id) and is_ulid(named.invite_id)):
        return None
    mac = token[2 * _ID :]
    good = [hmac.compare_digest(mac, _mac(named, key)) for key in keys]  # compares with every key, in constant time
    return named if any(good) else None


def _mac(named: Named, key: bytes) -> str:
    made = hmac.new(key, f"invite\x00{named.event_id}\x00{named.invite_id}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made[:_MAC_BYTES]).decode().rstrip("=")
