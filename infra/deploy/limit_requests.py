"""How many requests the REST API takes: a limit on its stage, which Chalice cannot express.

Called after each `chalice deploy`; a deploy keeps it. What is above is answered 429 by the gateway itself, costs no
function, and leaves the account's own quota to the webhook's API, the sockets and other stages.
Source: docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
"""

from typing import Any

from infra import names

_EVERY_METHOD = "*/*"
_SETTINGS = {"throttlingRateLimit": "rateLimit", "throttlingBurstLimit": "burstLimit"}
"""Names of the settings, and what a patch calls them."""


def apply(client: Any, api_id: str, *, per_second: int) -> bool:
    """Set the limit, and half of it as the burst, as in the account's own quota. Whether anything changed."""
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
