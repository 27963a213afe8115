"""Builds answers that several routes share: conditional reads, writes with a new ETag. RFC 9110 sections 13 and 15."""

from chalicelib.api.conditional import none_match, quote
from chalicelib.api.requests import PRIVATE, PUBLIC, Answer, Request
from chalicelib.core.kinds import View
from chalicelib.representations.read import Found


def conditional(request: Request, found: Found, view: View, *, content_type: str | None = None) -> Answer:
    """Returns 200 with the stored bytes, or 304 when the client has them. Both have the same validators."""
    headers = {"Cache-Control": PUBLIC if view is View.PUBLIC else PRIVATE, "ETag": quote(found.tag)}
    if none_match(request.header("if-none-match"), found.tag):
        return Answer(status=304, headers=headers)
    tag, body = found.load()
    headers["ETag"] = quote(tag)
    if content_type:
        headers["Content-Type"] = content_type
    return Answer(body, headers=headers)


def created(body: str, tag: str, location: str) -> Answer:
    """Returns 201 with the new thing, its ETag and its location."""
    return Answer(body, 201, {"ETag": quote(tag), "Location": location, "Cache-Control": PRIVATE})


def changed(body: str, tag: str) -> Answer:
    """Returns 200 with the changed thing and its new ETag."""
    return Answer(body, 200, {"ETag": quote(tag), "Cache-Control": PRIVATE})
