"""THE SECOND MAP: which change in which table causes what. Read it top to bottom.

A change is named by the first word of its sort key (adapters/dynamo/keys.py). triggers/streams.py calls the service
with all changes that a batch has of one partition and noun; every reaction bears being repeated.
WHOLE_BATCH names those called with all changes of their noun instead, since they write many of them at once;
SIDE_BY_SIDE those whose partitions are dealt with at the same time, since they wait for others. Where several
reactions stand, each is tried whatever became of the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chalicelib.bootstrap import Services
    from chalicelib.domain.changes import Change

    Reaction = Callable[[list[Change]], None]
    Choice = Callable[[Services], Reaction]
    Reactions = Mapping[str, Choice | tuple[Choice, ...]]

WHOLE_BATCH = frozenset({"ORDER"})
SIDE_BY_SIDE = frozenset({"NOTIFICATION"})

CONTENT: Reactions = {
    "IMPORT": lambda services: services.importing.on_changes,  # an upload was kept -> its event is made
    "VERSIONS": lambda services: services.watching.on_changes,  # lists of an event changed -> who watches it hears
    "EVENT": lambda services: services.clearing.on_changes,  # an event was deleted -> its parts go too
}

SALES: Reactions = {
    "STOCK": lambda services: services.offering.on_changes,  # tickets came free -> whoever waits for them gets an offer
    "ORDER": (
        lambda services: services.signalling.on_orders,  # an order came into another state -> its buyer's pages look
        lambda services: services.tallying.on_changes,  # an order was written -> lists and totals of its event
    ),
    "REFUND": lambda services: services.refunding.on_changes,  # a refund is wanted -> Stripe makes it
    "CHECK_IN": lambda services: services.reporting.on_changes,  # somebody came in -> staff at the gate hear how many
}

STRIPE_INBOX: Reactions = {
    "INBOX": lambda services: services.hearing.on_changes,  # Stripe told us something -> charges, orders, accounts
}

NOTIFICATIONS: Reactions = {
    "NOTIFICATION": lambda services: services.broadcasting.broadcast,  # arrived or marked -> pushed to every socket
    "MAIL": lambda services: services.mailing.send,  # queued -> sent, once
    "ANNOUNCEMENT": lambda services: services.spreading.on_changes,  # written or moved on -> its next step
}
