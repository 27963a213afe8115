"""A representation as it is stored. Light: the read path imports this."""

from typing import NamedTuple


class StoredItem(NamedTuple):
    """A stored representation: opaque tag, JSON text, and the revision of the JSON shape it was made with."""

    etag: str
    body: str
    revision: int


class StoredCall(NamedTuple):
    """A call as stored: opaque tag, JSON text, when it opens and closes (Unix seconds), whether its event is public."""

    etag: str
    body: str
    opens_at: int
    closes_at: int
    published: bool

    def is_open(self, now: float) -> bool:
        """Whether everybody may see it and propose something."""
        return self.published and self.opens_at <= now < self.closes_at
