"""Writes of events and their parts: each one transaction of the thing, its lists' tags and whatever must agree.

Port `ContentStore`. The caller makes a fresh tag for each change.
"""

from collections.abc import Sequence

from pynamodb.expressions.condition import Condition

from chalicelib.accounts.adapters.items import RoleItem
from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_transactions import ConditionLost, Transaction
from chalicelib.content.adapters.writes import (
    add_resource,
    add_tags,
    key_of,
    require_references,
    view_tag,
    written_item,
)
from chalicelib.content.ports import Listing, Missing
from chalicelib.core.errors import AlreadyExists, NotFound, PreconditionFailed
from chalicelib.core.kinds import LISTS, Kind, View
from chalicelib.notifications.adapters.writes import add_mail, add_notifications, due_item
from chalicelib.notifications.domain.notification import Mail, Notification
from chalicelib.notifications.ports import CALL
from chalicelib.representations.dynamo_items import (
    DirectoryItem,
    DirectoryVersionsItem,
    ResourceItem,
    SlugItem,
    VersionsItem,
)
from chalicelib.representations.represent import Written
from chalicelib.representations.stored import StoredItem


class DynamoContentStore:
    """Port `ContentStore`."""

    def load(self, event_id: str, kind: Kind, resource_id: str) -> StoredItem | None:
        """The staff's representation, strongly consistent."""
        key = keys.event(event_id) if kind is Kind.EVENTS else keys.resource(event_id, kind, resource_id)
        try:
            item = ResourceItem.get(*key, consistent_read=True)
        except ResourceItem.DoesNotExist:
            return None
        return StoredItem(item.etag, item.body, int(item.rev))

    def load_all(self, event_id: str, kind: Kind) -> list[StoredItem]:
        """The staff's representations of a whole list, strongly consistent, in stable order."""
        prefix = ResourceItem.sk.startswith(keys.resources_prefix(kind))
        found = ResourceItem.query(keys.event(event_id)[0], prefix, consistent_read=True)
        return [StoredItem(item.etag, item.body, int(item.rev)) for item in found]

    def create_event(self, event: Written, *, slug: str, owner_id: str, now: int, tag: str) -> None:
        """A new event with its versions, slug and owner. Raises AlreadyExists (code slug_taken or already_exists)."""
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
        """A changed event, if it still has the expected tag. Raises PreconditionFailed, NotFound, AlreadyExists."""
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
        _commit(transaction)

    def delete_event(self, event_id: str, *, slug: str, expected_tag: str, tag: str) -> None:
        """Remove an event, what its lists hang on, and its slug; its parts are cleared by the content stream.
        Raises PreconditionFailed, NotFound.
        """
        transaction = Transaction()
        gone = ResourceItem(*keys.event(event_id), etag=expected_tag)
        transaction.delete("resource", gone, ResourceItem.etag == expected_tag)
        transaction.delete("slug", SlugItem(*keys.slug(slug), event_id=event_id))
        for view in View:
            transaction.delete("versions", VersionsItem(*keys.versions(event_id, view)))
        transaction.delete("directory", DirectoryItem(*keys.directory_entry(event_id)))
        transaction.put("directory_versions", DirectoryVersionsItem(*keys.directory_versions(), etag=tag))
        _commit(transaction)

    def create(
        self, resource: Written, *, references: list[tuple[str, Kind, str]], tag: str, listing: Sequence[Listing] = ()
    ) -> None:
        """A new part of an event. Raises Missing (references, also a speaker that changed meanwhile), NotFound (event),
        AlreadyExists.
        """
        transaction = Transaction()
        add_resource(transaction, resource, expected_tag=None)
        _refer(transaction, resource.event_id, references, listing)
        more = [Kind.SPEAKERS] if listing else []
        _bump_views(transaction, resource, tag, public=resource.public is not None, more=more)
        try:
            _commit(transaction)
        except PreconditionFailed:
            raise AlreadyExists("This id exists already.") from None

    def replace(
        self,
        resource: Written,
        *,
        expected_tag: str,
        was_public: bool,
        references: list[tuple[str, Kind, str]],
        tag: str,
        notifications: Sequence[Notification] = (),
        mails: Sequence[Mail] = (),
        listing: Sequence[Listing] = (),
    ) -> None:
        """A changed part, if it still has the expected tag, what is told of it, and the speakers who become public by
        it. Raises PreconditionFailed, Missing (also a speaker that changed meanwhile), NotFound.
        """
        transaction = Transaction()
        add_notifications(transaction, notifications)
        for mail in mails:
            add_mail(transaction, mail)
        add_resource(transaction, resource, expected_tag=expected_tag)
        _refer(transaction, resource.event_id, references, listing)
        public = was_public or resource.public is not None
        _bump_views(transaction, resource, tag, public=public, more=[Kind.SPEAKERS] if listing else [])
        _commit(transaction)

    def delete(self, resource: Written, *, expected_tag: str, sessions_tag: str | None, tag: str) -> None:
        """Remove a part, if it still has the expected tag. With `sessions_tag`, only if the list of sessions still
        has that tag, so that no session came to refer to it. Raises PreconditionFailed, NotFound, Missing.
        """
        transaction = Transaction()
        gone = ResourceItem(*key_of(resource), etag=expected_tag)
        transaction.delete("resource", gone, ResourceItem.etag == expected_tag)
        condition = VersionsItem.sessions_etag == sessions_tag if sessions_tag is not None else None
        _bump_views(transaction, resource, tag, public=resource.public is not None, condition=condition)
        _commit(transaction)

    def sessions_tag(self, event_id: str) -> str:
        """The tag of the list of sessions, strongly consistent. Raises NotFound."""
        try:
            return VersionsItem.get(*keys.versions(event_id, View.ALL), consistent_read=True).sessions_etag
        except VersionsItem.DoesNotExist:
            raise NotFound from None


def _refer(
    transaction: Transaction, event_id: str, references: list[tuple[str, Kind, str]], listing: Sequence[Listing]
) -> None:
    """What is pointed at exists; of that, the speakers who become public are written."""
    listed = {one.speaker.id for one in listing}
    for one in listing:
        transaction.put(f"reference {one.pointer}", written_item(one.speaker), ResourceItem.etag == one.expected_tag)
    require_references(
        transaction, event_id, [one for one in references if one[1] is not Kind.SPEAKERS or one[2] not in listed]
    )


def _bump_views(
    transaction: Transaction,
    written: Written,
    tag: str,
    *,
    public: bool,
    condition: Condition | None = None,
    more: Sequence[Kind] = (),
) -> None:
    """New tags of the lists that a change shows in: of its kind, and of `more`."""
    views = (View.ALL, View.PUBLIC) if public else (View.ALL,)
    for view in views:
        required = condition if view is View.ALL else None
        name = "event" if required is None else "sessions"
        add_tags(transaction, written.event_id, view, [written.kind, *more], tag, condition=required, name=name)


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


def _commit(transaction: Transaction) -> None:
    """Commit, and say in the domain's words which condition was lost."""
    try:
        transaction.commit()
    except ConditionLost as lost:
        if "resource" in lost.lost:
            current = lost.lost["resource"]
            raise PreconditionFailed(
                etag=current.get("etag", {}).get("S"), body=current.get("body", {}).get("S")
            ) from None
        if "event" in lost.lost:
            raise NotFound from None
        if "slug" in lost.lost:
            raise AlreadyExists("This slug is taken.", code="slug_taken") from None
        raise Missing([name.removeprefix("reference ") for name in lost.lost]) from None
