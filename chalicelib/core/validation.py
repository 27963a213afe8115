"""Turns parsed JSON into wire structs and reports every violation, each with an RFC 6901 pointer.

Called by routes and services that validate input. Imports msgspec, so the read path must not import it.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from chalicelib.core.errors import InvalidInput, Violation
from chalicelib.core.text import RULE, in_words

S = TypeVar("S", bound=msgspec.Struct)

FIRST_YEAR, LAST_YEAR = 1900, 2500
_PATH = re.compile(r"^(?P<what>.*?)(?: - at `(?P<path>[^`]*)`)?$", re.DOTALL)


def validate(value: object, struct: type[S]) -> S:
    """Returns the struct for a JSON object. Raises InvalidInput with all violations. Its code is `unknown_field` when a
    field is not known: it is never dropped silently, because it may have been meant to change something.
    """
    violations, unknown = _violations(value, struct, "")
    if violations:
        raise InvalidInput(violations, code="unknown_field" if unknown else None)
    try:
        made = msgspec.convert(value, type=struct)
    except msgspec.ValidationError as problem:
        raise InvalidInput([_violation(problem, "")]) from None
    made, found = _in_utc(made)
    check = getattr(made, "violations", None)
    if found or (check is not None and (found := check())):
        raise InvalidInput(found)
    return made


def _in_utc(made: S) -> tuple[S, list[Violation]]:
    """Returns the struct with every time in UTC, and a violation for each time outside the years that calendars and
    time zones support.
    """
    moments = {name: value for name in made.__struct_fields__ if isinstance(value := getattr(made, name), datetime)}
    years = f"must be between the years {FIRST_YEAR} and {LAST_YEAR}"
    found = [Violation(f"/{n}", years) for n, v in moments.items() if not FIRST_YEAR <= v.year <= LAST_YEAR]
    if found or not moments:
        return made, found
    return msgspec.structs.replace(made, **{n: v.astimezone(UTC) for n, v in moments.items()}), []


def merge(current: dict[str, Any], patch: object) -> dict[str, Any]:
    """Applies an RFC 7396 JSON merge patch to an object; `current` is not changed. Raises InvalidInput."""
    if not isinstance(patch, dict):
        raise InvalidInput([Violation("", "must be an object")])
    merged = dict(current)
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict):
            inner = merged.get(name)
            merged[name] = merge(inner if isinstance(inner, dict) else {}, value)
        else:
            merged[name] = value
    return merged


def _violations(value: object, struct: type[msgspec.Struct], base: str) -> tuple[list[Violation], bool]:
    if not isinstance(value, dict):
        return [Violation(base, "must be an object")], False
    fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    unknown = [name for name in value if name not in fields]
    found = [Violation(_pointer(base, name), "is not a field we know") for name in unknown]
    for name, field in fields.items():
        if name not in value:
            if field.required:
                found.append(Violation(_pointer(base, name), "is required"))
            continue
        inner, inner_unknown = _field_violations(value[name], field.type, _pointer(base, name))
        found += inner
        unknown += ["nested"] if inner_unknown else []
    return found, bool(unknown)


def _field_violations(value: object, annotation: Any, pointer: str) -> tuple[list[Violation], bool]:
    kind = inspect.type_info(annotation)
    if isinstance(kind, inspect.StructType) and isinstance(value, dict):
        return _violations(value, kind.cls, pointer)
    try:
        msgspec.convert(value, type=annotation)
    except msgspec.ValidationError as problem:
        return [_violation(problem, pointer)], "unknown field" in str(problem)
    return list(_broken_rules(value, kind, pointer)), False


def _broken_rules(value: object, kind: inspect.Type, pointer: str) -> Iterator[Violation]:
    """Yields the violations of rules that are code (core/text.py, RULE), for a value that fits its type otherwise."""
    if isinstance(kind, inspect.Metadata):
        rule = (kind.extra or {}).get(RULE)
        if rule is not None and (broken := rule(value)) is not None:
            yield Violation(pointer, broken)
        yield from _broken_rules(value, kind.type, pointer)
    elif isinstance(kind, inspect.UnionType) and value is not None:
        for one in kind.types:
            yield from _broken_rules(value, one, pointer)
    elif isinstance(kind, inspect.ListType) and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _broken_rules(item, kind.item_type, f"{pointer}/{index}")
    elif isinstance(kind, inspect.StructType) and isinstance(value, dict):
        for field in kind.fields:
            if field.encode_name in value:
                yield from _broken_rules(value[field.encode_name], field.type, _pointer(pointer, field.encode_name))


def _violation(problem: msgspec.ValidationError, base: str) -> Violation:
    match = _PATH.match(str(problem))
    what, path = (match["what"], match["path"] or "") if match else (str(problem), "")
    steps = re.findall(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]", path.removeprefix("$"))
    pointer = base + "".join(f"/{name or index}" for name, index in steps)
    what = in_words(what)
    return Violation(pointer, what[:1].lower() + what[1:])


def _pointer(base: str, name: str) -> str:
    escaped = name.replace("~", "~0").replace("/", "~1")
    return f"{base}/{escaped}"
