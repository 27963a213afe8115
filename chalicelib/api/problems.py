"""Maps every MarqueeError to HTTP: status, problem+json, headers (RFC 9457). The one place with their statuses."""

import json
from typing import Any

from chalicelib.api.requests import Answer
from chalicelib.core import errors

MOST_ERRORS = 100
"""Violations that an answer lists at most, so that a body with many errors does not cause a huge answer."""
_STATUS: dict[type[errors.MarqueeError], tuple[int, str]] = {
    errors.MarqueeError: (500, "Something went wrong"),
    errors.MalformedRequest: (400, "The request cannot be read"),
    errors.UnsupportedMedia: (415, "Unsupported media type"),
    errors.BodyTooLarge: (413, "The body is too large"),
    errors.InvalidInput: (422, "The body breaks rules"),
    errors.OrderCannotBePaid: (422, "This order cannot be paid"),
    errors.Unauthenticated: (401, "Sign in first"),
    errors.Forbidden: (403, "Not allowed"),
    errors.NotFound: (404, "Not found"),
    errors.PreconditionRequired: (428, "If-Match is missing"),
    errors.PreconditionFailed: (412, "Changed in the meantime"),
    errors.Conflict: (409, "Conflict"),
    errors.IdempotencyMismatch: (422, "Idempotency-Key used with another body"),
    errors.TooManyAttempts: (429, "Too many attempts"),
    errors.UpstreamFailed: (502, "A service we depend on failed"),
    errors.Busy: (503, "Busy"),
}


def problem_for(error: errors.MarqueeError, *, request_id: str) -> Answer:
    """Returns the answer for a MarqueeError."""
    status, title = _meaning(error)
    document: dict[str, Any] = {
        "type": f"/api/docs#problem-{error.code}",
        "title": title,
        "status": status,
        "detail": error.detail or title,
        "code": error.code,
        "request_id": request_id,
        **error.extra,
    }
    headers = {"Content-Type": "application/problem+json", "Cache-Control": "no-store"}
    if isinstance(error, errors.InvalidInput):
        document["errors"] = [violation._asdict() for violation in error.violations[:MOST_ERRORS]]
    if isinstance(error, errors.PreconditionFailed) and error.etag is not None and error.body is not None:
        document["current"] = {"etag": f'"{error.etag}"', "representation": json.loads(error.body)}
        headers["ETag"] = f'"{error.etag}"'
    if isinstance(error, errors.Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return Answer(json.dumps(document, ensure_ascii=False), status, headers)


def unexpected(*, request_id: str) -> Answer:
    """Returns the answer for a bug: it has only the request id, to look it up in the logs."""
    return problem_for(
        errors.MarqueeError("The request failed on our side. Quote the request id.", code="internal_error"),
        request_id=request_id,
    )


def _meaning(error: errors.MarqueeError) -> tuple[int, str]:
    if isinstance(error, errors.InvalidInput) and error.code == "unknown_field":
        return 400, "Unknown fields"
    for ancestor in type(error).__mro__:
        if ancestor in _STATUS:
            return _STATUS[ancestor]
    raise AssertionError("every MarqueeError descends from MarqueeError")
