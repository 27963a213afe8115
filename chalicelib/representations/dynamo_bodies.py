"""Queries lists and stores their bytes. Implements the port `Bodies`; all reads are strongly consistent."""

import gzip
import time

from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_transactions import try_save
from chalicelib.core.kinds import REVISION, Kind, View
from chalicelib.core.pagination import Page
from chalicelib.representations.dynamo_items import (
    BodyItem,
    DirectoryItem,
    DirectoryVersionsItem,
    ResourceItem,
    VersionsItem,
    resource_item,
)
from chalicelib.representations.ports import ListMember
from chalicelib.representations.represent import Written
from chalicelib.representations.stored import StoredItem

CHUNK_BYTES = 300_000
KEPT_SECONDS = 2 * 24 * 3600


class DynamoBodies:
    def tag(self, event_id: str, name: str, view: View) -> str | None:
        """Returns the current tag of a list (or of `pages`: everything public); None when this view may not see it."""
        try:
            item = VersionsItem.get(*keys.versions(event_id, view), consistent_read=True)
        except VersionsItem.DoesNotExist:
            return None
        if view is View.PUBLIC and not item.published:
            return None
        return str(item.etag if name == "pages" else getattr(item, f"{name}_etag"))

    def members(self, event_id: str, kind: Kind, view: View, page: Page) -> list[ListMember]:
        """Returns up to `page.limit` + 1 items after `page.after`, in the order of their ids."""
        partition = keys.event(event_id)[0]
        prefix = keys.resources_prefix(kind)
        start = {"pk": {"S": partition}, "sk": {"S": prefix + page.after}} if page.after else None
        found: list[ListMember] = []
        condition = ResourceItem.sk.startswith(prefix)
        for item in ResourceItem.query(partition, condition, consistent_read=True, last_evaluated_key=start):
            if view is View.ALL:
                found.append(ListMember(item.id, item.body))
            elif item.public_etag is not None:
                found.append(ListMember(item.id, item.public_body or item.body))
            if len(found) > page.limit:
                break
        return found

    def directory_tag(self) -> str:
        """Returns the current tag of the public list of events."""
        try:
            return DirectoryVersionsItem.get(*keys.directory_versions(), consistent_read=True).etag
        except DirectoryVersionsItem.DoesNotExist:
            return "none"

    def directory(self) -> list[ListMember]:
        """Returns all published events, in the order of their ids."""
        partition, start = keys.directory_entry("")
        found = DirectoryItem.query(partition, DirectoryItem.sk.startswith(start), consistent_read=True)
        return [ListMember(item.id, item.body) for item in found]

    def keep(self, owner: str, view: View, name: str, tag: str, body: str) -> None:
        """Stores bytes under their tag, gzipped in pieces of 300 KB. The first piece is written last, since readers
        start with it.
        """
        packed = gzip.compress(body.encode(), compresslevel=9, mtime=0)
        pieces = [packed[start : start + CHUNK_BYTES] for start in range(0, len(packed), CHUNK_BYTES)]
        for number in reversed(range(len(pieces))):
            BodyItem(
                *keys.body(owner, view, name, tag, number),
                body=pieces[number],
                chunks=len(pieces),
                expires_at=int(time.time()) + KEPT_SECONDS,
            ).save()

    def resource(self, event_id: str, kind: Kind, resource_id: str) -> StoredItem | None:
        """Returns a stored resource of any revision."""
        item = self._item(event_id, kind, resource_id)
        return StoredItem(item.etag, item.body, int(item.rev)) if item else None

    def save_revision(self, made: Written, *, old_tag: str) -> None:
        """Replaces a resource's representations with those of this release, if the resource is unchanged and its
        revision is not newer.
        """
        item = self._item(made.event_id, made.kind, made.id)
        if item is None or int(item.rev) > REVISION:
            return
        fresh = resource_item((item.pk, item.sk), item.id, made.representation, made.public, slug=item.slug)
        try_save(fresh, ResourceItem.etag == old_tag)

    @staticmethod
    def _item(event_id: str, kind: Kind, resource_id: str) -> ResourceItem | None:
        key = keys.event(event_id) if kind is Kind.EVENTS else keys.resource(event_id, kind, resource_id)
        try:
            return ResourceItem.get(*key, consistent_read=True)
        except ResourceItem.DoesNotExist:
            return None
