"""Parses the filters of the public list of events. Light: the read path imports this."""

import re

from chalicelib.core.errors import MalformedRequest

_DATE = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?Z)?"
_COUNTRY = r"[A-Z]{2}"
"""Compiled at first use, since most processes never filter."""


def parse_filters(query: dict[str, str]) -> dict[str, str]:
    """Returns the filters of a query: q (at most 100 characters), from and to (RFC 3339 date or UTC time), country.
    Raises MalformedRequest.
    """
    filters: dict[str, str] = {}
    if "q" in query:
        if len(query["q"]) > 100:
            raise MalformedRequest("q may have at most 100 characters.", code="invalid_filter")
        filters["q"] = " ".join(query["q"].casefold().split())
    for name in ("from", "to"):
        if name in query:
            filters[name] = _day(name, query[name])
    if "country" in query:
        if not re.fullmatch(_COUNTRY, query["country"]):
            raise MalformedRequest("country is an ISO 3166-1 alpha-2 code.", code="invalid_filter")
        filters["country"] = query["country"]
    return {name: value for name, value in filters.items() if value}


def _day(name: str, text: str) -> str:
    if not re.fullmatch(_DATE, text):
        raise MalformedRequest(f"{name} is a date (2027-05-31) or a UTC time (…Z).", code="invalid_filter")
    if "T" in text:
        return text
    return f"{text}T00:00:00Z" if name == "from" else f"{text}T23:59:59Z"
