"""The signed reader: signature, retries, timeouts, checksums, connections. Against a scripted server on loopback."""

import json
import threading
import zlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from chalicelib.aws import signed_client as module
from chalicelib.aws.dynamo_reader import DYNAMODB, DynamoReader
from chalicelib.aws.signature import Signer
from chalicelib.aws.signed_client import ATTEMPTS, Refused, SignedClient
from chalicelib.config import AwsCredentials
from chalicelib.core.errors import Busy

Step = tuple[int, dict[str, Any] | bytes, dict[str, str]] | str
ITEM: Step = (
    200,
    {"Item": {"etag": {"S": "t"}, "rev": {"N": "1"}, "body": {"B": "aGk="}, "published": {"BOOL": True}}},
    {},
)
THROTTLED: Step = (400, {"__type": "com.amazonaws.dynamodb.v20120810#ThrottlingException"}, {})
FAILED: Step = (500, {"__type": "InternalServerError"}, {})


class Script:
    """A server that gives one scripted answer per request, and records the requests."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.requests: list[tuple[dict[str, str], dict[str, Any]]] = []
        self.connections: set[Any] = set()
        script = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                script.requests.append((dict(self.headers), json.loads(body)))
                script.connections.add(self.client_address)
                script.play(self)

            def log_message(self, *args: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def play(self, handler: BaseHTTPRequestHandler) -> None:
        step = self.steps.pop(0) if self.steps else ITEM
        if step == "hang up":
            handler.close_connection = True
            return
        if step == "stall":
            self.stalled.wait(5)
            handler.close_connection = True
            return
        assert not isinstance(step, str)
        status, document, headers = step
        payload = document if isinstance(document, bytes) else json.dumps(document).encode()
        handler.send_response(status)
        fields = {"x-amz-crc32": str(zlib.crc32(payload)), "content-length": str(len(payload)), **headers}
        for name, value in fields.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(payload)

    stalled = threading.Event()


@pytest.fixture
def script() -> Iterator[Script]:
    made = Script()
    yield made
    made.stalled.set()
    made.server.shutdown()
    made.server.server_close()
    made.thread.join()


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def reader(script: Script, pauses: list[float]) -> Iterator[DynamoReader]:
    client = SignedClient(
        DYNAMODB,
        endpoint=f"http://127.0.0.1:{script.server.server_port}",
        region="eu-central-1",
        credentials=lambda: AwsCredentials("AK", "secret", "session"),
        sleep=pauses.append,
    )
    yield DynamoReader(client, table_prefix="p-")
    client.close()


def get(reader: DynamoReader) -> Any:
    return reader.get("content", ("a", "b"), ("etag", "rev", "body", "published"))


def test_get_decodes_every_type_and_asks_for_names_by_placeholder(reader: DynamoReader, script: Script) -> None:
    assert get(reader) == {"etag": "t", "rev": 1, "body": b"hi", "published": True}
    headers, request = script.requests[0]
    assert headers["x-amz-target"] == "DynamoDB_20120810.GetItem"
    assert headers["x-amz-security-token"] == "session"
    assert request == {
        "TableName": "p-content",
        "Key": {"pk": {"S": "a"}, "sk": {"S": "b"}},
        "ConsistentRead": False,
        "ProjectionExpression": "#0,#1,#2,#3",
        "ExpressionAttributeNames": {"#0": "etag", "#1": "rev", "#2": "body", "#3": "published"},
    }


def test_get_of_absent_item_is_none(reader: DynamoReader, script: Script) -> None:
    script.steps = [(200, {}, {})]
    assert get(reader) is None


@pytest.mark.parametrize(
    "step", [THROTTLED, FAILED, "hang up", (503, b"not json", {}), (200, {"Item": {}}, {"x-amz-crc32": "1"})]
)
def test_get_after_passing_fault_succeeds(
    reader: DynamoReader, script: Script, pauses: list[float], step: Step
) -> None:
    script.steps = [step, step]
    assert get(reader)["etag"] == "t"
    assert len(script.requests) == 3
    assert len(pauses) == 2
    assert all(0 <= pause <= 0.02 * 2**attempt for attempt, pause in enumerate(pauses))


@pytest.mark.parametrize("step", [THROTTLED, FAILED, "hang up"])
def test_get_with_lasting_fault_is_busy_after_bounded_tries(reader: DynamoReader, script: Script, step: Step) -> None:
    script.steps = [step] * 20
    with pytest.raises(Busy):
        get(reader)
    assert len(script.requests) == ATTEMPTS


def test_get_of_refused_request_is_not_retried(reader: DynamoReader, script: Script) -> None:
    script.steps = [(400, {"__type": "x#ResourceNotFoundException"}, {})]
    with pytest.raises(Refused, match="ResourceNotFoundException"):
        get(reader)
    assert len(script.requests) == 1


def test_get_from_stalled_server_times_out_and_tries_again(
    reader: DynamoReader, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TIMEOUT_SECONDS", 0.2)
    script.steps = ["stall"]
    assert get(reader)["etag"] == "t"
    assert len(script.requests) == 2


def test_get_reuses_its_connection(reader: DynamoReader, script: Script) -> None:
    for _ in range(5):
        get(reader)
    assert len(script.connections) == 1


def test_get_many_keeps_order_and_loops_over_unprocessed_keys(reader: DynamoReader, script: Script) -> None:
    def item(sk: str) -> dict[str, Any]:
        return {"pk": {"S": "a"}, "sk": {"S": sk}, "etag": {"S": f"t{sk}"}}

    left = {"p-content": {"Keys": [{"pk": {"S": "a"}, "sk": {"S": "1"}}]}}
    script.steps = [
        (200, {"Responses": {"p-content": [item("3")]}, "UnprocessedKeys": left}, {}),
        (200, {"Responses": {"p-content": [item("1")]}, "UnprocessedKeys": {}}, {}),
    ]
    found = reader.get_many("content", [("a", "1"), ("a", "2"), ("a", "3")], ("etag",))
    assert [item and item["etag"] for item in found] == ["t1", None, "t3"]
    assert script.requests[1][1] == {"RequestItems": left}


def test_get_many_of_250_keys_asks_for_100_at_a_time(reader: DynamoReader, script: Script) -> None:
    keys = [("a", str(number)) for number in range(250)]
    asked = [keys[:100], keys[100:200], keys[200:]]
    script.steps = [
        (200, {"Responses": {"p-content": [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in some]}}, {})
        for some in asked
    ]
    assert [item and (item["pk"], item["sk"]) for item in reader.get_many("content", keys, ())] == keys
    assert [
        [(key["pk"]["S"], key["sk"]["S"]) for key in request["RequestItems"]["p-content"]["Keys"]]
        for _, request in script.requests
    ] == asked


def test_get_many_of_nothing_asks_for_nothing(reader: DynamoReader, script: Script) -> None:
    assert (reader.get_many("content", [], ()), script.requests) == ([], [])


def test_sign_agrees_with_botocore() -> None:
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials as BotoCredentials

    credentials = AwsCredentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "session")
    make: Callable[..., Signer] = Signer
    signer = make(
        DYNAMODB,
        host="dynamodb.eu-central-1.amazonaws.com",
        path="/",
        region="eu-central-1",
        credentials=lambda: credentials,
    )
    body = b'{"TableName":"x"}'
    ours = signer.headers("GetItem", body, now=1_700_000_000)
    request = AWSRequest("POST", "https://dynamodb.eu-central-1.amazonaws.com/", data=body)
    for name in ("content-type", "x-amz-target"):
        request.headers[name] = ours[name]
    request.context["timestamp"] = ours["x-amz-date"]
    auth = SigV4Auth(
        BotoCredentials(credentials.access_key, credentials.secret_key, credentials.session_token),
        "dynamodb",
        "eu-central-1",
    )
    request.headers["X-Amz-Date"] = ours["x-amz-date"]
    request.headers["X-Amz-Security-Token"] = "session"
    signature = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    assert ours["authorization"].rpartition("=")[2] == signature
