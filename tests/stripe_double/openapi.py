"""Checks a value against a schema of Stripe's OpenAPI document.

The check is strict: a field that is not in the schema is a fault.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
EXTRACT = HERE / "stripe_openapi.json"
WHOLE = HERE.parents[1].parent / "shared" / "data" / "stripe" / "spec3.json"
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


@functools.cache
def load(path: Path) -> Any:
    """Returns an OpenAPI document; reads each file once."""
    return json.loads(path.read_text())


def answer_faults(document: dict[str, Any], status: int, body: bytes) -> list[str]:
    """Returns the faults of an answer of the API: an object, a list of objects, a deletion or an error."""
    answered = json.loads(body)
    if status >= 400:
        return faults(document, "error", answered)
    if answered.get("deleted"):
        return faults(document, f"deleted_{answered['object']}", answered)
    items = answered["data"] if answered["object"] == "list" else [answered]
    return [fault for item in items for fault in faults(document, item["object"], item)]


def event_faults(document: dict[str, Any], event: dict[str, Any]) -> list[str]:
    """Returns the faults of an event and of the object in it."""
    carried = event["data"]["object"]
    return faults(document, "event", event) + faults(document, carried["object"], carried)


def faults(document: dict[str, Any], name: str, value: object) -> list[str]:
    """Returns the faults of the value as an instance of components/schemas/{name}; empty when it is valid."""
    return _check(document, {"$ref": f"#/components/schemas/{name}"}, value, name)


def _check(document: dict[str, Any], schema: dict[str, Any], value: object, path: str) -> list[str]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name not in document["components"]["schemas"]:
            return [f"{path}: the schema {name} is not in the extract (extract_openapi.py makes it)"]
        schema = document["components"]["schemas"][name]
    if value is None:
        return [] if schema.get("nullable") else [f"{path}: null is not allowed"]
    if "anyOf" in schema:
        tries = [_check(document, each, value, path) for each in schema["anyOf"]]
        return [] if any(not found for found in tries) else min(tries, key=len)
    kind = schema.get("type")
    if kind is not None and not _is_a(kind, value):
        return [f"{path}: {value!r} is not a {kind}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{path}: {value!r} is not one of {schema['enum'][:8]}"]
    return _check_parts(document, schema, value, path)


def _check_parts(document: dict[str, Any], schema: dict[str, Any], value: object, path: str) -> list[str]:
    if isinstance(value, str):
        return [] if len(value) <= schema.get("maxLength", 10**9) else [f"{path}: too long"]
    if isinstance(value, list):
        return [
            fault
            for place, item in enumerate(value)
            for fault in _check(document, schema.get("items", {}), item, f"{path}[{place}]")
        ]
    return _check_object(document, schema, value, path) if isinstance(value, dict) else []


def _check_object(document: dict[str, Any], schema: dict[str, Any], value: dict[str, Any], path: str) -> list[str]:
    found = [f"{path}.{name}: missing" for name in schema.get("required", []) if name not in value]
    known = schema.get("properties", {})
    others = schema.get("additionalProperties", not known)
    for name, item in value.items():
        if name in known:
            found += _check(document, known[name], item, f"{path}.{name}")
        elif isinstance(others, dict):
            found += _check(document, others, item, f"{path}.{name}")
        elif not others:
            found.append(f"{path}.{name}: not a field of Stripe's")
    return found


def _is_a(kind: str, value: object) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES[kind])
