"""Refuses JSON objects that have a name twice. Called by api/strict_json.py and live/domain/parse_frame.py. Light.

Parsers differ in which of the values they take (RFC 8259, section 4), so such an object may mean two things.
"""


def require_unique_names(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """The object, as the `object_pairs_hook` of json.loads. Raises ValueError."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("an object has the same key twice")
    return value
