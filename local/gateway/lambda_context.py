"""The context object that Lambda passes to every handler."""

from __future__ import annotations

import time
from uuid import uuid4

MEMORY_MB = 256
ACCOUNT = "000000000000"


class LambdaContext:
    """The attributes of Lambda's context that handlers use.

    https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
    """

    function_version = "$LATEST"
    memory_limit_in_mb = MEMORY_MB
    log_stream_name = "local"
    identity = None
    client_context = None

    def __init__(self, function_name: str, timeout_seconds: float) -> None:
        self.function_name = function_name
        self.aws_request_id = str(uuid4())
        self.invoked_function_arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{function_name}"
        self.log_group_name = f"/aws/lambda/{function_name}"
        self._deadline = time.monotonic() + timeout_seconds

    def get_remaining_time_in_millis(self) -> int:
        """Returns the milliseconds until Lambda would stop the handler."""
        return max(0, int((self._deadline - time.monotonic()) * 1000))
