"""Conditional requests: parses If-Match and If-None-Match, compares validators. RFC 9110 sections 8.8.3 and 13.

Called by api/endpoint.py and the reading routes. Pure.
"""

import re

from chalicelib.core.errors import MalformedRequest
from chalicelib.core.preconditions import ANY

_ELEMENT = re.compile(r'[ \t]*(?:(?:W/)?"(?P<tag>[\x21\x23-\x7e\x80-\xff]*)"[ \t]*)?(?:,|\Z)')
"""An element of a list of entity tags, possibly empty, with the comma or end of text after it."""


def quote(tag: str) -> str:
    """Returns the ETag header for an opaque tag."""
    return f'"{tag}"'


def none_match(header: str | None, tag: str) -> bool:
    """Whether If-None-Match says that the client already has this tag (weak comparison). A header that cannot be parsed
    matches nothing, so the client gets a full answer.
    """
    if header is None:
        return False
    if header.strip() == ANY:
        return True
    tags = parse_tags(header)
    return tags is not None and tag in tags


def parse_match(header: str | None) -> frozenset[str] | None:
    """Returns the tags of If-Match, with `*` as itself, or None when the header is absent. The service refuses an
    absent header once it knows that the caller may see the thing. Raises MalformedRequest when the header cannot be
    parsed: a write must never ignore a precondition.
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
    """Returns the opaque tags of a list without weak prefixes, or None when it is not a list of entity tags. Empty
    elements are ignored, as RFC 9110 section 5.6.1.2 requires.
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
