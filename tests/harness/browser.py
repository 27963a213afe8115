"""A browser that is subscribed to web pushes: an endpoint, keys, and decryption of pushed messages.

Decrypts by RFC 8291 section 3.3 and RFC 8188 section 2, without the product's own code.
"""

import hmac
import json
import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

P256 = ec.SECP256R1()


class Browser:
    """A subscription with a new key, or a given one."""

    def __init__(
        self, service: str, *, name: str | None = None, key: int | None = None, auth: bytes | None = None
    ) -> None:
        """`service` is the prefix of the push service's endpoints."""
        self.name = name or secrets.token_urlsafe(12)
        self.endpoint = f"{service}/{self.name}"
        self._key = ec.derive_private_key(key, P256) if key else ec.generate_private_key(P256)
        self._auth = auth or secrets.token_bytes(16)
        self._point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def form(self) -> dict[str, Any]:
        """Returns the subscription as `PushSubscription.toJSON()` does."""
        keys = {"p256dh": text(self._point), "auth": text(self._auth)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    def read(self, body: bytes) -> bytes:
        """Returns the decrypted message of a body. Raises InvalidTag when it is for another browser."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size, "more than one record"
        shared = self._key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(P256, sender))
        secret = derived(self._auth, shared, b"WebPush: info\0" + self._point + sender, 32)
        key = derived(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
        nonce = derived(salt, secret, b"Content-Encoding: nonce\0", 12)
        padded = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
        assert padded[-1:] == b"\2", "not the last record"
        return padded[:-1]

    def news(self, body: bytes) -> dict[str, Any]:
        """Returns the decrypted message as JSON."""
        read: dict[str, Any] = json.loads(self.read(body))
        return read


def derived(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    """Returns HKDF with SHA-256 for up to 32 bytes (RFC 5869)."""
    kept = hmac.digest(salt, secret, sha256)
    return hmac.digest(kept, info + b"\1", sha256)[:length]


def text(data: bytes) -> str:
    """Returns Base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()
