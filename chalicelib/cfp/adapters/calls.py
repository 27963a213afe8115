"""Stores calls for papers in the content table, each beside its event. Implements the port `Calls`."""

import contextlib

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_tables import ContentTable
from chalicelib.aws.dynamo_transactions import ConditionLost, Transaction
from chalicelib.cfp.ports import CallTimes
from chalicelib.content.adapters.writes import add_tags
from chalicelib.core.errors import NotFound
from chalicelib.core.kinds import REVISION, View
from chalicelib.notifications.adapters.writes import due_item
from chalicelib.notifications.ports import CALL
from chalicelib.representations.represent import Representation


class CallItem(ContentTable):
    """A stored call for papers: its representation and the times when it is open (Unix seconds)."""

    rev = NumberAttribute()
    etag = UnicodeAttribute()
    body = UnicodeAttribute()
    opens_at = NumberAttribute()
    closes_at = NumberAttribute()


class DynamoCalls:
    def put(self, event_id: str, call: Representation, times: CallTimes, *, expected_tag: str | None, tag: str) -> None:
        """One transaction of up to four items."""
        item = CallItem(*keys.call_for_papers(event_id), rev=REVISION, etag=call.etag, body=call.body)
        item.opens_at, item.closes_at = times.opens_at, times.closes_at
        unchanged = CallItem.pk.does_not_exist() if expected_tag is None else CallItem.etag == expected_tag
        transaction = Transaction()
        transaction.put("call", item, unchanged)
        for at in times.due:
            transaction.put("due", due_item(at, CALL, event_id))
        _commit_call(transaction, event_id, tag)

    def delete(self, event_id: str, *, expected_tag: str, tag: str) -> None:
        """One transaction of two items."""
        transaction = Transaction()
        transaction.delete("call", CallItem(*keys.call_for_papers(event_id)), CallItem.etag == expected_tag)
        _commit_call(transaction, event_id, tag)

    def refresh(self, event_id: str, *, tag: str) -> None:
        """One write; nothing when the event is gone."""
        with contextlib.suppress(NotFound):
            _commit_call(Transaction(), event_id, tag)


def _commit_call(transaction: Transaction, event_id: str, tag: str) -> None:
    """Commits the transaction together with a new tag for the event's public pages, because they show the call."""
    add_tags(transaction, event_id, View.PUBLIC, [], tag)
    try:
        transaction.commit()
    except ConditionLost as lost:
        if "event" in lost.lost:
            raise NotFound from None
        raise lost.precondition_failed("call") from None
