"""What an exception of PynamoDB means: which refusal, "too much at once" or "no answer", after all retries. Light.

PynamoDB wraps what botocore raises; stores let it through, since no rule of theirs depends on it. The HTTP boundary
asks here, so that a client is told to come back instead of that something broke.
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
    """DynamoDB's name of a refusal, None when there was no answer. PynamoDB's own `cause_response_code` trips over
    exceptions of botocore that carry no response.
    """
    response = getattr(getattr(error, "cause", None), "response", None) or {}
    code = response.get("Error", {}).get("Code")
    return None if code is None else str(code)


def is_condition_lost(error: BaseException) -> bool:
    """Whether DynamoDB refused a write because its condition did not hold."""
    return code_of(error) == CONDITION_LOST


def is_overload(error: BaseException) -> bool:
    """Whether the database was too busy or did not answer; what was asked may or may not have been done."""
    if not type(error).__module__.startswith("pynamodb."):
        return False
    if code_of(error) in _CODES:
        return True
    cause = getattr(error, "cause", None)
    return any(one.__name__ in _NO_ANSWER for one in type(cause).__mro__)
