"""Encrypts push messages for one browser, and signs the requests to its push service.

Message Encryption for Web Push (RFC 8291) is one record of aes128gcm (RFC 8188) under a key agreed on with the browser.
VAPID (RFC 8292) is a token signed with the key that the browser subscribed with. ADR 16 says why no library does this.
Used by push/adapters/web_push.py, and by infra/ and local/, which make keys.
"""

import base64
import json
import secrets
from typing import Any

from Crypto.Cipher import AES
from Crypto.Hash import SHA256
from Crypto.Protocol.DH import key_agreement
from Crypto.Protocol.KDF import HKDF
from Crypto.PublicKey import ECC
from Crypto.PublicKey.ECC import EccKey
from Crypto.Signature import DSS

RECORD_BYTES = 4096
MOST_BYTES = RECORD_BYTES - 86 - 17
"""Longest message: push services must accept one record (RFC 8030 section 7.2), which also has header, padding, tag."""
_CURVE = "p256"
_LAST_RECORD = b"\x02"


def private_key(text: str) -> EccKey:
    """Returns a private key from the base64url of its 32 bytes, the usual form of VAPID keys. Raises ValueError."""
    data = decode(text)
    if len(data) != 32:
        raise ValueError("a VAPID private key has 32 bytes")
    return ECC.construct(curve=_CURVE, d=int.from_bytes(data, "big"))


def new_private_key() -> str:
    """Returns a new private key as base64url."""
    return encode(int(ECC.generate(curve=_CURVE).d).to_bytes(32, "big"))


def public_text(key: EccKey) -> str:
    """Returns the public key of a private one, as base64url of the uncompressed point."""
    return encode(_point(key))


def token(claims: dict[str, Any], key: EccKey) -> str:
    """Returns a JSON Web Token with these claims, signed with ES256 (RFC 7515, RFC 7518 section 3.4)."""
    parts = ({"typ": "JWT", "alg": "ES256"}, claims)
    signed = ".".join(encode(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
    return f"{signed}.{encode(DSS.new(key, 'fips-186-3').sign(SHA256.new(signed.encode())))}"


def encrypt(
    message: bytes,
    *,
    p256dh: str,
    auth: str,
    salt: bytes | None = None,
    sender: EccKey | None = None,
) -> bytes:
    """Returns the encrypted body of a push for a browser with these keys. `salt` and `sender` are random unless given.
    Raises ValueError for a message that is too long or an invalid key.
    """
    if len(message) > MOST_BYTES:
        raise ValueError(f"a message has at most {MOST_BYTES} bytes")
    salt = salt or secrets.token_bytes(16)
    sender = sender or ECC.generate(curve=_CURVE)
    browser = ECC.import_key(decode(p256dh), curve_name=_CURVE)
    shared = key_agreement(eph_priv=sender, static_pub=browser, kdf=bytes)
    theirs, ours = _point(browser), _point(sender)
    secret = _derived(shared, decode(auth), b"WebPush: info\0" + theirs + ours, 32)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    sealed, tag = AES.new(key, AES.MODE_GCM, nonce=nonce).encrypt_and_digest(message + _LAST_RECORD)
    return salt + RECORD_BYTES.to_bytes(4, "big") + bytes([len(ours)]) + ours + sealed + tag


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    derived: bytes = HKDF(secret, length, salt, SHA256, context=info)
    return derived


def _point(key: EccKey) -> bytes:
    point: bytes = key.public_key().export_key(format="raw")
    return point


def decode(text: str) -> bytes:
    """Decodes base64url without padding. Raises ValueError."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode(data: bytes) -> str:
    """Encodes as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
