"""Webhook endpoints: create, list, update, delete.

They get events beside the endpoint in the double's settings. The signing secret is shown once, when an endpoint is
created. Source: https://docs.stripe.com/api/webhook_endpoints.
"""

from __future__ import annotations

from typing import Any

from local.stripe_double.api.errors import parameter_missing
from local.stripe_double.api.listing import PAGE, page
from local.stripe_double.api.parameters import boolean, list_of, metadata, shape, text, url
from local.stripe_double.api.store import Json
from local.stripe_double.api.work import Work
from local.stripe_double.connect.application_fees import APPLICATION

_FIELDS = {"description": text(), "enabled_events": list_of(text()), "url": url, "metadata": metadata}
CREATE = shape({**_FIELDS, "api_version": text(), "connect": boolean, "expand": list_of(text())})
UPDATE = shape({**_FIELDS, "disabled": boolean, "expand": list_of(text())})
LIST = shape({**PAGE, "expand": list_of(text())})
NONE = shape({})


def create_endpoint(work: Work, params: dict[str, Any]) -> Json:
    """Creates an endpoint and returns it with its secret. With `connect` it gets only events of connected accounts."""
    for name in ("url", "enabled_events"):
        if name not in params:
            raise parameter_missing(name)
    endpoint = {
        "id": work.new_id("we_1"),
        "object": "webhook_endpoint",
        "api_version": params.get("api_version"),
        "application": APPLICATION if params.get("connect") else None,
        "created": work.now,
        "description": params.get("description"),
        "enabled_events": params["enabled_events"],
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "status": "enabled",
        "url": params["url"],
    }
    secret = work.new_id("whsec_")
    work.put(endpoint)
    private = {"id": endpoint["id"], "secret": secret, "connect": params.get("connect", False)}
    work.tx.put("endpoint_secret", endpoint["id"], private)
    return {**endpoint, "secret": secret}


def update_endpoint(work: Work, params: dict[str, Any], key: str) -> Json:
    """Changes fields, merges metadata, enables or disables."""
    endpoint = work.get("webhook_endpoint", key)
    endpoint.update({name: params[name] for name in _FIELDS if name in params and name != "metadata"})
    endpoint["metadata"] = {**endpoint["metadata"], **params.get("metadata", {})}
    if "disabled" in params:
        endpoint["status"] = "disabled" if params["disabled"] else "enabled"
    return work.put(endpoint)


def delete_endpoint(work: Work, _params: dict[str, Any], key: str) -> Json:
    """Deletes an endpoint. It gets no more events."""
    work.get("webhook_endpoint", key)
    work.tx.delete("webhook_endpoint", key)
    work.tx.delete("endpoint_secret", key)
    return {"id": key, "object": "webhook_endpoint", "deleted": True}


def list_endpoints(work: Work, params: dict[str, Any]) -> Json:
    """Returns the endpoints, newest first."""
    return page(work, "webhook_endpoint", params, "/v1/webhook_endpoints", keep=lambda _: True)
