"""The read path in a new process: the database requests of a 304, counted at the database, and the modules loaded."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from local.dynamodb.database_server import DatabaseEndpoint
from tests.functional.builders import make, make_event
from tests.harness.client import Client

ROOT = Path(__file__).parents[2]
SLOW = ("botocore", "boto3", "pynamodb", "stripe", "jinja2", "msgspec", "jwt", "humanize", "nh3", "argon2")
SCRIPT = """
import json, logging, os, sys
logging.disable()
from tests.harness import environment
case = json.loads(sys.argv[1])
environment.prepare(case["database"])
os.environ.update(case["environment"])
from app import app
from chalicelib import bootstrap
answer = app(case["event"], None)
bootstrap.services().aws.dynamodb.close()
loaded = [name for name in case["slow"] if name in sys.modules]
print(json.dumps({"status": answer["statusCode"], "loaded": loaded}))
"""


def event(resource: str, tag: str, **parameters: str) -> dict[str, Any]:
    headers = {"if-none-match": tag}
    return {
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "multiValueQueryStringParameters": None,
        "pathParameters": parameters,
        "stageVariables": None,
        "requestContext": {"httpMethod": "GET", "resourcePath": resource, "requestId": "r", "identity": {}},
        "body": None,
        "isBase64Encoded": False,
    }


def run(database: DatabaseEndpoint, request: dict[str, Any], **environment: str) -> dict[str, Any]:
    """Returns a new process's answer, the modules that it loaded, and the operations that arrived at the database."""
    case = json.dumps({"database": str(database), "event": request, "slow": SLOW, "environment": environment})
    arrived: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        execute = database.database.execute

        def counted(operation: str, body: bytes) -> Any:
            arrived.append(operation)
            return execute(operation, body)

        patch.setattr(database.database, "execute", counted)
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, case], cwd=ROOT, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return {**found, "requests": arrived}


@pytest.mark.parametrize("listed", [True, False])
def test_answer_304_makes_one_request_and_loads_nothing_slow(
    organiser: Client, anonymous: Client, database: DatabaseEndpoint, listed: bool
) -> None:
    made = make_event(organiser, state="published").json["id"]
    make(organiser, made, "sessions", title="Opening", state="accepted")
    path, resource = f"/v1/events/{made}", "/v1/events/{event}"
    if listed:
        path, resource = f"{path}/sessions", f"{resource}/sessions"
    tag = anonymous.get(path).etag
    found = run(database, event(resource, tag, event=made))
    assert found == {"status": 304, "requests": ["GetItem"], "loaded": []}


def test_answer_304_of_public_session_is_one_batch(
    organiser: Client, anonymous: Client, database: DatabaseEndpoint
) -> None:
    made = make_event(organiser, state="published").json["id"]
    session = make(organiser, made, "sessions", title="Opening", state="accepted").json["id"]
    tag = anonymous.get(f"/v1/events/{made}/sessions/{session}").etag
    found = run(database, event("/v1/events/{event}/sessions/{id}", tag, event=made, id=session))
    assert found == {"status": 304, "requests": ["BatchGetItem"], "loaded": []}


def test_answer_to_anonymous_reader_needs_no_secret(
    organiser: Client, anonymous: Client, database: DatabaseEndpoint
) -> None:
    made = make_event(organiser, state="published").json["id"]
    make(organiser, made, "sessions", title="Opening", state="accepted")
    nowhere = {
        "AWS_ENDPOINT_URL_SSM": "http://127.0.0.1:9",
        "TOKEN_KEYS": "ssm:/marquee/test/token-keys:1",
        "STRIPE_SECRET_KEY": "ssm:/marquee/test/stripe-secret-key:1",
    }
    tag = anonymous.get(f"/v1/events/{made}/sessions").etag
    found = run(database, event("/v1/events/{event}/sessions", tag, event=made), **nowhere)
    assert found["status"] == 304


def test_import_app_loads_nothing_slow() -> None:
    script = (
        "import sys; from tests.harness import environment; environment.prepare('http://127.0.0.1:9'); import app; "
        f"print([n for n in {SLOW!r} + ('icalendar', 'reportlab', 'dataclasses', 'secrets') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
