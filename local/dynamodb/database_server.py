"""The DynamoDB wire protocol on loopback, so that boto3, PynamoDB and the product's own client work unchanged.

The runner serves `DatabaseApp` beside the gateway; the test suite uses `running_database`. Signatures are not checked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from local.dynamodb.database import Database, Receipt
from local.dynamodb.dynamo_wire import WireAnswer, fault
from local.dynamodb.journal import JournalFailed
from local.gateway.request_body import RequestTooLarge, read_body
from local.gateway.servers import listen, serving

REQUEST_BYTES = 16 * 1024 * 1024


class DatabaseApp:
    """An ASGI app. Operations never wait, so they run on the event loop. Threads wait for the disk."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._disk = ThreadPoolExecutor(16, thread_name_prefix="journal")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one DynamoDB call."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        try:
            body = await read_body(request, REQUEST_BYTES)
            answer = await self._answer(request.headers.get("x-amz-target", ""), body)
        except RequestTooLarge:
            answer = fault("RequestEntityTooLarge", "The request is too large", 413)
        except ClientDisconnect:
            return
        headers = {**answer.headers, "x-amzn-requestid": str(uuid4())}
        await Response(answer.body, answer.status, headers)(scope, receive, send)

    async def _answer(self, target: str, body: bytes) -> WireAnswer:
        version, _, operation = target.rpartition(".")
        if version != "DynamoDB_20120810":
            return fault("UnknownOperationException", f"Unknown operation: {target}")
        answer, receipt = self.database.execute(operation, body)
        if receipt is None:
            return answer
        try:
            await asyncio.get_running_loop().run_in_executor(self._disk, self._confirm, receipt)
        except JournalFailed:
            return fault("InternalServerError", "The journal cannot be written", 500)
        return answer

    def _confirm(self, receipt: Receipt) -> None:
        self.database.confirm(receipt)

    def close(self) -> None:
        """Stops the threads that wait for the disk."""
        self._disk.shutdown(wait=True, cancel_futures=True)


class DatabaseEndpoint(str):
    """The URL of a running database. Its attribute gives access to the engine: `endpoint.database.reset()`."""

    database: Database


@contextmanager
def running_database(data_dir: Path | None = None, port: int = 0) -> Iterator[DatabaseEndpoint]:
    """Runs a database on loopback while the block runs. `data_dir` None keeps it in memory.

    Yields its URL (a str) for AWS_ENDPOINT_URL_DYNAMODB or `endpoint_url=`.
    """
    database = Database(data_dir)
    app = DatabaseApp(database)
    try:
        with serving(app, listen(port)) as origin:
            endpoint = DatabaseEndpoint(origin)
            endpoint.database = database
            yield endpoint
    finally:
        app.close()
        database.close()
