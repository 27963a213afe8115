"""The webhook endpoint at Stripe: one a stage, with the API version that the product speaks and the events it handles.

Stripe shows an endpoint's signing secret only when it is made. So an endpoint whose secret is not kept here (a run was
killed in between) is deleted and made again. Source: docs.stripe.com/api/webhook_endpoints
"""

from typing import Any

from infra.parameters import STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, Parameters
from infra.settings import Stage

TAG = "marquee_stage"


def client(secret_key: str, api_base: str = "") -> Any:
    """Stripe's client. `api_base` is for the test double."""
    import stripe

    from chalicelib.adapters.stripe_gateway import API_VERSION

    addresses: Any = {"api": api_base} if api_base else {}
    return stripe.StripeClient(secret_key, stripe_version=API_VERSION, base_addresses=addresses, max_network_retries=2)


def ensure(parameters: Parameters, stage: Stage, url: str) -> str:
    """Bring the endpoint to what is wished. Returns what was done, in a word; `none` without a key of Stripe's."""
    from chalicelib.adapters.stripe_gateway import API_VERSION
    from chalicelib.services.charging import HANDLED

    key = parameters.get(STRIPE_SECRET_KEY)
    if key is None:
        return "none"
    endpoints = client(key.value, stage.environment.get("STRIPE_API_BASE", "")).v1.webhook_endpoints
    events = sorted(HANDLED)
    known = _find(endpoints, stage)
    kept = parameters.get(STRIPE_WEBHOOK_SECRET)
    if known and (known["api_version"] != API_VERSION or not (kept and kept.value)):
        endpoints.delete(known["id"])
        known = None
    if known is None:
        made = endpoints.create(
            {"url": url, "enabled_events": events, "api_version": API_VERSION, "metadata": {TAG: stage.name}}
        )
        parameters.put(STRIPE_WEBHOOK_SECRET, _beside(made["secret"], kept.value if kept else ""))
        return "made"
    if known["url"] != url or sorted(known["enabled_events"]) != events or known["status"] != "enabled":
        endpoints.update(known["id"], {"url": url, "enabled_events": events, "disabled": False})
        return "updated"
    return "kept"


def remove(parameters: Parameters, stage: Stage) -> bool:
    """Delete the endpoint. Whether there was one."""
    key = parameters.get(STRIPE_SECRET_KEY)
    if key is None:
        return False
    endpoints = client(key.value, stage.environment.get("STRIPE_API_BASE", "")).v1.webhook_endpoints
    known = _find(endpoints, stage)
    if known is None:
        return False
    endpoints.delete(known["id"])
    return True


def _find(endpoints: Any, stage: Stage) -> dict[str, Any] | None:
    for one in endpoints.list({"limit": 100}).auto_paging_iter():
        known: dict[str, Any] = one.to_dict()
        if (known["metadata"] or {}).get(TAG) == stage.name:
            return known
    return None


def _beside(new: str, old: str) -> str:
    """The new secret first; the one before stays good for what is still on its way."""
    return ",".join([new, *old.split(",")[:1]]).rstrip(",")
