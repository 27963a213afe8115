"""Stripe's form encoding: `a[b][0][c]=v` to nested dictionaries (https://docs.stripe.com/api#request-bodies).

Pure functions. Lists stay dictionaries with digit keys here, because only the parameter's reader knows whether it
expects a list.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from .errors import ParameterError

Nested = dict[str, "str | Nested"]

_KEY = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
_PART = re.compile(r"\[([^\[\]]*)\]")
_MAX_FIELDS = 3000


def decode(raw: str) -> Nested:
    """Returns the nested parameters of a query string or form body. Raises ParameterError for a malformed key."""
    try:
        pairs = parse_qsl(raw, keep_blank_values=True, max_num_fields=_MAX_FIELDS, errors="strict")
    except ValueError as broken:
        raise ParameterError("Invalid request: the form encoding could not be read.") from broken
    tree: Nested = {}
    for key, value in pairs:
        _place(tree, _path(key), value, key)
    return tree


def _path(key: str) -> list[str]:
    found = _KEY.match(key)
    if found is None:
        raise ParameterError(f"Invalid parameter name: {key}", param=key)
    return [found[1], *_PART.findall(found[2])]


def _place(tree: Nested, path: list[str], value: str, key: str) -> None:
    for part in path[:-1]:
        branch = tree.setdefault(part or str(len(tree)), {})
        if isinstance(branch, str):
            raise ParameterError(f"Invalid parameter: {key} is both a value and an object.", param=key)
        tree = branch
    leaf = path[-1] or str(len(tree))
    if isinstance(tree.get(leaf), dict):
        raise ParameterError(f"Invalid parameter: {key} is both a value and an object.", param=key)
    tree[leaf] = value
