"""Replaying the failure queue, against fakes of SQS, S3 and Lambda."""

import io
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from infra.deploy import replay
from infra.deploy.replay import Clients, ReplayOutcome, State

BUCKET, QUEUE, PREFIX = "marquee-dev-failures", "https://sqs.example/queue", "marquee-dev"
CANARY = "ada@example.org"


class NoSuchKey(ClientError):
    pass


class Exceptions:
    ClientError, NoSuchKey = ClientError, NoSuchKey


def refused(code: str, operation: str, kind: type[ClientError] = ClientError) -> ClientError:
    return kind({"Error": {"Code": code, "Message": f"quoting {CANARY}"}}, operation)


@dataclass
class FakeQueue:
    bodies: dict[str, str] = field(default_factory=dict)
    hidden: dict[str, int] = field(default_factory=dict)
    exceptions: Any = Exceptions

    def receive_message(self, **asked: Any) -> dict[str, Any]:
        assert asked["WaitTimeSeconds"] > 0
        found = [id for id in self.bodies if not self.hidden.get(id)][: asked["MaxNumberOfMessages"]]
        self.hidden |= dict.fromkeys(found, asked["VisibilityTimeout"])
        messages = [{"MessageId": id, "ReceiptHandle": f"r-{id}", "Body": self.bodies[id]} for id in found]
        return {"Messages": messages} if found else {}

    def change_message_visibility(self, *, QueueUrl: str, ReceiptHandle: str, VisibilityTimeout: int) -> None:
        self.hidden[ReceiptHandle.removeprefix("r-")] = VisibilityTimeout

    def delete_message(self, *, QueueUrl: str, ReceiptHandle: str) -> None:
        del self.bodies[ReceiptHandle.removeprefix("r-")]


@dataclass
class FakeBucket:
    objects: dict[str, bytes] = field(default_factory=dict)
    kill: BaseException | None = None
    exceptions: Any = Exceptions

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        assert Bucket == BUCKET
        if Key not in self.objects:
            raise refused("NoSuchKey", "GetObject", NoSuchKey)
        return {"Body": io.BytesIO(self.objects[Key])}

    def delete_object(self, *, Bucket: str, Key: str) -> None:
        if self.kill:
            raise self.kill
        del self.objects[Key]


@dataclass
class FakeFunctions:
    """A fake Lambda whose function is idempotent, as every reaction is. Sequence numbers in `broken` are reported."""

    broken: set[str] = field(default_factory=set)
    answer: Any = None
    error: str | None = None
    calls: list[tuple[str, bytes]] = field(default_factory=list)
    effects: set[str] = field(default_factory=set)
    exceptions: Any = Exceptions

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> dict[str, Any]:
        assert InvocationType == "RequestResponse"
        if isinstance(self.answer, ClientError):
            raise self.answer
        self.calls.append((FunctionName, Payload))
        numbers = {record["dynamodb"]["SequenceNumber"] for record in json.loads(Payload)["Records"]}
        self.effects |= numbers - self.broken
        failed = [{"itemIdentifier": number} for number in sorted(numbers & self.broken)]
        told = json.dumps({"batchItemFailures": failed} if self.answer is None else self.answer).encode()
        answer = {"Payload": io.BytesIO(told), "ResponseMetadata": {"RequestId": "req-1"}}
        return answer | ({"FunctionError": self.error} if self.error else {})


@dataclass
class Aws:
    sqs: FakeQueue = field(default_factory=FakeQueue)
    s3: FakeBucket = field(default_factory=FakeBucket)
    functions: FakeFunctions = field(default_factory=FakeFunctions)

    def fail(self, number: int, *, size: int = 1, function: str = "marquee-dev-on_content") -> str:
        """Makes Lambda give up a batch: writes the object and the notification. Returns the key."""
        key = f"aws/lambda/m-1/shardId-1+x/2031/06/11/2031-06-11T10.00.{number:02d}-u"
        self.s3.objects[key] = json.dumps(invocation(number, size, function)).encode()
        self.notify(key, id=f"m{number}")
        return key

    def notify(self, key: str, *, id: str) -> None:
        told = {"bucket": {"name": BUCKET}, "object": {"key": quote_plus(key), "size": 1}}
        self.sqs.bodies[id] = json.dumps({"Records": [{"eventName": "ObjectCreated:Put", "s3": told}]})

    def replay(self, **options: Any) -> list[ReplayOutcome]:
        outcomes: list[ReplayOutcome] = []
        options = {"functions": {"marquee-dev-on_content"}, "queue_url": QUEUE, **options}
        replay.replay(Clients(self.sqs, self.s3, self.functions), tell=outcomes.append, **options)
        return outcomes

    def visible(self) -> list[str]:
        return [id for id in self.sqs.bodies if not self.sqs.hidden.get(id)]


