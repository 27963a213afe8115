"""Reads stored representations by key through the signed reader. The read path; loads neither PynamoDB nor botocore."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

from chalicelib.aws import dynamo_keys as keys
from chalicelib.core.kinds import COUNTERS, LISTS, Kind, View
from chalicelib.representations.stored import StoredCall, StoredItem

if TYPE_CHECKING:
    from chalicelib.core.ports import Reader

_TAGS = tuple(f"{kind.value}_etag" for kind in LISTS)
_ATTRIBUTES = {
    View.ALL: ("etag", "body", "rev"),
    View.PUBLIC: ("etag", "public_etag", "body", "public_body", "rev"),
}


class DynamoRepresentations:
    """Implements `Representations` with a Reader. Reads of staff views are strongly consistent,
    public ones eventually.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def event_named(self, slug: str) -> str | None:
        """Returns the id of the event with this slug, or None."""
        item = self._reader.get("content", keys.slug(slug), ("event_id",))
        return str(item["event_id"]) if item else None

    def event(self, event_id: str, view: View) -> StoredItem | None:
        """Returns an event in one view, or None when the view may not see it; one GetItem."""
        item = self._reader.get("content", keys.event(event_id), _ATTRIBUTES[view], consistent=view is View.ALL)
        return _shown(item, view)

    def resource(self, event_id: str, kind: Kind, resource_id: str, view: View) -> StoredItem | None:
        """Returns a resource in one view. Staff: one GetItem. Public: one BatchGetItem, which also reads whether the
        event is published, so that unpublishing an event does not rewrite its resources (ADR 0003).
        """
        key = keys.resource(event_id, kind, resource_id)
        if view is View.ALL:
            return _shown(self._reader.get("content", key, _ATTRIBUTES[view], consistent=True), view)
        versions, item = self._reader.get_many(
            "content", [keys.versions(event_id, view), key], (*_ATTRIBUTES[view], "published")
        )
        return _shown(item, view) if versions and versions.get("published") else None

    def call_for_papers(self, event_id: str, *, consistent: bool) -> StoredCall | None:
        """Returns an event's call for papers and whether the event is public; one BatchGetItem."""
        asked = [keys.versions(event_id, View.PUBLIC), keys.call_for_papers(event_id)]
        attributes = ("etag", "body", "opens_at", "closes_at", "published")
        versions, item = self._reader.get_many("content", asked, attributes, consistent=consistent)
        if item is None or versions is None:
            return None
        times = int(item["opens_at"]), int(item["closes_at"])
        return StoredCall(item["etag"], item["body"], *times, published=bool(versions.get("published")))

    def list_tag(self, event_id: str, name: str, view: View) -> str | None:
        """Returns the tag of one list of an event (or of `pages`: everything public), or None when the view may not see
        it; one GetItem of the small versions item.
        """
        attribute = "etag" if name == "pages" else f"{name}_etag"
        item = self._reader.get(
            "content", keys.versions(event_id, view), (attribute, "published"), consistent=view is View.ALL
        )
        return _visible_tag(item, attribute, view)

    def directory_tag(self) -> str:
        """Returns the tag of the public list of events."""
        item = self._reader.get("content", keys.directory_versions(), ("etag",))
        return str(item["etag"]) if item else "none"

    def versions(self, event_id: str, view: View) -> tuple[str, dict[str, int]] | None:
        """Returns all counters of an event with their tag, or None when the view may not see them."""
        key = keys.versions(event_id, view)
        item = self._reader.get("content", key, ("etag", "published", *COUNTERS), consistent=view is View.ALL)
        tag = _visible_tag(item, "etag", view)
        if item is None or tag is None:
            return None
        return tag, {name: int(item.get(name, 0)) for name in COUNTERS}

    def body(self, owner: str, view: View, name: str, tag: str) -> str | None:
        """Returns the stored bytes of a list or page for this tag, or None when they are not stored yet."""
        first = self._reader.get("content", keys.body(owner, view, name, tag), ("body", "chunks"))
        if first is None:
            return None
        chunks = [first["body"]]
        for number in range(1, int(first["chunks"])):
            chunk = self._reader.get("content", keys.body(owner, view, name, tag, number), ("body",))
            if chunk is None:
                return None
            chunks.append(chunk["body"])
        return gzip.decompress(b"".join(chunks)).decode()


def _shown(item: dict[str, Any] | None, view: View) -> StoredItem | None:
    if item is None:
        return None
    revision = int(item["rev"])
    if view is View.ALL:
        return StoredItem(item["etag"], item["body"], revision)
    if "public_etag" not in item:
        return None
    return StoredItem(item["public_etag"], item.get("public_body", item["body"]), revision)


def _visible_tag(item: dict[str, Any] | None, attribute: str, view: View) -> str | None:
    if item is None or (view is View.PUBLIC and not item.get("published")):
        return None
    return str(item[attribute])
