"""Checks the subscription that a browser sends. It has the shape of PushSubscription.toJSON(), so pages send that as it
is.

Pure. Imports msgspec, so it is never used on the read path. Source: w3.org/TR/push-api
"""

import base64
from typing import Annotated

from msgspec import Meta, Struct, field

from chalicelib.core.errors import Violation
from chalicelib.core.text import matching

POINT_BYTES, AUTH_BYTES = 65, 16
_PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
"""Curve P-256: y² = x³ − 3x + b modulo the prime (NIST SP 800-186, section 3.2.1.3)."""

Base64Url = Annotated[str, matching(r"^[A-Za-z0-9_-]+={0,2}\Z", "must be base64url", max_length=128)]


class PushKeys(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The browser's public key (P-256, uncompressed) and shared secret, base64url."""

    p256dh: Base64Url
    auth: Base64Url


class PushSubscriptionForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A browser's subscription. `expirationTime` is in ms since 1970, as browsers report it."""

    endpoint: Annotated[str, Meta(min_length=1, max_length=1000, description="https URL of a known push service")]
    keys: PushKeys
    expiration_time: Annotated[float, Meta(ge=0, le=1e14)] | None = field(name="expirationTime", default=None)

    def violations(self) -> list[Violation]:
        """Returns violations of rules that no type can express."""
        found = []
        if not _is_point(_decoded(self.keys.p256dh)):
            found.append(Violation("/keys/p256dh", "is not an uncompressed point of P-256"))
        if len(_decoded(self.keys.auth)) != AUTH_BYTES:
            found.append(Violation("/keys/auth", "must have 16 bytes"))
        return found


def _decoded(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except ValueError:
        return b""


def _is_point(data: bytes) -> bool:
    if len(data) != POINT_BYTES or data[0] != 4:
        return False
    x, y = int.from_bytes(data[1:33], "big"), int.from_bytes(data[33:], "big")
    return x < _PRIME and y < _PRIME and (y * y - (x * x * x - 3 * x + _B)) % _PRIME == 0
