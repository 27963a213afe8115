"""Makes the OpenAPI 3.1 document from the contracts of all registered routes. docs/openapi.json is its committed copy;
a test compares the two. Served by routes/docs.py.
"""

import inspect
import re
from typing import Any

import msgspec

from chalicelib.api.endpoint import LONG_KEY, REGISTERED, Registered
from chalicelib.api.requests import Contract
from chalicelib.api.schemas import resolve
from chalicelib.orders.domain.order_state import OrderState
from chalicelib.tickets.domain.ticket import TicketState

BASE = "/api"
_REF = "#/components/schemas/{name}"
_QUERY: dict[str, dict[str, Any]] = {
    "limit": {"type": "integer", "minimum": 1, "maximum": 500, "default": 200},
    "view": {"type": "string", "enum": ["public", "all"]},
    "order": {"type": "string", "enum": ["newest", "oldest"]},
}
_KEY = "The same key and body give the same answer and create nothing twice; another body is refused (422)."
_GUESTS_KEY = (
    f"{_KEY} Without an account, a key of {LONG_KEY} characters or more gives the same answer from anywhere, so make "
    "it random; a shorter one holds for one address and browser."
)
_IDEMPOTENCY_KEY = {"required": _KEY, "optional": _GUESTS_KEY, "none": _GUESTS_KEY}
_READ_OR_NOT = ["unread", "read", "all"]
_STATES: dict[str, list[str]] = {
    "notifications": _READ_OR_NOT,
    "admin": _READ_OR_NOT,
    "orders": [state.value for state in OrderState],
    "attendees": [state.value for state in TicketState],
}
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "Stable; branch on this one."},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {"type": "object", "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}}},
        },
        "current": {"type": "object", "description": "With 412: the current version and its ETag."},
    },
}


