"""Lambda's event filters for streams, as far as the product uses them: does a record match a pattern?

A pattern has the names of the record. Its lists hold the allowed values: a text, or a rule `prefix`, `anything-but` or
`exists`. Used by local/events/streams.py.
Source: docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filtering-syntax
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class UnknownRule(ValueError):
    """A rule that is not supported here. Lambda may know it."""


def passes(record: Mapping[str, Any], patterns: Sequence[Mapping[str, Any]]) -> bool:
    """Returns whether a record matches one of the patterns, or there are no patterns. Raises UnknownRule."""
    return not patterns or any(_matches(record, pattern) for pattern in patterns)


def _matches(value: object, pattern: Mapping[str, Any]) -> bool:
    found: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
    return all(
        _matches(found.get(name), wanted)
        if isinstance(wanted, Mapping)
        else any(_fits(found.get(name), rule) for rule in wanted)
        for name, wanted in pattern.items()
    )


def _fits(value: object, rule: object) -> bool:
    if isinstance(rule, str):
        return value == rule
    if not isinstance(rule, Mapping) or len(rule) != 1:
        raise UnknownRule(rule)
    ((name, operand),) = rule.items()
    if name == "exists":
        return (value is not None) == bool(operand)
    if name == "prefix":
        return isinstance(value, str) and value.startswith(operand)
    if name == "anything-but":
        return value is not None and value not in operand
    raise UnknownRule(rule)
