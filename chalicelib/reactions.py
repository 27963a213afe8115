"""THE SECOND MAP: which change in which table causes what. Read it top to bottom.

A change is named by the first word of its sort key (adapters/dynamo/keys.py). triggers/streams.py calls the service
with all changes that a batch has of one partition and noun; every reaction bears being repeated.
WHOLE_BATCH names those called with all changes of their noun instead, since they write many of them at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chalicelib.bootstrap import Services
    from chalicelib.domain.changes import Change

    Reaction = Callable[[list[Change]], None]
    Reactions = Mapping[str, Callable[[Services], Reaction]]

WHOLE_BATCH = frozenset({"ORDER"})

CONTENT: Reactions = {
    "IMPORT": lambda services: services.importing.on_changes,  # an upload was kept -> its event is made
    "EVENT": lambda services: services.clearing.on_changes,  # an event was deleted -> its parts go too
}

SALES: Reactions = {
    "STOCK": lambda services: services.offering.on_changes,  # tickets came free -> whoever waits for them gets an offer
    "ORDER": lambda services: services.tallying.on_changes,  # an order was written -> lists and totals of its event
    "REFUND": lambda services: services.refunding.on_changes,  # a refund is wanted -> Stripe makes it
    "CHECK_IN": lambda services: services.reporting.on_changes,  # somebody came in -> staff at the gate hear how many
}

STRIPE_INBOX: Reactions = {
    "INBOX": lambda services: services.hearing.on_changes,  # Stripe told us something -> charges, orders, accounts
}

NOTIFICATIONS: Reactions = {
    "NOTIFICATION": lambda services: services.broadcasting.broadcast,  # arrived or marked -> pushed to every socket
    "MAIL": lambda services: services.mailing.send,  # queued -> sent, once
}
