"""Limits how many requests the REST API accepts. The limit belongs to the API's stage; Chalice cannot express it.

Called after each `chalice deploy`, which keeps it. The gateway itself answers 429 above the limit. That costs no
function call and leaves the rest of the account's quota to the webhook's API, the sockets and other stages.
Source: docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
"""

from typing import Any

from infra import names

_EVERY_METHOD = "*/*"
_SETTINGS = {"throttlingRateLimit": "rateLimit", "throttlingBurstLimit": "burstLimit"}
"""By name of a setting: its name in a patch."""


def apply(client: Any, api_id: str, *, per_second: int) -> bool:
    """Sets the limit, and half of it as the burst, as in the account's own quota. Returns whether anything changed."""
    wanted = {"throttlingRateLimit": float(per_second), "throttlingBurstLimit": max(per_second // 2, 1)}
    stage = client.get_stage(restApiId=api_id, stageName=names.API_STAGE)
    current = stage.get("methodSettings", {}).get(_EVERY_METHOD, {})
    patch = [
        {"op": "replace", "path": f"/{_EVERY_METHOD}/throttling/{_SETTINGS[name]}", "value": f"{value:.0f}"}
        for name, value in wanted.items()
        if current.get(name) != value
    ]
    if patch:
        client.update_stage(restApiId=api_id, stageName=names.API_STAGE, patchOperations=patch)
    return bool(patch)
