"""The second map: which change of which table calls which service. The order here is the order within a batch.

A change is named by the first word of its sort key (aws/dynamo_keys.py). triggers/streams.py calls the service with all
changes of a batch that have the same partition and noun. Every reaction may run more than once for a change. A reaction
that fails does not stop the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.bootstrap import Services
    from chalicelib.core.changes import Change

    Choice = Callable[[Services], Callable[[list[Change]], None]]

BY_PARTITION, SIDE_BY_SIDE, WHOLE_BATCH = "by partition", "side by side", "whole batch"
AT_ONCE = 16
"""Groups of changes that a SIDE_BY_SIDE reaction handles at the same time, unless an entry sets another number."""
LOOKS_AT_ONCE = 4
"""Calls at the same time to services that ask Stripe. Small enough that all batches of a shard together find a place in
the queues of payments/adapters/stripe_pace.py. A call without a place fails at once, and then the stream's retries are
used up without a pause between them.
"""


def partition_of(change: Change) -> str:
    """Returns the key by which changes are grouped for one call, unless an entry sets another function."""
    return change.partition


def payment_of(change: Change) -> str:
    """Returns the order that a Stripe event names, or else the Stripe object that the event is about."""
    event = change.after or {}
    return str(event.get("order_id") or event.get("object_id") or change.partition)


class On:
    """One reaction: a service's method and the noun whose changes it is called with. BY_PARTITION: called for one
    partition (or group that `together` returns) after the other. SIDE_BY_SIDE: called for many groups at the same time,
    for services that wait for others. WHOLE_BATCH: called once, for services that handle many changes together.
    """

    __slots__ = ("at_once", "choice", "how", "noun", "together")

    def __init__(
        self,
        noun: str,
        choice: Choice,
        how: str = BY_PARTITION,
        *,
        together: Callable[[Change], str] = partition_of,
        at_once: int = AT_ONCE,
    ) -> None:
        self.noun = noun
        self.choice = choice
        self.how = how
        self.together = together
        self.at_once = at_once


CONTENT = (
    On("IMPORT", lambda on: on.exchange.import_event.on_changes),  # an archive was uploaded -> its event is created
    On("VERSIONS", lambda on: on.live.watch_event.on_changes),  # an event's lists changed -> pages that watch it
    On("EVENT", lambda on: on.content.delete_parts.on_changes),  # an event was deleted -> delete its parts,
    On("EVENT", lambda on: on.cfp.delete_proposals.on_changes),  #   its proposals,
    On("EVENT", lambda on: on.team.delete_members.on_changes),  #   and its staff's roles
    On("CALL_FOR_PAPERS", lambda on: on.cfp.announce_call.on_changes),  # a call may be open -> notify people, once
    On("EVENT", lambda on: on.cfp.announce_call.on_changes),  # an event may be public -> so may its call
)

SALES = (
    On("STOCK", lambda on: on.waiting_list.offer_tickets.on_changes),  # tickets became free -> offer them to the queue
    On("ORDER", lambda on: on.live.signal_orders.on_changes, WHOLE_BATCH),  # its state changed -> its buyer's pages
    On("ORDER", lambda on: on.reports.update_totals.on_changes, WHOLE_BATCH),  # written -> lists and totals
    On("REFUND", lambda on: on.payments.refund_payment.on_changes),  # a refund was requested -> Stripe makes it
    On("CHECK_IN", lambda on: on.check_in.push_counts.on_changes),  # a ticket was checked in -> staff see the count
)

STRIPE_INBOX = (
    # a Stripe event was stored -> charges, orders, accounts are updated; fees are read for many charges at once
    On(
        "INBOX",
        lambda on: on.payments.dispatch_stripe_events.on_changes,
        SIDE_BY_SIDE,
        together=payment_of,
        at_once=LOOKS_AT_ONCE,
    ),
    On("INBOX", lambda on: on.payments.record_fees.on_changes, WHOLE_BATCH),
)

NOTIFICATIONS = (
    On("NOTIFICATION", lambda on: on.live.push_notifications.on_changes, SIDE_BY_SIDE),  # new or marked -> open sockets
    On("MAIL", lambda on: on.orders.notify_undelivered.on_changes),  # tickets were not delivered -> notify staff
    On("ANNOUNCEMENT", lambda on: on.announcements.fan_out.on_changes),  # written or moved on -> its next step
    On("CALL_OPEN", lambda on: on.announcements.fan_out.on_changes),  # the same for a call for papers
    On("NOTIFICATION", lambda on: on.push.send_push.on_changes, WHOLE_BATCH),  # new -> push to closed browsers
)

MAILS = (
    On("MAIL", lambda on: on.mail.send_mail.on_changes, SIDE_BY_SIDE),  # queued or due again -> send it once
)
"""Reads the same stream as NOTIFICATIONS, in a function of its own, so that slow mails do not delay pushes. That
function receives only queued mails (infra/stream_settings.py); the NOTIFICATIONS function receives everything and skips
queued mails.
"""
