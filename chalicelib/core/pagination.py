"""Which part of a list is asked for. Light: the read path imports this."""

from typing import NamedTuple

DEFAULT_LIMIT = 200
MAX_LIMIT = 500


class Page(NamedTuple):
    """Up to `limit` items after the item with id `after` (empty: from the start)."""

    limit: int = DEFAULT_LIMIT
    after: str = ""

    @property
    def suffix(self) -> str:
        """What tells this page's ETag from other pages' of the same list; empty for the default page."""
        if self == Page():
            return ""
        return f"-{self.limit}-{self.after}" if self.after else f"-{self.limit}"
