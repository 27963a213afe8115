"""Lists events by types, delivery_success and time, and sends them again.

Source: https://docs.stripe.com/api/events. Called through the route table and by StripeDouble.
"""

from __future__ import annotations

import copy
from typing import Any

from local.stripe_double.api.errors import parameter_invalid
from local.stripe_double.api.listing import CREATED, PAGE, page
from local.stripe_double.api.parameters import boolean, list_of, shape, text
from local.stripe_double.api.store import Json
from local.stripe_double.api.work import Work

_KEPT_FOR = 30 * 86400
LIST = shape(
    {
        **PAGE,
        **CREATED,
        "delivery_success": boolean,
        "expand": list_of(text()),
        "type": text(),
        "types": list_of(text(), longest=20),
    }
)


def list_events(work: Work, params: dict[str, Any]) -> Json:
    """Returns events of the last 30 days, newest first. `delivery_success=false`: no 2xx from an endpoint (yet)."""
    if "type" in params and "types" in params:
        raise parameter_invalid("type", "You may only specify one of these parameters: type, types.")
    kinds = params.get("types") or ([params["type"]] if "type" in params else [])
    delivered = params.get("delivery_success")
    oldest = work.now - _KEPT_FOR

    def keep(row: Json) -> bool:
        if row["created"] < oldest:
            return False
        if delivered is not None and (row["pending_webhooks"] == 0) != delivered:
            return False
        return not kinds or any(_matches(row["type"], kind) for kind in kinds)

    return page(work, "event", params, "/v1/events", keep=keep)


def resend_event(work: Work, key: str) -> Json:
    """Queues an event again with the same id, as `stripe events resend` does."""
    return work.queue(work.get("event", key))


def reissue_event(work: Work, key: str) -> Json:
    """Queues a second event with a new id about the same object, as Stripe sometimes does."""
    known = work.get("event", key)
    event = copy.deepcopy(known)
    event.update(id=work.new_id("evt_1"), created=work.now)
    return work.queue(event)


def _matches(kind: str, pattern: str) -> bool:
    return kind == pattern or (pattern.endswith("*") and kind.startswith(pattern[:-1]))
