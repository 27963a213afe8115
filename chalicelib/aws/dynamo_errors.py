"""Classifies PynamoDB's exceptions after all retries: a refusal, an overload or a lost reply. Light.

PynamoDB wraps what botocore raises. Stores do not catch it, since none of their rules depends on it. The HTTP boundary
calls `is_overload`, so that a client gets a 503 and tries again, instead of a 500.
"""

CONDITION_LOST = "ConditionalCheckFailedException"
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


def code_of(error: BaseException) -> str | None:
    """Returns DynamoDB's name of a refusal, or None when there was no reply. PynamoDB's own `cause_response_code` fails
    on exceptions of botocore that have no response.
    """
    response = getattr(getattr(error, "cause", None), "response", None) or {}
    code = response.get("Error", {}).get("Code")
    return None if code is None else str(code)


def is_condition_lost(error: BaseException) -> bool:
    """Whether DynamoDB refused a write because its condition did not hold."""
    return code_of(error) == CONDITION_LOST


def is_overload(error: BaseException) -> bool:
    """Whether the database was too busy or did not answer. The request may or may not have been carried out."""
    if not type(error).__module__.startswith("pynamodb."):
        return False
    if code_of(error) in _CODES:
        return True
    cause = getattr(error, "cause", None)
    return any(one.__name__ in _NO_ANSWER for one in type(cause).__mro__)
