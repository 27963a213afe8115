"""Builds bytes that certainly belong to the tag under which they are stored. Called by all code that stores bodies.

Strongly consistent reads give the tag, the data for the bytes, and the tag again. The bytes are stored only when both
tags are equal; otherwise they are built again. Two readers that build at once write the same bytes.
"""

from collections.abc import Callable

from chalicelib.representations.json_text import hash_of

BUILDS = 6


def settled(tag: Callable[[], str], body: Callable[[], str], keep: Callable[[str, str], None]) -> tuple[str, str]:
    """Returns a tag and the bytes that belong to it, after storing them. When the data changes during each of BUILDS
    builds, returns the newest bytes with a tag made from them, not stored. Raises what `tag` and `body` raise.
    """
    before, built = tag(), ""
    for _ in range(BUILDS):
        built = body()
        after = tag()
        if before == after:
            keep(after, built)
            return after, built
        before = after
    return f"unsettled-{hash_of(built)}", built
