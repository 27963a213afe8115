"""Messages that only one browser can read, and proof to its push service who they come from.

Message Encryption for Web Push (RFC 8291) is one record of aes128gcm (RFC 8188) under a key agreed on with the browser;
VAPID (RFC 8292) is a token signed with the key that the browser subscribed with. ADR 16 says why no library does this.
Used by adapters/web_push.py, and by infra/ and local/, which make keys.
"""

import base64
import secrets

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

RECORD_BYTES = 4096
MOST_BYTES = RECORD_BYTES - 86 - 17
"""Of a message: a record is all that push services must take (RFC 8030 section 7.2), less header, padding and tag."""
_CURVE = ec.SECP256R1()
_LAST_RECORD = b"\x02"


def private_key(text: str) -> ec.EllipticCurvePrivateKey:
    """A private key from base64url of its 32 bytes, as VAPID keys are written everywhere. Raises ValueError."""
    data = decode(text)
    if len(data) != 32:
        raise ValueError("a VAPID private key has 32 bytes")
    return ec.derive_private_key(int.from_bytes(data, "big"), _CURVE)


def new_private_key() -> str:
    """A new private key, as base64url."""
    return encode(ec.generate_private_key(_CURVE).private_numbers().private_value.to_bytes(32, "big"))


def public_text(key: ec.EllipticCurvePrivateKey) -> str:
    """The public key that belongs to a private one, as base64url of the uncompressed point."""
    return encode(_point(key.public_key()))


def encrypt(
    message: bytes,
    *,
    p256dh: str,
    auth: str,
    salt: bytes | None = None,
    sender: ec.EllipticCurvePrivateKey | None = None,
) -> bytes:
    """The body of a push for a browser with these keys. `salt` and `sender` are made anew unless given."""
    if len(message) > MOST_BYTES:
        raise ValueError(f"a message has at most {MOST_BYTES} bytes")
    salt = salt or secrets.token_bytes(16)
    sender = sender or ec.generate_private_key(_CURVE)
    browser = decode(p256dh)
    shared = sender.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, browser))
    ours = _point(sender.public_key())
    secret = _derived(shared, decode(auth), b"WebPush: info\0" + browser + ours, 32)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    header = salt + RECORD_BYTES.to_bytes(4, "big") + bytes([len(ours)]) + ours
    return header + AESGCM(key).encrypt(nonce, message + _LAST_RECORD, None)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def decode(text: str) -> bytes:
    """Bytes of base64url without padding. Raises ValueError."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
