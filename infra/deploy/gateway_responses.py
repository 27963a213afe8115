"""Sets the responses that API Gateway gives by itself, without a function: problem documents like the product's own.

Each deploy of Chalice overwrites the whole API, these responses included, so `up` and `rollback` set them again
afterwards. The local gateway uses the same texts (local/gateway/gateway_problems.py).
Source: docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
"""

import json
from typing import Any

from infra import names

ANSWERS: dict[str, tuple[int | None, str, str]] = {
    "MISSING_AUTHENTICATION_TOKEN": (404, "not_found", "There is nothing here."),
    "INVALID_SIGNATURE": (404, "not_found", "There is nothing here."),
    "REQUEST_TOO_LARGE": (413, "payload_too_large", "The body is too large."),
    "THROTTLED": (429, "too_many_requests", "Too many requests. Try again in a moment."),
    "INTEGRATION_TIMEOUT": (504, "gateway_timeout", "This took too long. Try again."),
    "DEFAULT_4XX": (None, "bad_request", "The request was refused."),
    "DEFAULT_5XX": (None, "internal_error", "Something went wrong. Try again."),
}
"""By response type: the status (None: the gateway's own), our code, the detail."""


def apply(client: Any, api_id: str) -> bool:
    """Sets the responses that differ and deploys them. Returns whether any did."""
    current = {one["responseType"]: one for one in client.get_gateway_responses(restApiId=api_id)["items"]}
    changed = False
    for kind, answer in ANSWERS.items():
        wanted = _wanted(*answer)
        if any(current.get(kind, {}).get(key) != value for key, value in wanted.items()):
            client.put_gateway_response(restApiId=api_id, responseType=kind, **wanted)
            changed = True
    if changed:
        client.create_deployment(restApiId=api_id, stageName=names.API_STAGE)
    return changed


def problem(code: str, detail: str) -> dict[str, Any]:
    """Returns the problem document without its status and the request's id."""
    return {"type": f"/api/docs#problem-{code}", "title": detail, "detail": detail, "code": code}


def _wanted(status: int | None, code: str, detail: str) -> dict[str, Any]:
    known = {"status": status} if status else {}
    text = json.dumps({**problem(code, detail), **known, "request_id": "$context.requestId"})
    wanted: dict[str, Any] = {
        "responseParameters": {
            "gatewayresponse.header.Content-Type": "'application/problem+json'",
            "gatewayresponse.header.Cache-Control": "'no-store'",
        },
        "responseTemplates": {"application/json": text},
    }
    return wanted | ({"statusCode": str(status)} if status else {})
