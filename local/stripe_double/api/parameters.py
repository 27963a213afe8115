"""Readers that check and convert request parameters, with Stripe's messages.

A reader takes (raw value, parameter path) and returns the value or raises ParameterError. Endpoints
compose them: `shape({"amount": integer(minimum=1)}, required=("amount",))`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from .errors import parameter_invalid, parameter_missing, parameter_unknown

Reader = Callable[[Any, str], Any]

_URL_CHARACTERS = re.compile(r"^[!-~]+$")
_LARGEST = 10**12 - 1


def text(*, longest: int = 5000) -> Reader:
    """Returns a reader for a string that is not empty."""

    def read(raw: Any, name: str) -> str:
        value = _scalar(raw, name)
        if len(value) > longest:
            raise parameter_invalid(
                name,
                f"Invalid string: {value[:16]}...; must be at most {longest} characters",
                code="parameter_invalid_string_too_long",
            )
        return value

    return read


def integer(*, minimum: int = 0, maximum: int = _LARGEST) -> Reader:
    """Returns a reader for a decimal integer within limits."""

    def read(raw: Any, name: str) -> int:
        value = _scalar(raw, name)
        if not re.fullmatch(r"-?[0-9]{1,15}", value):
            raise parameter_invalid(name, f"Invalid integer: {value}", code="parameter_invalid_integer")
        number = int(value)
        if number < minimum:
            message = f"This value must be greater than or equal to {minimum}."
            raise parameter_invalid(name, message, code="parameter_invalid_integer")
        if number > maximum:
            message = f"This value must be less than or equal to {maximum}."
            raise parameter_invalid(name, message, code="parameter_invalid_integer")
        return number

    return read


def boolean(raw: Any, name: str) -> bool:
    """Reads `true` or `false`."""
    value = _scalar(raw, name)
    if value not in ("true", "false"):
        raise parameter_invalid(name, f"Invalid boolean: {value}")
    return value == "true"


def choice(*allowed: str) -> Reader:
    """Returns a reader for one of Stripe's named values."""

    def read(raw: Any, name: str) -> str:
        value = _scalar(raw, name)
        if value not in allowed:
            raise parameter_invalid(name, f"Invalid {name}: must be one of {', '.join(allowed)}")
        return value

    return read


def only_false(raw: Any, name: str) -> bool:
    """Reads a switch of Stripe's that the double cannot turn on. Raises ParameterError for `true`."""
    if boolean(raw, name):
        raise parameter_invalid(name, f"TEST DOUBLE: {name} cannot be true here yet.")
    return False


def url(raw: Any, name: str) -> str:
    """Reads an absolute http(s) URL without spaces or control characters."""
    value = _scalar(raw, name)
    parts = urlsplit(value) if _URL_CHARACTERS.match(value) else None
    if parts is None or parts.scheme not in ("http", "https") or not parts.netloc:
        raise parameter_invalid(name, "Not a valid URL", code="url_invalid")
    return value


def email(raw: Any, name: str) -> str:
    """Reads an email address. Checks only its form."""
    value = _scalar(raw, name)
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value) or len(value) > 512:
        raise parameter_invalid(name, f"Invalid email address: {value}", code="email_invalid")
    return value


def metadata(raw: Any, name: str) -> dict[str, str]:
    """Reads up to 50 keys of 40 characters with values of 500 (https://docs.stripe.com/metadata)."""
    if raw == "":
        return {}
    if not isinstance(raw, dict) or any(not isinstance(value, str) for value in raw.values()):
        raise parameter_invalid(name, "Invalid object", code="parameter_invalid_object")
    if len(raw) > 50:
        raise parameter_invalid(name, f"Metadata can have up to 50 keys; you passed {len(raw)} keys.")
    for key, value in raw.items():
        if len(key) > 40:
            raise parameter_invalid(name, f"Metadata keys can be up to 40 characters; you passed one of {len(key)}.")
        if len(value) > 500:
            raise parameter_invalid(
                f"{name}[{key}]",
                f"Metadata values can be up to 500 characters; you passed one of {len(value)}.",
            )
    return {key: value for key, value in raw.items() if value != ""}


def list_of(item: Reader, *, longest: int = 100) -> Reader:
    """Returns a reader for a list, sent as `name[0]`, `name[1]`, … or `name[]`."""

    def read(raw: Any, name: str) -> list[Any]:
        if not isinstance(raw, dict) or not all(key.isdecimal() for key in raw):
            raise parameter_invalid(name, "Invalid array", code="parameter_invalid_array")
        if len(raw) > longest:
            raise parameter_invalid(name, f"Array {name} exceeded maximum {longest} allowed elements.")
        ordered = sorted(raw.items(), key=lambda pair: int(pair[0]))
        return [item(value, f"{name}[{key}]") for key, value in ordered]

    return read


def shape(
    fields: Mapping[str, Reader],
    *,
    required: tuple[str, ...] = (),
    beyond: frozenset[str] = frozenset(),
) -> Reader:
    """Returns a reader for an object with known fields. `beyond` are parameters of Stripe's that the double lacks."""

    def read(raw: Any, name: str) -> dict[str, Any]:
        if not isinstance(raw, dict):
            raise parameter_invalid(name, "Invalid object", code="parameter_invalid_object")
        _refuse_unknown(raw, name, fields, beyond)
        for wanted in required:
            if wanted not in raw:
                raise parameter_missing(_within(name, wanted))
        return {key: fields[key](value, _within(name, key)) for key, value in raw.items()}

    return read


def date_range(raw: Any, name: str) -> dict[str, int]:
    """Reads `created=…` or `created[gte]=…` as {"gte": …, "lte": …, "gt": …, "lt": …}."""
    seconds = integer(maximum=10**12)
    if isinstance(raw, str):
        exactly: int = seconds(raw, name)
        return {"gte": exactly, "lte": exactly}
    limits: dict[str, int] = shape(dict.fromkeys(("gt", "gte", "lt", "lte"), seconds))(raw, name)
    return limits


def _refuse_unknown(raw: Mapping[str, Any], name: str, fields: Mapping[str, Reader], beyond: frozenset[str]) -> None:
    unknown = [key for key in raw if key not in fields]
    lacking = [key for key in unknown if key in beyond]
    if lacking and len(lacking) == len(unknown):
        path = _within(name, lacking[0])
        message = f"TEST DOUBLE: Stripe has the parameter {path}, this double does not have it yet."
        raise parameter_invalid(path, message, code="parameter_unknown")
    if unknown:
        raise parameter_unknown([_within(name, key) for key in unknown])


def _within(name: str, key: str) -> str:
    return f"{name}[{key}]" if name else key


def _scalar(raw: Any, name: str) -> str:
    if not isinstance(raw, str):
        raise parameter_invalid(name, f"Invalid string: {name}")
    if raw == "":
        raise parameter_invalid(
            name,
            f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset a "
            f"parameter; however '{name}' cannot be unset. You should remove '{name}' from your request "
            "or supply a non-empty value.",
            code="parameter_invalid_empty",
        )
    return raw
