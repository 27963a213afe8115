"""Builds the parts of transactions that write content: a resource, checks of its references, new tags of the lists that
show it. Called by events.py, programme.py, cfp/adapters/submissions.py and team/adapters/dynamo.py.
"""

from collections.abc import Iterable, Sequence

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_transactions import ConditionLost, Transaction
from chalicelib.content.ports import Missing
from chalicelib.core.errors import AlreadyExists, BodyTooLarge, NotFound
from chalicelib.core.kinds import Kind, View
from chalicelib.representations.dynamo_items import ResourceItem, VersionsItem, resource_item
from chalicelib.representations.represent import Written

MAX_ITEM_BYTES = 350_000


def key_of(written: Written) -> keys.Key:
    """Returns the key of a resource's item."""
    if written.kind is Kind.EVENTS:
        return keys.event(written.event_id)
    return keys.resource(written.event_id, written.kind, written.id)


def written_item(written: Written, *, slug: str | None = None) -> ResourceItem:
    """Returns the item that holds a resource's representations. Raises BodyTooLarge above MAX_ITEM_BYTES."""
    item = resource_item(key_of(written), written.id, written.representation, written.public, slug=slug)
    if len(item.body.encode()) + len((item.public_body or "").encode()) > MAX_ITEM_BYTES:
        raise BodyTooLarge(f"Together its texts may have at most {MAX_ITEM_BYTES} bytes.")
    return item


def add_resource(
    transaction: Transaction, written: Written, *, expected_tag: str | None, slug: str | None = None
) -> None:
    """Adds the write of a resource under the name `resource`. With `expected_tag` it replaces the item with that tag;
    without, the item must not exist yet.
    """
    unchanged = ResourceItem.pk.does_not_exist() if expected_tag is None else ResourceItem.etag == expected_tag
    transaction.put("resource", written_item(written, slug=slug), unchanged)


def require_references(transaction: Transaction, event_id: str, references: Iterable[tuple[str, Kind, str]]) -> None:
    """Adds a check for each reference that its target exists, under the name `reference <JSON pointer>`."""
    targets = {(kind, target): pointer for pointer, kind, target in references}
    for (kind, target), pointer in targets.items():
        key = keys.resource(event_id, kind, target)
        transaction.check(f"reference {pointer}", ResourceItem, key, ResourceItem.pk.exists())


def add_tags(
    transaction: Transaction,
    event_id: str,
    view: View,
    kinds: Sequence[Kind],
    tag: str,
    *more: Action,
    condition: Condition | None = None,
    name: str = "event",
) -> None:
    """Adds, under `name`, the update of the versions of one view: new tags and higher counters of the lists in `kinds`.
    The event must exist and `condition` must hold.
    """
    fresh = view_tag(tag, view)
    actions: list[Action] = [VersionsItem.etag.set(fresh), *more]
    for kind in kinds:
        actions.append(getattr(VersionsItem, kind.counter).add(1))
        if kind is not Kind.EVENTS:
            actions.append(getattr(VersionsItem, f"{kind.value}_etag").set(fresh))
    exists = VersionsItem.pk.exists()
    required = exists if condition is None else exists & condition
    transaction.update(name, VersionsItem(*keys.versions(event_id, view)), actions, required)


def view_tag(tag: str, view: View) -> str:
    """Returns the form of a change's tag for one view. The views need different tags because staff and the public read
    the same URL, and equal tags on one URL must mean equal bytes.
    """
    return f"{tag}-s" if view is View.ALL else tag


def commit(transaction: Transaction) -> None:
    """Commits the transaction and maps a lost condition to the matching error: PreconditionFailed, NotFound,
    AlreadyExists or Missing.
    """
    try:
        transaction.commit()
    except ConditionLost as lost:
        if "resource" in lost.lost:
            raise lost.precondition_failed("resource") from None
        if "event" in lost.lost:
            raise NotFound from None
        if "slug" in lost.lost:
            raise AlreadyExists("This slug is taken.", code="slug_taken") from None
        raise Missing([name.removeprefix("reference ") for name in lost.lost]) from None
