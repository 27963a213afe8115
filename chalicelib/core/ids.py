"""Ids are ULIDs (github.com/ulid/spec): 48 bits of milliseconds, 80 bits of randomness, Crockford base 32.

Implemented here because the published packages take more import time than the read path allows. Pure: milliseconds and
randomness are parameters.
"""

import hashlib
import re

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHARACTERS = frozenset(ALPHABET)
RESERVED_SLUGS = frozenset({"import"})
_SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"


def make_ulid(milliseconds: int, randomness: bytes) -> str:
    """Returns the ULID for a moment (Unix milliseconds) and ten random bytes."""
    number = (milliseconds << 80) | int.from_bytes(randomness[:10], "big")
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))


def derive_ulid(milliseconds: int, *parts: str) -> str:
    """Returns the same ULID for the same moment and parts, so that a repeated import writes the same items."""
    return make_ulid(milliseconds, hashlib.sha256("\x00".join(parts).encode()).digest())


def milliseconds_of(ulid: str) -> int:
    """Returns the Unix milliseconds inside a ULID."""
    number = 0
    for character in ulid[:10]:
        number = number * 32 + ALPHABET.index(character)
    return number


def is_ulid(text: str) -> bool:
    """Whether the text is a canonical (upper-case) ULID."""
    return len(text) == 26 and text[0] <= "7" and _CHARACTERS.issuperset(text)


def is_slug(text: str) -> bool:
    """Whether the text is a slug for URLs that cannot be taken for an id or for a path of the API."""
    return len(text) <= 80 and text not in RESERVED_SLUGS and re.fullmatch(_SLUG, text) is not None
