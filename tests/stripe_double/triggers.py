"""Runs a sequence of calls, in the format with which Stripe's CLI triggers events, against a double or Stripe itself.

A sequence is JSON: {"fixtures": [{"name", "path", "method", "params", "expected_error_type"}, …]}, where "${name:path}"
is replaced by a value from an earlier call's answer (github.com/stripe/stripe-cli, pkg/fixtures). Our own samples are
in triggers/; Stripe's are used when they are beside the project.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from .conftest import Shop

Call = Callable[[str, str, str], tuple[int, Any]]
"""A function (method, path, form) -> (status, answer)."""
_NAMED = re.compile(r"\$\{([a-z_]+):([^}]+)\}")


def run(shop: Shop, sequence: Path) -> None:
    """Makes the calls to a double. Raises AssertionError when one fails."""

    def call(method: str, path: str, form: str) -> tuple[int, Any]:
        query, body = (form, b"") if method == "GET" else ("", form.encode())
        headers = {"Authorization": "Bearer sk_test_double"}
        status, _, answer = shop.server.handle(method, path, query, headers, body)
        return status, json.loads(answer)

    run_with(call, sequence)


def run_with(call: Call, sequence: Path) -> dict[str, Any]:
    """Makes the calls and returns their answers by name. Raises AssertionError when one fails."""
    answers: dict[str, Any] = {}
    for fixture in json.loads(sequence.read_text())["fixtures"]:
        path = _filled(fixture["path"], answers)
        form = urlencode([(name, _filled(value, answers)) for name, value in _flat(fixture.get("params", {}))])
        status, answer = call(fixture["method"].upper(), path, form)
        expected = fixture.get("expected_error_type")
        kind = answer.get("error", {}).get("type")
        assert kind in (None, expected), f"{fixture['name']}: {status} {answer['error']['message']}"
        answers[fixture["name"]] = answer
    return answers


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yields nested parameters in Stripe's form encoding."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _flat(each, f"{name}[{key}]" if name else key)
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from _flat(each, f"{name}[{place}]")
    else:
        yield name, str(value).lower() if isinstance(value, bool) else str(value)


def _filled(text: str, answers: dict[str, Any]) -> str:
    def found(match: re.Match[str]) -> str:
        value = answers[match[1]]
        for part in match[2].split("."):
            value = value[int(part)] if part.isdecimal() else value[part]
        return str(value)

    return _NAMED.sub(found, text)
