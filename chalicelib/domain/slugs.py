"""Makes URL slugs from names. Pure."""

import re
import unicodedata

from chalicelib.domain.ids import RESERVED_SLUGS


def slugify(name: str, fallback: str) -> str:
    """A slug of at most 60 characters; `fallback` when the name has no Latin letters or digits."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")[:60].strip("-")
    return f"{slug}-event" if slug in RESERVED_SLUGS else slug or fallback
