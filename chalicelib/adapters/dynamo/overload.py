"""Tells whether an exception of PynamoDB means "too much at once" or "no answer", after all retries. Light.

PynamoDB wraps what botocore raises; stores let it through, since no rule of theirs depends on it. The HTTP boundary
asks here, so that a client is told to come back instead of that something broke.
"""

_CODES = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "RequestLimitExceeded",
        "InternalServerError",
        "TransactionInProgressException",
    }
)
_NO_ANSWER = frozenset({"HTTPClientError", "ConnectionError"})
"""Roots of botocore's exceptions for a reply that never came (botocore.exceptions)."""


def is_overload(error: BaseException) -> bool:
    """Whether the database was too busy or did not answer; what was asked may or may not have been done."""
    if not type(error).__module__.startswith("pynamodb."):
        return False
    if getattr(error, "cause_response_code", None) in _CODES:
        return True
    cause = getattr(error, "cause", None)
    return any(one.__name__ in _NO_ANSWER for one in type(cause).__mro__)
