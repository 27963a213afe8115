"""Writes events to DynamoDB. Each write is one transaction over the event, its slug, the role of its owner and its row
in the public directory. Implements the port `EventStore`. The caller passes a fresh tag for each change.
"""

from chalicelib.accounts.adapters.items import RoleItem
from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_transactions import ConditionLost, Transaction
from chalicelib.content.adapters.writes import (
    add_resource,
    add_tags,
    commit,
    view_tag,
)
from chalicelib.core.errors import AlreadyExists
from chalicelib.core.kinds import LISTS, Kind, View
from chalicelib.notifications.adapters.writes import due_item
from chalicelib.notifications.ports import CALL
from chalicelib.representations.dynamo_items import (
    DirectoryItem,
    DirectoryVersionsItem,
    ResourceItem,
    SlugItem,
    VersionsItem,
)
from chalicelib.representations.represent import Written


class DynamoEvents:
    def create_event(self, event: Written, *, slug: str, owner_id: str, now: int, tag: str) -> None:
        """Writes a new event with its versions, its slug and the role of its owner. Raises AlreadyExists (code
        slug_taken or already_exists).
        """
        transaction = Transaction()
        add_resource(transaction, event, expected_tag=None, slug=slug)
        transaction.put("slug", SlugItem(*keys.slug(slug), event_id=event.event_id), SlugItem.pk.does_not_exist())
        for view in View:
            transaction.put("versions", _first_versions(event, view, tag))
        for key in (keys.role_of_user(owner_id, event.event_id), keys.role_in_event(event.event_id, owner_id)):
            transaction.put("role", RoleItem(*key, role="owner", granted_at=now))
        _list_in_directory(transaction, event, tag, was_public=False)
        try:
            transaction.commit()
        except ConditionLost as lost:
            if "slug" in lost.lost and "resource" not in lost.lost:
                raise AlreadyExists("This slug is taken.", code="slug_taken") from None
            raise AlreadyExists("This event exists already.") from None

    def replace_event(
        self,
        event: Written,
        *,
        expected_tag: str,
        slug: str,
        old_slug: str,
        was_public: bool,
        tag: str,
        call_due_at: int | None,
    ) -> None:
        """Writes a changed event if the stored one still has the expected tag. Raises PreconditionFailed, NotFound and
        AlreadyExists (code slug_taken).
        """
        transaction = Transaction()
        add_resource(transaction, event, expected_tag=expected_tag, slug=slug)
        if slug != old_slug:
            transaction.put("slug", SlugItem(*keys.slug(slug), event_id=event.event_id), SlugItem.pk.does_not_exist())
            transaction.delete("old_slug", SlugItem(*keys.slug(old_slug), event_id=event.event_id))
        if call_due_at is not None:
            transaction.put("due", due_item(call_due_at, CALL, event.event_id))
        published = VersionsItem.published.set(event.public is not None)
        for view in View:
            add_tags(transaction, event.event_id, view, [Kind.EVENTS], tag, published)
        _list_in_directory(transaction, event, tag, was_public=was_public)
        commit(transaction)

    def delete_event(self, event_id: str, *, slug: str, expected_tag: str, tag: str) -> None:
        """Deletes an event, its versions, its slug and its row in the directory. The stream of the content table
        deletes its parts later. Raises PreconditionFailed and NotFound.
        """
        transaction = Transaction()
        gone = ResourceItem(*keys.event(event_id), etag=expected_tag)
        transaction.delete("resource", gone, ResourceItem.etag == expected_tag)
        transaction.delete("slug", SlugItem(*keys.slug(slug), event_id=event_id))
        for view in View:
            transaction.delete("versions", VersionsItem(*keys.versions(event_id, view)))
        transaction.delete("directory", DirectoryItem(*keys.directory_entry(event_id)))
        transaction.put("directory_versions", DirectoryVersionsItem(*keys.directory_versions(), etag=tag))
        commit(transaction)


def _first_versions(event: Written, view: View, tag: str) -> VersionsItem:
    tag = view_tag(tag, view)
    item = VersionsItem(*keys.versions(event.event_id, view), etag=tag, published=event.public is not None, event_ver=1)
    for kind in LISTS:
        setattr(item, f"{kind.value}_etag", tag)
    return item


def _list_in_directory(transaction: Transaction, event: Written, tag: str, *, was_public: bool) -> None:
    key = keys.directory_entry(event.event_id)
    if event.public is None and not was_public:
        return
    if event.public is None:
        transaction.delete("directory", DirectoryItem(*key))
    else:
        transaction.put("directory", DirectoryItem(*key, id=event.id, body=event.public.body))
    transaction.put("directory_versions", DirectoryVersionsItem(*keys.directory_versions(), etag=tag))
