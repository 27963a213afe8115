"""Settling: bytes that certainly belong to the tag they are kept under. Called by whatever makes stored bodies.

Bytes are kept under a tag only when strongly consistent reads of that tag before and after the strongly consistent
reads they are made of agree; otherwise they are made again. Two readers making at once write the same bytes.
"""

from collections.abc import Callable

from chalicelib.representations.json_text import hash_of

BUILDS = 6


def settled(tag: Callable[[], str], body: Callable[[], str], keep: Callable[[str, str], None]) -> tuple[str, str]:
    """Tag and bytes that belong together, kept. While writers leave no pause, the newest bytes under a tag of their
    own, not kept. Raises whatever `tag` and `body` raise.
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
