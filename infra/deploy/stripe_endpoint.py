"""The webhook endpoints at Stripe: one a stage, and with Connect one more for what happens in organisers' accounts,
with the API version that the product speaks and the events it handles.

Stripe shows an endpoint's signing secret only when it is made. So an endpoint is marked once its secret is kept here;
one without the mark (a run was killed in between) is replaced. Source: docs.stripe.com/api/webhook_endpoints
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from infra.deploy.parameters import (
    STRIPE_CONNECT_WEBHOOK_SECRET,
    STRIPE_SECRET_KEY,
    STRIPE_WEBHOOK_SECRET,
    StageParameters,
)
from infra.settings import Unusable

OWNER = "marquee_owner"
"""Metadata: account, region and stage, since several may share an account at Stripe."""
FOR = "marquee_for"
"""Metadata: `platform` or `connect`."""
KEPT = "marquee_secret_kept"
"""Metadata, set once the secret is in Parameter Store."""


def client(secret_key: str, api_base: str = "") -> Any:
    """Stripe's client. `api_base` is for the test double."""
    import stripe

    from chalicelib.payments.adapters.stripe import API_VERSION

    addresses: Any = {"api": api_base} if api_base else {}
    return stripe.StripeClient(secret_key, stripe_version=API_VERSION, base_addresses=addresses, max_network_retries=2)


class EndpointKind(NamedTuple):
    """One of the two endpoints a stage may have. `secret` is the parameter that keeps its signing secret."""

    name: str
    secret: str
    connect: bool
    events: frozenset[str]


def _kinds(*, connect: bool) -> tuple[EndpointKind, ...]:
    """What happens in the platform's own account, and, with Connect, in the organisers'."""
    from chalicelib.payments.services.dispatch_stripe_events import HANDLED, PAYMENT_EVENTS

    platform = EndpointKind("platform", STRIPE_WEBHOOK_SECRET, False, PAYMENT_EVENTS)
    return (platform, EndpointKind("connect", STRIPE_CONNECT_WEBHOOK_SECRET, True, HANDLED)) if connect else (platform,)


def ensure(parameters: StageParameters, owner: str, url: str, *, connect: bool = False, api_base: str = "") -> str:
    """Have endpoints that are as wished and whose secrets are kept. Returns what was done, in a word; `none` without a
    key of Stripe's. One that must be replaced stays beside the new one until `retire`. Raises Unusable.
    """
    with _refusals():
        endpoints = _endpoints(parameters, api_base)
        if endpoints is None:
            return "none"
        done = {_ensure(endpoints, kind, parameters, owner, url) for kind in _kinds(connect=connect)}
        return next(word for word in ("made", "updated", "kept") if word in done)


def _ensure(endpoints: Any, kind: EndpointKind, parameters: StageParameters, owner: str, url: str) -> str:
    from chalicelib.payments.adapters.stripe import API_VERSION

    events = sorted(kind.events)
    known = next((one for one in _ours(endpoints, owner, kind.name) if _is_kept(one, API_VERSION)), None)
    kept = parameters.get(kind.secret)
    if known is None or kept is None:
        named = {OWNER: owner, FOR: kind.name}
        wished = {"url": url, "enabled_events": events, "api_version": API_VERSION, "metadata": named}
        made = endpoints.create({**wished, "connect": True} if kind.connect else wished)
        parameters.put(kind.secret, _beside(made["secret"], kept.value if kept else ""))
        endpoints.update(made["id"], {"metadata": {KEPT: "yes"}})
        return "made"
    if known["url"] != url or sorted(known["enabled_events"]) != events or known["status"] != "enabled":
        endpoints.update(known["id"], {"url": url, "enabled_events": events, "disabled": False})
        return "updated"
    return "kept"


def retire(parameters: StageParameters, owner: str, *, connect: bool = False, api_base: str = "") -> int:
    """Delete the owner's endpoints but the newest of each wished kind whose secret is kept. Called once the functions
    know that secret; how many went. Raises Unusable.
    """
    with _refusals():
        endpoints = _endpoints(parameters, api_base)
        if endpoints is None:
            return 0
        wished = {kind.name for kind in _kinds(connect=connect)}
        old: list[dict[str, Any]] = []
        for name in ("platform", "connect"):
            ours = _ours(endpoints, owner, name)
            kept = [one for one in ours if (one["metadata"] or {}).get(KEPT)][:1] if name in wished else []
            old += [one for one in ours if one not in kept] if kept or name not in wished else []
        for one in old:
            endpoints.delete(one["id"])
        return len(old)


def remove(parameters: StageParameters, owner: str, *, api_base: str = "") -> int:
    """Delete the owner's endpoints; how many. Raises Unusable."""
    with _refusals():
        endpoints = _endpoints(parameters, api_base)
        ours = _ours(endpoints, owner) if endpoints else []
        for one in ours:
            endpoints.delete(one["id"])
        return len(ours)


def _endpoints(parameters: StageParameters, api_base: str) -> Any:
    key = parameters.get(STRIPE_SECRET_KEY)
    return client(key.value, api_base).v1.webhook_endpoints if key else None


def _ours(endpoints: Any, owner: str, kind: str | None = None) -> list[dict[str, Any]]:
    """The endpoints of one owner, of one kind or all, the newest first, as Stripe lists them."""
    listed = [one.to_dict() for one in endpoints.list({"limit": 100}).auto_paging_iter()]
    ours = [one for one in listed if (one["metadata"] or {}).get(OWNER) == owner]
    return [one for one in ours if kind in (None, one["metadata"].get(FOR, "platform"))]


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
