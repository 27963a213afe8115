"""Sends a stream function the events again that it could not handle, after the fault is fixed: `python -m infra
replay`.

A message of the failure queue names an object that Lambda wrote: metadata, and the original event in `payload`. A run
that is killed between call and deletion replays that event again next time; every reaction tolerates that. No record
and no error's message is shown, because both may contain personal data.
Source: docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
"""

import json
from collections.abc import Callable, Collection
from enum import StrEnum
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from infra import names
from infra.deploy.failure_queue import FailureQueue, Place, parsed

LIMIT = 100


class Clients(NamedTuple):
    """The boto3 clients that a replay needs."""

    sqs: Any
    s3: Any
    functions: Any


class State(StrEnum):
    """The state of a failure after the run."""

    WAITING = "waiting"
    REPLAYED = "replayed"
    KEPT = "kept"
    GONE = "gone"


class Failure(NamedTuple):
    """What Lambda recorded when it gave up a batch. `at` is in ISO 8601; `payload` is the event as JSON."""

    function_arn: str
    at: str
    reason: str
    records: int
    payload: str

    @property
    def function(self) -> str:
        """The function's name, from its ARN."""
        return self.function_arn.split(":")[6]


class ReplayOutcome(NamedTuple):
    """The result for one failure; `detail` says why it is kept or gone."""

    state: State
    place: str
    at: str = ""
    function: str = ""
    records: int = 0
    reason: str = ""
    detail: str = ""


class UnreadableFailure(ValueError):
    """The object is not a record that Lambda writes for a stream."""


def clients_of(session: Any) -> Clients:
    """Returns the session's clients. Lambda's waits for an answer as long as a function may run (900 s)."""
    from botocore.config import Config

    patient = Config(read_timeout=910, tcp_keepalive=True, retries={"mode": "standard", "total_max_attempts": 3})
    return Clients(session.client("sqs"), session.client("s3"), session.client("lambda", config=patient))


def run(
    clients: Clients, *, prefix: str, queue_url: str, limit: int, dry_run: bool, as_json: bool, console: Console
) -> int:
    """Replays and prints the outcomes, also after an interruption. Returns the exit code: 1 when a failure is kept."""
    functions = {names.function(prefix, name) for name in names.STREAM_FUNCTIONS}
    outcomes: list[ReplayOutcome] = []
    try:
        replay(clients, queue_url=queue_url, functions=functions, limit=limit, dry_run=dry_run, tell=outcomes.append)
    finally:
        if as_json:
            console.out(json.dumps([outcome._asdict() for outcome in outcomes]), highlight=False)
        else:
            console.print(table_of(outcomes) if outcomes else "The failure queue is empty.")
    return int(any(outcome.state is State.KEPT for outcome in outcomes))


def replay(
    clients: Clients,
    *,
    queue_url: str,
    functions: Collection[str],
    limit: int = LIMIT,
    dry_run: bool = False,
    tell: Callable[[ReplayOutcome], None],
) -> None:
    """Replays up to `limit` messages, oldest first, and calls `tell` with each outcome as it happens. Messages that are
    not done are visible in the queue again at once, also after an error. A dry run changes nothing.
    """
    queue = FailureQueue(clients.sqs, queue_url)
    try:
        for message in sorted(queue.receive(limit, keep_tests=dry_run), key=lambda message: message.age):
            queue.hold(message)
            outcomes = [_replay_one(clients, place, functions, dry_run=dry_run) for place in message.places]
            if not outcomes:
                outcomes = [ReplayOutcome(State.KEPT, f"message {message.id}", detail="not a notification of S3")]
            for outcome in outcomes:
                tell(outcome)
            if not dry_run and all(outcome.state is not State.KEPT for outcome in outcomes):
                queue.delete(message)
    finally:
        queue.release()


def read_failure(body: bytes) -> Failure:
    """Returns the invocation record in an object. Raises UnreadableFailure."""
    try:
        record = parsed(body)
        context, payload = record["requestContext"], record["payload"]
        payload = payload if isinstance(payload, str) else json.dumps(payload)
        failure = Failure(
            function_arn=context["functionArn"],
            at=str(record.get("timestamp", "")),
            reason=_reason(context, record.get("responseContext") or {}),
            records=len(json.loads(payload)["Records"]),
            payload=payload,
        )
        if not failure.function or failure.records == 0:
            raise UnreadableFailure("the object names no function or holds no records")
    except (KeyError, TypeError, IndexError, AttributeError, json.JSONDecodeError) as error:
        raise UnreadableFailure(f"the object is no invocation record of a stream: {type(error).__name__}") from error
    return failure


def _reason(context: dict[str, Any], response: dict[str, Any]) -> str:
    """Returns why Lambda gave up. `functionError` is missing when the function itself reported the record as failed."""
    error = response.get("functionError") or "reported by the function"
    return f"{context.get('condition')} after {context.get('approximateInvokeCount')} calls: {error}"


def _replay_one(clients: Clients, place: Place, functions: Collection[str], *, dry_run: bool) -> ReplayOutcome:
    where = f"s3://{place.bucket}/{place.key}"
    try:
        failure = read_failure(clients.s3.get_object(Bucket=place.bucket, Key=place.key)["Body"].read())
    except clients.s3.exceptions.NoSuchKey:
        return ReplayOutcome(State.GONE, where, detail="replayed before, or expired")
    except (UnreadableFailure, clients.s3.exceptions.ClientError) as error:
        return ReplayOutcome(State.KEPT, where, detail=_words(error))
    outcome = ReplayOutcome(State.WAITING, where, failure.at, failure.function, failure.records, failure.reason)
    if failure.function not in functions:
        return outcome._replace(state=State.KEPT, detail="no stream function of this stage")
    if dry_run:
        return outcome
    try:
        problem = _call(clients.functions, failure)
        if not problem:
            clients.s3.delete_object(Bucket=place.bucket, Key=place.key)
    except (clients.functions.exceptions.ClientError, clients.s3.exceptions.ClientError) as error:
        problem = _words(error)
    return outcome._replace(state=State.KEPT if problem else State.REPLAYED, detail=problem)


def _call(client: Any, failure: Failure) -> str:
    """Calls the function. Returns why it failed again, with the request's id for its log; empty when it did not fail.
    Interprets the answer as Lambda does for a stream.
    """
    answer = client.invoke(
        FunctionName=failure.function_arn, InvocationType="RequestResponse", Payload=failure.payload.encode()
    )
    told = parsed(answer["Payload"].read())
    failed = told.get("batchItemFailures")
    if "FunctionError" in answer:
        problem = f"{told.get('errorType') or answer['FunctionError']} was raised"
    elif failed:
        problem = f"{len(failed)} of {failure.records} records were reported again"
    else:
        return ""
    return f"{problem}, request {answer['ResponseMetadata']['RequestId']}"


def _words(error: Any) -> str:
    """Returns the code and call of an AWS error, without its message, which may quote what was sent."""
    response = getattr(error, "response", None)
    return f"{error.operation_name}: {response['Error']['Code']}" if response else str(error)


def table_of(outcomes: list[ReplayOutcome]) -> Table:
    """Returns the outcomes as a table, without the records, which contain personal data."""
    table = Table("Given up", "Function", "Records", "Reason", "Now")
    for one in outcomes:
        now = f"{one.state}: {one.detail}" if one.detail else one.state.value
        table.add_row(*(Text(cell) for cell in (one.at or one.place, one.function, str(one.records), one.reason, now)))
    return table