def document() -> dict[str, Any]:
    """Returns the whole document; the same for the same routes."""
    routes = sorted((r for r in REGISTERED if r.path.startswith("/v1/")), key=lambda r: (r.path, r.method))
    names = sorted({name for r in routes for name in (r.contract.body, r.contract.result) if name})
    structs = {name: resolve(name) for name in names}
    _, components = msgspec.json.schema_components(structs.values(), ref_template=_REF)
    schemas = {name: _portable(schema) for name, schema in components.items()}
    for route in routes:
        if route.contract.patch and route.contract.body:
            name = structs[route.contract.body].__name__
            schemas[f"{name}Patch"] = _patch(schemas[name])
    schemas["Problem"] = _PROBLEM
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(BASE + route.path, {})[route.method.lower()] = _operation(route)
    used = _used(paths, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Marquee",
            "version": "1",
            "description": "Events, tickets and notifications. Every GET takes If-None-Match and answers HEAD too.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": {name: schemas[name] for name in sorted(used)},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _used(paths: dict[str, Any], schemas: dict[str, Any]) -> set[str]:
    """Returns the names of the schemas that the paths refer to, themselves or through other schemas. A struct that is
    only ever patched is not among them, its patch is.
    """
    used: set[str] = set()
    found = _names(paths)
    while found:
        used |= found
        found = set().union(*(_names(schemas[name]) for name in found)) - used
    return used


def _names(value: Any) -> set[str]:
    """Returns the names of the schemas that a part of the document refers to itself."""
    if isinstance(value, list):
        return set().union(*map(_names, value))
    if not isinstance(value, dict):
        return set()
    found = set().union(*map(_names, value.values()))
    reference = value.get("$ref")
    return found | {reference.rpartition("/")[2]} if isinstance(reference, str) else found


def _operation(route: Registered) -> dict[str, Any]:
    contract = route.contract
    operation: dict[str, Any] = {
        "operationId": f"{route.method.lower()}_{re.sub(r'[^a-z0-9]+', '_', route.path.lower()).strip('_')}",
        "summary": contract.summary,
        "tags": [_tag(route.path)],
        "parameters": _parameters(route),
        "responses": _responses(route),
    }
    if contract.auth != "none":
        operation["security"] = [{"bearer": []}] if contract.auth == "required" else [{"bearer": []}, {}]
    if contract.body:
        name = contract.body.partition(":")[2] + ("Patch" if contract.patch else "")
        media = "application/merge-patch+json" if contract.patch else "application/json"
        content = {media: {"schema": {"$ref": _REF.format(name=name)}}}
        operation["requestBody"] = {"required": True, "content": content}
    elif contract.raw:
        operation["requestBody"] = {"required": True, "content": {"*/*": {}}}
    return operation


def _parameters(route: Registered) -> list[dict[str, Any]]:
    contract = route.contract
    found = [_parameter(name, "path", required=True) for name in re.findall(r"\{(\w+)\}", route.path)]
    found += [_parameter(name, "query", schema=_query_schema(name, route)) for name in contract.query]
    if route.method in ("GET", "HEAD") and contract.status == 200:
        found.append(_parameter("If-None-Match", "header"))
    if contract.if_match:
        found.append(_parameter("If-Match", "header", required=True))
    if contract.creates:
        key = _parameter("Idempotency-Key", "header", schema={"type": "string", "minLength": 1, "maxLength": 255})
        found.append({**key, "description": _IDEMPOTENCY_KEY[contract.auth]})
    return found


def _query_schema(name: str, route: Registered) -> dict[str, Any] | None:
    """Returns the schema of a query parameter that is not any text. Each tag has its own values of `state`."""
    if name == "state":
        return {"type": "string", "enum": _STATES[_tag(route.path)]}
    return _QUERY.get(name)


def _parameter(
    name: str, place: str, *, required: bool = False, schema: dict[str, Any] | None = None
) -> dict[str, Any]:
    return {"name": name, "in": place, "required": required, "schema": schema or {"type": "string"}}


def _responses(route: Registered) -> dict[str, Any]:
    contract = route.contract
    success: dict[str, Any] = {"description": "Done"}
    if contract.result:
        success["content"] = {contract.content_type: {"schema": _result(contract)}}
    responses = {str(contract.status): success}
    if route.method in ("GET", "HEAD"):
        responses["304"] = {"description": "The client has it"}
    problem = {"application/problem+json": {"schema": {"$ref": _REF.format(name="Problem")}}}
    for status in _problems(route):
        responses[str(status)] = {"description": "Problem", "content": problem}
    return dict(sorted(responses.items()))


def _problems(route: Registered) -> set[int]:
    contract = route.contract
    found = {400, 503, *contract.problems}
    if contract.auth != "none":
        found.add(401)
    if "{" in route.path:
        found.add(404)
    if contract.body or contract.raw:
        found |= {409, 413, 415, 422}
    if contract.if_match:
        found |= {409, 412, 428}
    if contract.auth == "required" and route.method not in ("GET", "HEAD"):
        found.add(403)
    return found


def _result(contract: Contract) -> dict[str, Any]:
    assert contract.result is not None  # noqa: S101
    one = {"$ref": _REF.format(name=contract.result.partition(":")[2])}
    if not contract.many:
        return one
    cursor = {"type": ["string", "null"]}
    page = {"items": {"type": "array", "items": one}, "next_cursor": cursor}
    return {"type": "object", "required": list(page), "properties": page}


def _portable(schema: Any) -> Any:
    """Returns the schema with two changes. Patterns use JSON Schema's dialect, where `$` is the very end of the text.
    Descriptions lose the indentation of docstrings, as Python 3.13 does by itself, so that every version gives the same
    document.
    """
    if isinstance(schema, dict):
        return {name: _portable_text(name, value) for name, value in schema.items()}
    return [_portable(one) for one in schema] if isinstance(schema, list) else schema


def _portable_text(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return _portable(value)
    if name == "pattern":
        return value.replace("\\Z", "$")
    return inspect.cleandoc(value) if name == "description" else value


def _patch(schema: dict[str, Any]) -> dict[str, Any]:
    """Returns the merge patch of a struct: no field is required, and null resets a field to its default."""
    patch = {k: v for k, v in schema.items() if k != "required"}
    return {**patch, "title": f"{schema.get('title')}Patch"}


def _tag(path: str) -> str:
    parts = [part for part in path.split("/")[2:] if not part.startswith("{")]
    return parts[1].partition(".")[0] if parts[0] == "events" and len(parts) > 1 else parts[0]