def invocation(number: int, size: int, function: str) -> dict[str, Any]:
    """Returns an invocation record in the format of the AWS page named in infra/deploy/replay.py."""
    numbers = [f"{number:03d}{place}" for place in range(size)]
    records = [{"dynamodb": {"SequenceNumber": n, "NewImage": {"email": {"S": CANARY}}}} for n in numbers]
    return {
        "requestContext": {
            "requestId": "316aa6d0-8154-xmpl-9af7-85d5f4a6bc81",
            "functionArn": f"arn:aws:lambda:us-east-2:123456789012:function:{function}",
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 6,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
        "timestamp": f"2031-06-11T10:00:{number:02d}.717Z",
        "DDBStreamBatchInfo": {
            "shardId": "shardId-00000001573689847184-864758bb",
            "startSequenceNumber": numbers[0],
            "endSequenceNumber": numbers[-1],
            "approximateArrivalOfFirstRecord": "2031-06-11T09:59:00Z",
            "approximateArrivalOfLastRecord": "2031-06-11T09:59:00Z",
            "batchSize": size,
            "streamArn": "arn:aws:dynamodb:us-east-2:123456789012:table/t/stream/2031-01-01T00:00:00.000",
        },
        "payload": json.dumps({"Records": records}),
    }


@pytest.fixture
def aws() -> Aws:
    return Aws()


def test_replay_after_the_fix_calls_each_once_oldest_first_and_leaves_nothing(aws: Aws) -> None:
    for number in (30, 10, 20):
        aws.fail(number, size=2)
    payloads = [json.loads(aws.s3.objects[key])["payload"] for key in sorted(aws.s3.objects)]
    outcomes = aws.replay()
    assert [(o.state, o.function, o.records, o.detail) for o in outcomes] == [
        (State.REPLAYED, "marquee-dev-on_content", 2, "")
    ] * 3
    assert [payload.decode() for _, payload in aws.functions.calls] == payloads
    assert {arn for arn, _ in aws.functions.calls} == {
        "arn:aws:lambda:us-east-2:123456789012:function:marquee-dev-on_content"
    }
    assert (aws.sqs.bodies, aws.s3.objects) == ({}, {})
    assert aws.replay() == []
    assert len(aws.functions.calls) == 3


def test_replay_before_the_fix_keeps_message_and_object_and_goes_on(aws: Aws) -> None:
    bad, _ = aws.fail(1, size=3), aws.fail(2)
    aws.functions.broken = {"0011"}
    first, second = aws.replay()
    assert (first.state, first.detail) == (State.KEPT, "1 of 3 records were reported again, request req-1")
    assert second.state is State.REPLAYED
    assert list(aws.s3.objects) == [bad]
    assert aws.visible() == ["m1"]
    aws.functions.broken = set()
    assert [o.state for o in aws.replay()] == [State.REPLAYED]
    assert aws.functions.effects == {"0010", "0011", "0012", "0020"}


def test_replay_function_that_raises_is_kept_with_its_error_type_only(aws: Aws) -> None:
    aws.fail(1)
    aws.functions.error, aws.functions.answer = "Unhandled", {"errorType": "KeyError", "errorMessage": CANARY}
    (outcome,) = aws.replay()
    assert (outcome.state, outcome.detail) == (State.KEPT, "KeyError was raised, request req-1")
    assert aws.visible() == ["m1"]


def test_replay_function_that_answers_nothing_has_succeeded(aws: Aws) -> None:
    aws.fail(1)
    aws.functions.answer = {}
    assert [o.state for o in aws.replay()] == [State.REPLAYED]


def test_replay_refused_call_is_kept_with_its_code(aws: Aws) -> None:
    aws.fail(1)
    aws.functions.answer = refused("TooManyRequestsException", "Invoke")
    (outcome,) = aws.replay()
    assert (outcome.state, outcome.detail) == (State.KEPT, "Invoke: TooManyRequestsException")
    assert aws.visible() == ["m1"]


def test_dry_run_tells_what_waits_and_changes_nothing(aws: Aws) -> None:
    aws.fail(7, size=25)
    aws.sqs.bodies["test"] = json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": BUCKET})
    before = (dict(aws.sqs.bodies), dict(aws.s3.objects))
    (outcome,) = aws.replay(dry_run=True)
    assert outcome[:1] + outcome[2:] == (
        State.WAITING,
        "2031-06-11T10:00:07.717Z",
        "marquee-dev-on_content",
        25,
        "RetryAttemptsExhausted after 6 calls: Unhandled",
        "",
    )
    assert (aws.sqs.bodies, aws.s3.objects) == before
    assert aws.visible() == ["m7", "test"]
    assert aws.functions.calls == []


def test_replay_killed_between_call_and_deletion_replays_again_with_one_effect(aws: Aws) -> None:
    aws.fail(1)
    aws.s3.kill = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        aws.replay()
    assert aws.visible() == ["m1"]
    aws.s3.kill = None
    assert [o.state for o in aws.replay()] == [State.REPLAYED]
    assert len(aws.functions.calls) == 2
    assert aws.functions.effects == {"0010"}


def test_replay_message_told_twice_is_called_once(aws: Aws) -> None:
    aws.notify(aws.fail(1), id="again")
    assert sorted(o.state for o in aws.replay()) == [State.GONE, State.REPLAYED]
    assert len(aws.functions.calls) == 1
    assert aws.sqs.bodies == {}


def test_replay_deletes_the_test_messages_of_s3(aws: Aws) -> None:
    aws.sqs.bodies["test"] = json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": BUCKET})
    assert aws.replay() == []
    assert aws.sqs.bodies == {}


@pytest.mark.parametrize("function", ["marquee-prod-on_content", "marquee-dev", "somebody-elses"])
def test_replay_calls_no_function_but_the_stream_functions_of_the_stage(aws: Aws, function: str) -> None:
    aws.fail(1, function=function)
    (outcome,) = aws.replay()
    assert (outcome.state, outcome.detail) == (State.KEPT, "no stream function of this stage")
    assert aws.functions.calls == []
    assert aws.visible() == ["m1"]


def strange(**changes: Any) -> bytes:
    record = invocation(1, 1, "marquee-dev-on_content") | changes
    return json.dumps({name: value for name, value in record.items() if value is not None}).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        strange(payload=None),
        strange(payload="{"),
        strange(payload="[]"),
        strange(payload='{"Records": []}'),
        strange(requestContext=None),
        strange(requestContext={"functionArn": "arn:aws:lambda"}),
    ],
)
def test_replay_object_that_is_no_invocation_record_is_kept(aws: Aws, body: bytes) -> None:
    aws.s3.objects[aws.fail(1)] = body
    (outcome,) = aws.replay()
    assert outcome.state is State.KEPT
    assert outcome.detail.startswith("the object ")
    assert aws.visible() == ["m1"]
    assert aws.functions.calls == []


