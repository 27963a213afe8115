"""The webhook endpoint at Stripe: one a stage, with the API version that the product speaks and the events it handles.

Stripe shows an endpoint's signing secret only when it is made. So an endpoint is marked once its secret is kept here;
one without the mark (a run was killed in between) is replaced. Source: docs.stripe.com/api/webhook_endpoints
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from infra.parameters import STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, Parameters
from infra.settings import Unusable

OWNER = "marquee_owner"
"""Metadata: account, region and stage, since several may share an account at Stripe."""
KEPT = "marquee_secret_kept"
"""Metadata, set once the secret is in Parameter Store."""


def client(secret_key: str, api_base: str = "") -> Any:
    """Stripe's client. `api_base` is for the test double."""
    import stripe

    from chalicelib.adapters.stripe_gateway import API_VERSION

    addresses: Any = {"api": api_base} if api_base else {}
    return stripe.StripeClient(secret_key, stripe_version=API_VERSION, base_addresses=addresses, max_network_retries=2)


def ensure(parameters: Parameters, owner: str, url: str, *, api_base: str = "") -> str:
    """Have an endpoint that is as wished and whose secret is kept. Returns what was done, in a word; `none` without a
    key of Stripe's. One that must be replaced stays beside the new one until `retire`. Raises Unusable.
    """
    from chalicelib.adapters.stripe_gateway import API_VERSION
    from chalicelib.services.hearing import PAYMENT_EVENTS

    with _refusals():
        endpoints = _endpoints(parameters, api_base)
        if endpoints is None:
            return "none"
        events = sorted(PAYMENT_EVENTS)
        known = next((one for one in _ours(endpoints, owner) if _is_kept(one, API_VERSION)), None)
        kept = parameters.get(STRIPE_WEBHOOK_SECRET)
        if known is None or kept is None:
            made = endpoints.create(
                {"url": url, "enabled_events": events, "api_version": API_VERSION, "metadata": {OWNER: owner}}
            )
            parameters.put(STRIPE_WEBHOOK_SECRET, _beside(made["secret"], kept.value if kept else ""))
            endpoints.update(made["id"], {"metadata": {KEPT: "yes"}})
            return "made"
        if known["url"] != url or sorted(known["enabled_events"]) != events or known["status"] != "enabled":
            endpoints.update(known["id"], {"url": url, "enabled_events": events, "disabled": False})
            return "updated"
        return "kept"


def retire(parameters: Parameters, owner: str, *, api_base: str = "") -> int:
    """Delete the owner's endpoints but the newest whose secret is kept. Called once the functions know that secret; how
    many went. Raises Unusable.
    """
    with _refusals():
        endpoints = _endpoints(parameters, api_base)
        ours = _ours(endpoints, owner) if endpoints else []
        kept = [one for one in ours if (one["metadata"] or {}).get(KEPT)]
        old = [one for one in ours if one != kept[0]] if kept else []
        for one in old:
            endpoints.delete(one["id"])
        return len(old)


def remove(parameters: Parameters, owner: str, *, api_base: str = "") -> int:
    """Delete the owner's endpoints; how many. Raises Unusable."""
    with _refusals():
        endpoints = _endpoints(parameters, api_base)
        ours = _ours(endpoints, owner) if endpoints else []
        for one in ours:
            endpoints.delete(one["id"])
        return len(ours)


def _endpoints(parameters: Parameters, api_base: str) -> Any:
    key = parameters.get(STRIPE_SECRET_KEY)
    return client(key.value, api_base).v1.webhook_endpoints if key else None


def _ours(endpoints: Any, owner: str) -> list[dict[str, Any]]:
    """The endpoints of one owner, the newest first, as Stripe lists them."""
    listed = [one.to_dict() for one in endpoints.list({"limit": 100}).auto_paging_iter()]
    return [one for one in listed if (one["metadata"] or {}).get(OWNER) == owner]


def _is_kept(endpoint: dict[str, Any], api_version: str) -> bool:
    return endpoint["api_version"] == api_version and bool(endpoint["metadata"].get(KEPT))


@contextmanager
def _refusals() -> Iterator[None]:
    """Stripe's refusals as something that the user can mend; without its message, which may quote a key."""
    import stripe

    try:
        yield
    except stripe.StripeError as error:
        raise Unusable(f"Stripe refused: {type(error).__name__} ({error.code or error.http_status})") from None


def _beside(new: str, old: str) -> str:
    """The new secret first; the one before stays good for what is still on its way."""
    return ",".join([new, *old.split(",")[:1]]).rstrip(",")
