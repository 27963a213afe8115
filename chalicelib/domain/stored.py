"""A representation as it is stored. Light: the read path imports this."""

from typing import NamedTuple


class StoredItem(NamedTuple):
    """A stored representation: opaque tag, JSON text, and the revision of the JSON shape it was made with."""

    etag: str
    body: str
    revision: int