@pytest.mark.parametrize("body", ["", "hello", "[]", "{}", '{"Records": [{"s3": {}}]}', '{"Records": 5}'])
def test_replay_message_of_another_sender_is_kept_and_told(aws: Aws, body: str) -> None:
    aws.sqs.bodies["m"] = body
    assert aws.replay() == [ReplayOutcome(State.KEPT, "message m", detail="not a notification of S3")]
    assert aws.visible() == ["m"]


def test_replay_reads_a_partial_answers_record_that_names_no_error() -> None:
    record = invocation(1, 1, "f") | {"responseContext": {"statusCode": 200, "executedVersion": "$LATEST"}}
    read = replay.read_failure(json.dumps(record).encode())
    assert read.reason == "RetryAttemptsExhausted after 6 calls: reported by the function"


def test_replay_stops_at_its_limit(aws: Aws) -> None:
    for number in range(25):
        aws.fail(number)
    assert len(aws.replay(limit=12)) == 12
    assert len(aws.visible()) == len(aws.s3.objects) == 13


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize("as_json", [True, False])
def test_run_shows_every_outcome_and_no_record(aws: Aws, as_json: bool, dry_run: bool) -> None:
    aws.fail(1, size=2)
    aws.fail(2, function="other")
    aws.s3.objects[aws.fail(3)] = CANARY.encode()
    aws.functions.broken = {"0010"}
    screen = io.StringIO()
    clients = Clients(aws.sqs, aws.s3, aws.functions)
    options = {"prefix": PREFIX, "queue_url": QUEUE, "limit": 10, "dry_run": dry_run, "as_json": as_json}
    code = replay.run(clients, console=Console(file=screen, width=250), **options)
    assert code == 1
    shown = screen.getvalue()
    assert CANARY not in shown
    assert "RetryAttemptsExhausted after 6 calls: Unhandled" in shown
    if as_json:
        states = ["waiting" if dry_run else "kept", "kept", "kept"]
        assert [one["state"] for one in json.loads(shown)] == states


def test_run_with_an_empty_queue_says_so_and_succeeds(aws: Aws) -> None:
    screen = io.StringIO()
    options = {"prefix": PREFIX, "queue_url": QUEUE, "limit": 10, "dry_run": False, "as_json": False}
    assert replay.run(Clients(aws.sqs, aws.s3, aws.functions), console=Console(file=screen), **options) == 0
    assert screen.getvalue() == "The failure queue is empty.\n"


def test_clients_wait_as_long_as_a_function_may_run() -> None:
    import boto3

    session = boto3.Session(aws_access_key_id="x", aws_secret_access_key="y", region_name="us-east-1")
    clients = replay.clients_of(session)
    assert clients.functions.meta.config.read_timeout > 900
    assert issubclass(clients.s3.exceptions.NoSuchKey, clients.s3.exceptions.ClientError)
