"""Conditional requests: reading If-Match and If-None-Match, comparing validators. RFC 9110 sections 8.8.3 and 13.

Called by api/endpoint.py and the reading routes. Pure.
"""

import re

from chalicelib.core.errors import MalformedRequest
from chalicelib.core.preconditions import ANY

_ELEMENT = re.compile(r'[ \t]*(?:(?:W/)?"(?P<tag>[\x21\x23-\x7e\x80-\xff]*)"[ \t]*)?(?:,|\Z)')
"""An element of a list of entity tags, perhaps empty, and what ends it."""


def quote(tag: str) -> str:
    """The ETag header for an opaque tag."""
    return f'"{tag}"'


def none_match(header: str | None, tag: str) -> bool:
    """Whether If-None-Match says the client already has this tag (weak comparison). A header that cannot be read
    matches nothing, so the client gets a full answer.
    """
    if header is None:
        return False
    if header.strip() == ANY:
        return True
    tags = parse_tags(header)
    return tags is not None and tag in tags


def parse_match(header: str | None) -> frozenset[str] | None:
    """The tags of If-Match, `*` as itself; None when the header is absent, which the service refuses once it knows
    that the caller may see the thing. Raises MalformedRequest when unreadable: a write must never ignore a
    precondition it did not understand.
    """
    if header is None:
        return None
    if header.strip() == ANY:
        return frozenset({ANY})
    tags = parse_tags(header)
    if not tags:
        raise MalformedRequest('If-Match must be a list of quoted ETags or "*".', code="malformed_if_match")
    return frozenset(tags)


def parse_tags(header: str) -> list[str] | None:
    """The opaque tags of a list, weak prefixes dropped; None when it is not a list of entity tags. Empty elements are
    ignored, as a recipient must (RFC 9110 section 5.6.1.2).
    """
    tags: list[str] = []
    position = 0
    while position < len(header):
        element = _ELEMENT.match(header, position)
        if element is None:
            return None
        if element["tag"] is not None:
            tags.append(element["tag"])
        position = element.end()
    return tags
