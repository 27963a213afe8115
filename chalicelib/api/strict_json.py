"""Reads request bodies strictly: what JSON allows but no honest client sends is refused before it can do harm.

Called by api/endpoint.py with the raw body. Refuses NaN and Infinity, duplicate keys, lone surrogates, nesting deeper
than 32, numbers beyond what DynamoDB keeps, control characters; normalises text to NFC (RFC 8259, RFC 7493).
"""

import json
import re
from typing import Any

from chalicelib.core.errors import BodyTooLarge, MalformedRequest, UnsupportedMedia
from chalicelib.core.json_objects import require_unique_names

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32
MAX_DIGITS = 38
# A string to its end or, unterminated, to the end of the body; possessive, so that no byte is looked at twice.
_OPENING = re.compile(rb'"(?:[^"\\]++|\\.?)*+"?|([\[{])|([\]}])', re.DOTALL)


def parse(raw: bytes, *, content_type: str, content_encoding: str = "", max_bytes: int = MAX_BYTES) -> Any:
    """The JSON value of a body. Raises UnsupportedMedia, BodyTooLarge, MalformedRequest."""
    check_media(content_type, content_encoding)
    if len(raw) > max_bytes:
        raise BodyTooLarge(f"The body may have at most {max_bytes} bytes.")
    if _depth(raw) > MAX_DEPTH:
        raise MalformedRequest(f"The JSON nests deeper than {MAX_DEPTH} levels.")
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=require_unique_names,
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_bounded,
        )
    except UnicodeDecodeError:
        raise MalformedRequest("The body is not UTF-8.") from None
    except (ValueError, RecursionError) as problem:
        raise MalformedRequest(f"The body is not the JSON we take: {_reason(problem)}.") from None
    return _cleaned(value)


def check_media(content_type: str, content_encoding: str) -> None:
    """Raise UnsupportedMedia unless the body says it is plain UTF-8 JSON."""
    media, _, parameters = content_type.lower().partition(";")
    if media.strip() not in ("application/json", "application/merge-patch+json"):
        raise UnsupportedMedia("Send Content-Type: application/json.")
    charset = parameters.partition("charset=")[2].strip(' "')
    if charset not in ("", "utf-8", "utf8"):
        raise UnsupportedMedia("Send the body in UTF-8.")
    if content_encoding.lower() not in ("", "identity"):
        raise UnsupportedMedia("Send the body without Content-Encoding.")


def _depth(raw: bytes) -> int:
    """The deepest nesting, found without recursion."""
    depth = deepest = 0
    for match in _OPENING.finditer(raw):
        if match.group(1):
            depth += 1
            deepest = max(deepest, depth)
        elif match.group(2):
            depth -= 1
    return deepest


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("a number is too large")
    return number


def _bounded(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError("a number has too many digits")
    return int(text)


def _reason(problem: Exception) -> str:
    if isinstance(problem, json.JSONDecodeError):
        return f"{problem.msg[:1].lower()}{problem.msg[1:]} at line {problem.lineno}, column {problem.colno}"
    return str(problem) if isinstance(problem, ValueError) else "nested too deep"


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return _clean_text(value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        cleaned = {_clean_text(name): _cleaned(item) for name, item in value.items()}
        if len(cleaned) != len(value):  # two names that differ in what nobody sees
            raise MalformedRequest("An object has the same key twice.")
        return cleaned
    return value


def _clean_text(text: str) -> str:
    from chalicelib.core.text import clean

    try:
        text.encode("utf-8")
        return clean(text)
    except UnicodeEncodeError:
        raise MalformedRequest("A string has a lone surrogate.") from None
    except ValueError as problem:
        raise MalformedRequest(f"A string {problem}.") from None
