"""The second map: which change in which table causes what. Read it top to bottom: that is the order within a batch.

A change is named by the first word of its sort key (aws/dynamo_keys.py). triggers/streams.py calls the service
with all changes that a batch has of one partition and noun; every reaction bears being repeated, and each is tried
whatever became of the others.
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
"""How many of what a reaction is told together are dealt with side by side, unless an entry says otherwise."""
LOOKS_AT_ONCE = 4
"""Few enough that all batches of a shard at once, the functions of a sandbox too, find a place in Stripe's lines
(payments/adapters/stripe_pace.py): who finds none fails at once, and the stream's retries are spent without a pause.
"""


def partition_of(change: Change) -> str:
    """What a service is told together unless an entry says otherwise."""
    return change.partition


def payment_of(change: Change) -> str:
    """The order that an event of Stripe's names, or else the object that it is about."""
    event = change.after or {}
    return str(event.get("order_id") or event.get("object_id") or change.partition)


class On:
    """Changes of items of a noun, and the service's method that they cause. It is called for one partition (or what
    `together` says) after the other, for many side by side (it waits for others), or once for the whole batch (it does
    much at once).
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
    On("IMPORT", lambda on: on.exchange.import_event.on_changes),  # an upload was kept -> its event is made
    On("VERSIONS", lambda on: on.live.watch_event.on_changes),  # lists of an event changed -> who watches it hears
    On("EVENT", lambda on: on.content.delete_parts.on_changes),  # an event was deleted -> its parts go too,
    On("EVENT", lambda on: on.cfp.delete_proposals.on_changes),  #   what was proposed for it,
    On("EVENT", lambda on: on.team.delete_members.on_changes),  #   and the roles of its staff
    On("CALL_FOR_PAPERS", lambda on: on.cfp.announce_call.on_changes),  # a call may be open -> people hear it, once
    On("EVENT", lambda on: on.cfp.announce_call.on_changes),  # an event may be public now -> so may its call
)

SALES = (
    On("STOCK", lambda on: on.waiting_list.offer_tickets.on_changes),  # tickets came free -> who waits gets an offer
    On("ORDER", lambda on: on.live.signal_orders.on_changes, WHOLE_BATCH),  # in another state -> its buyer's pages
    On("ORDER", lambda on: on.reports.update_totals.on_changes, WHOLE_BATCH),  # written -> lists and totals
    On("REFUND", lambda on: on.payments.refund_payment.on_changes),  # a refund is wanted -> Stripe makes it
    On("CHECK_IN", lambda on: on.check_in.push_counts.on_changes),  # somebody came in -> staff at the gate see it
)

STRIPE_INBOX = (
    # Stripe told us something -> charges, orders, accounts; fees are read for many charges at once
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
    On("NOTIFICATION", lambda on: on.live.push_notifications.on_changes, SIDE_BY_SIDE),  # new or marked -> every socket
    On("MAIL", lambda on: on.orders.notify_undelivered.on_changes),  # tickets did not arrive -> staff hear it
    On("ANNOUNCEMENT", lambda on: on.announcements.fan_out.on_changes),  # written or moved on -> its next step
    On("CALL_OPEN", lambda on: on.announcements.fan_out.on_changes),  # the same, of a call for papers
    On("NOTIFICATION", lambda on: on.push.send_push.on_changes, WHOLE_BATCH),  # new -> browsers that are closed
)

MAILS = (
    On("MAIL", lambda on: on.mail.send_mail.on_changes, SIDE_BY_SIDE),  # queued or woken -> sent, once, when it may be
)
"""Of the same stream as NOTIFICATIONS, for a function of its own: slow mails hold up no push. It is given queued mails
alone (infra/stream_settings.py), the other everything: it passes over mails that are queued.
"""
