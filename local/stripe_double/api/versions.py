"""Events as another API version would render them. An endpoint may be pinned to an old version, or to one that is newer
than the library.

Called by webhooks.py when a fault is set. Only changes that matter to a reader are made. Sources are beside them.
"""

from __future__ import annotations

import copy

from .store import Json

OLD = "2022-08-01"
NEW = "2029-03-28.zinnia"


def rendered_old(event: Json) -> Json:
    """Returns the event as before 2022-11-15 (https://docs.stripe.com/changelog): with `charges` and `refunds`."""
    older = copy.deepcopy(event)
    older["api_version"] = OLD
    item = older["data"]["object"]
    if item["object"] == "payment_intent":
        latest = item.pop("latest_charge", None)
        charges = [{"id": latest, "object": "charge"}] if latest else []
        item["charges"] = {
            "object": "list",
            "data": charges,
            "has_more": False,
            "url": f"/v1/charges?payment_intent={item['id']}",
        }
    elif item["object"] == "charge":
        item["refunds"] = {"object": "list", "data": [], "has_more": False, "url": f"/v1/charges/{item['id']}/refunds"}
    elif item["object"] == "checkout.session":
        for name in ("ui_mode", "adaptive_pricing", "collected_information", "customer_account"):
            item.pop(name, None)
    return older


def rendered_new(event: Json) -> Json:
    """Returns the event as a future version could render it: with unknown fields and values beside the usual ones."""
    newer = copy.deepcopy(event)
    newer["api_version"] = NEW
    newer["reason"] = {"type": "request", "unheard_of": [1, None, {"deep": True}]}
    newer["data"]["unheard_of"] = "value"
    newer["data"]["object"]["unheard_of"] = {"amount": 10**20, "text": "\N{SNOWMAN}", "none": None}
    return newer
