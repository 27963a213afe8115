"""A representation as it is stored. Light: the read path imports this."""

from typing import NamedTuple


class StoredItem(NamedTuple):
    """A stored representation: opaque tag, JSON text, and the revision of the JSON shape that it was made with."""

    etag: str
    body: str
    revision: int


class StoredCall(NamedTuple):
    """A stored call for papers: opaque tag, JSON text, its times (Unix seconds), whether its event is public."""

    etag: str
    body: str
    opens_at: int
    closes_at: int
    published: bool

    def is_open(self, now: float) -> bool:
        """Whether everybody may read it and propose sessions."""
        return self.published and self.opens_at <= now < self.closes_at
