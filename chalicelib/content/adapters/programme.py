"""Writes the parts of events (tracks, rooms, speakers, sessions, sponsors) to DynamoDB. Each write is one transaction
over the part, the tags of the lists that show it, and the items it depends on. Implements the port `ProgrammeStore`.
The caller passes a fresh tag for each change.
"""

from collections.abc import Sequence

from pynamodb.expressions.condition import Condition

from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_transactions import Transaction
from chalicelib.content.adapters.writes import (
    add_resource,
    add_tags,
    commit,
    key_of,
    require_references,
    written_item,
)
from chalicelib.content.ports import Listing
from chalicelib.core.errors import AlreadyExists, NotFound, PreconditionFailed
from chalicelib.core.kinds import Kind, View
from chalicelib.notifications.adapters.writes import add_mail, add_notifications
from chalicelib.notifications.domain.notification import Mail, Notification
from chalicelib.representations.dynamo_items import (
    ResourceItem,
    VersionsItem,
)
from chalicelib.representations.represent import Written
from chalicelib.representations.stored import StoredItem


class DynamoProgramme:
    def load(self, event_id: str, kind: Kind, resource_id: str) -> StoredItem | None:
        """Returns the staff's representation, read strongly consistently; None when there is none."""
        key = keys.event(event_id) if kind is Kind.EVENTS else keys.resource(event_id, kind, resource_id)
        try:
            item = ResourceItem.get(*key, consistent_read=True)
        except ResourceItem.DoesNotExist:
            return None
        return StoredItem(item.etag, item.body, int(item.rev))

    def load_all(self, event_id: str, kind: Kind) -> list[StoredItem]:
        """Returns the staff's representations of a whole list in the order of the sort keys, read strongly
        consistently.
        """
        prefix = ResourceItem.sk.startswith(keys.resources_prefix(kind))
        found = ResourceItem.query(keys.event(event_id)[0], prefix, consistent_read=True)
        return [StoredItem(item.etag, item.body, int(item.rev)) for item in found]

    def create(
        self, resource: Written, *, references: list[tuple[str, Kind, str]], tag: str, listing: Sequence[Listing] = ()
    ) -> None:
        """Writes a new part of an event. Raises Missing (a reference to nothing, or a speaker that changed in the
        meantime), NotFound (event) and AlreadyExists.
        """
        transaction = Transaction()
        add_resource(transaction, resource, expected_tag=None)
        _refer(transaction, resource.event_id, references, listing)
        more = [Kind.SPEAKERS] if listing else []
        _bump_views(transaction, resource, tag, public=resource.public is not None, more=more)
        try:
            commit(transaction)
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
        """Writes a changed part if the stored one still has the expected tag, with the messages about the change and
        the speakers whom it makes public. Raises PreconditionFailed, NotFound and Missing (a reference to nothing, or a
        speaker that changed in the meantime).
        """
        transaction = Transaction()
        add_notifications(transaction, notifications)
        for mail in mails:
            add_mail(transaction, mail)
        add_resource(transaction, resource, expected_tag=expected_tag)
        _refer(transaction, resource.event_id, references, listing)
        public = was_public or resource.public is not None
        _bump_views(transaction, resource, tag, public=public, more=[Kind.SPEAKERS] if listing else [])
        commit(transaction)

    def delete(self, resource: Written, *, expected_tag: str, sessions_tag: str | None, tag: str) -> None:
        """Deletes a part if it still has the expected tag. With `sessions_tag`, only if the list of sessions still has
        that tag: then no new session refers to the part. Raises PreconditionFailed, NotFound and Missing.
        """
        transaction = Transaction()
        gone = ResourceItem(*key_of(resource), etag=expected_tag)
        transaction.delete("resource", gone, ResourceItem.etag == expected_tag)
        condition = VersionsItem.sessions_etag == sessions_tag if sessions_tag is not None else None
        _bump_views(transaction, resource, tag, public=resource.public is not None, condition=condition)
        commit(transaction)

    def sessions_tag(self, event_id: str) -> str:
        """Returns the tag of the list of sessions, read strongly consistently. Raises NotFound."""
        try:
            return VersionsItem.get(*keys.versions(event_id, View.ALL), consistent_read=True).sessions_etag
        except VersionsItem.DoesNotExist:
            raise NotFound from None


def _refer(
    transaction: Transaction, event_id: str, references: list[tuple[str, Kind, str]], listing: Sequence[Listing]
) -> None:
    """Checks that every reference exists. Speakers who become public are written instead, on condition of their tag."""
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
    """Sets new tags on the lists that show a change: the list of its kind and the lists of `more`."""
    views = (View.ALL, View.PUBLIC) if public else (View.ALL,)
    for view in views:
        required = condition if view is View.ALL else None
        name = "event" if required is None else "sessions"
        add_tags(transaction, written.event_id, view, [written.kind, *more], tag, condition=required, name=name)
