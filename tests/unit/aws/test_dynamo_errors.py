"""Throttling and lost replies that outlast the retries are distinguished from bugs."""

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ParamValidationError, ReadTimeoutError
from pynamodb.exceptions import GetError, PutError

from chalicelib.aws.dynamo_errors import is_overload


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "GetItem")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (GetError(cause=refused("ProvisionedThroughputExceededException")), True),
        (PutError(cause=refused("ThrottlingException")), True),
        (GetError(cause=ReadTimeoutError(endpoint_url="http://x")), True),
        (GetError(cause=ConnectionClosedError(endpoint_url="http://x")), True),
        (PutError(cause=refused("ConditionalCheckFailedException")), False),
        (GetError(cause=refused("ValidationException")), False),
        (GetError(cause=ParamValidationError(report="no")), False),
        (refused("ThrottlingException"), False),
        (KeyError("ThrottlingException"), False),
    ],
)
def test_judge_exception_is_an_overload(error: Exception, expected: bool) -> None:
    assert is_overload(error) is expected
