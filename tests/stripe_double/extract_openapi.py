"""Makes stripe_openapi.json: the part of Stripe's OpenAPI document that the tests need, without descriptions.

    python tests/stripe_double/extract_openapi.py spec3.json

The document is at github.com/stripe/openapi (MIT; stripe_openapi.LICENSE). A test that misses a schema fails with its
name: add it to NAMES and run this again.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
NAMES = (HERE / "stripe_openapi.names").read_text().split()
_KEPT = (
    "$ref",
    "additionalProperties",
    "anyOf",
    "enum",
    "items",
    "maxLength",
    "nullable",
    "properties",
    "required",
    "type",
)


def extract(document: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """Returns the named schemas, reduced to the keywords that openapi.py checks."""
    schemas = document["components"]["schemas"]
    info = {"title": document["info"]["title"], "version": document["info"]["version"]}
    return {"info": info, "components": {"schemas": {name: _bare(schemas[name]) for name in sorted(names)}}}


def _bare(schema: dict[str, Any]) -> dict[str, Any]:
    bare: dict[str, Any] = {}
    for key in _KEPT:
        if key not in schema:
            continue
        value = schema[key]
        if key == "properties":
            bare[key] = {name: _bare(each) for name, each in value.items()}
        elif key == "anyOf":
            bare[key] = [_bare(each) for each in value]
        else:
            bare[key] = _bare(value) if isinstance(value, dict) else value
    return bare


def main(spec: str) -> None:
    """Writes the extract beside this file."""
    found = extract(json.loads(Path(spec).read_text()), NAMES)
    text = json.dumps(found, separators=(",", ":"), sort_keys=True)
    (HERE / "stripe_openapi.json").write_text(text + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
