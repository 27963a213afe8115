"""Ids are ULIDs (github.com/ulid/spec): 48 bits of milliseconds, 80 of randomness, Crockford base 32.

Written here in a few lines because the published packages cost more import time than the read path may spend.
Pure: milliseconds and randomness are parameters.
"""

import hashlib
import re

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHARACTERS = frozenset(ALPHABET)
RESERVED_SLUGS = frozenset({"import"})
_SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"


def make_ulid(milliseconds: int, randomness: bytes) -> str:
    """A ULID for a moment (Unix milliseconds) and ten random bytes."""
    number = (milliseconds << 80) | int.from_bytes(randomness[:10], "big")
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))


def derive_ulid(milliseconds: int, *parts: str) -> str:
    """The same ULID for the same moment and parts: lets a repeated import write the same items."""
    return make_ulid(milliseconds, hashlib.sha256("\x00".join(parts).encode()).digest())


def milliseconds_of(ulid: str) -> int:
    """The Unix milliseconds inside a ULID."""
    number = 0
    for character in ulid[:10]:
        number = number * 32 + ALPHABET.index(character)
    return number


def is_ulid(text: str) -> bool:
    """Whether the text is a canonical (upper-case) ULID."""
    return len(text) == 26 and text[0] <= "7" and _CHARACTERS.issuperset(text)


def is_slug(text: str) -> bool:
    """Whether the text is a URL slug that cannot be mistaken for an id or a path of the API."""
    return len(text) <= 80 and text not in RESERVED_SLUGS and re.fullmatch(_SLUG, text) is not None
