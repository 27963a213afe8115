"""P3: the cost from process start to the first answer, relative to the floor (bench/cold/floor.py). Counted in
instructions when valgrind is installed, otherwise in CPU time.
"""

import hashlib
import hmac
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.stage import event_with
from tests.harness.client import Client

BANNED = ("botocore", "boto3", "pynamodb", "stripe", "jinja2", "icalendar", "reportlab", "msgspec")


def measure(client: Client, organiser: Client, *, rounds: int) -> dict[str, Any]:
    """Returns the unit, the cost of each cold start, its ratio to the floor, and the slow packages that
    app.py loads.
    """
    with tempfile.TemporaryDirectory() as folder:
        files = {name: _save(Path(folder), name, case) for name, case in _cases(client, organiser).items()}
        unit, cost = ("instructions", _instructions) if shutil.which("valgrind") else ("CPU seconds", _seconds)
        repeats = 1 if unit == "instructions" else rounds
        best = dict.fromkeys(files, float("inf"))
        environment = _environment(Path(folder) / "bytecode")
        for path in files.values():
            _run([sys.executable], path, environment)  # compiles the bytecode; not counted
        for _ in range(repeats):
            for name, path in files.items():
                best[name] = min(best[name], cost(path, environment))
    return {"unit": unit, "cost": best, "ratios": {n: c / best["floor"] for n, c in best.items()}, "loaded": loaded()}


def loaded() -> list[str]:
    """Returns the slow packages that `import app` loads in a new process."""
    script = f"import sys, app; print(*[name for name in {BANNED!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return done.stdout.split()


def _cases(client: Client, organiser: Client) -> dict[str, dict[str, Any]]:
    event_id = event_with(300)
    path = f"/v1/events/{event_id}/sessions"
    tag = client.get(path).etag
    key = {"pk": {"S": f"EVENT#{event_id}"}, "sk": {"S": "VERSIONS#public"}}
    floor = {"table": f"{os.environ['TABLE_PREFIX']}content", "key": key, "tag": tag.strip('"').split("-")[0]}
    read = _event("GET", "/v1/events/{event}/sessions", {"event": event_id}, {"if-none-match": tag})
    return {
        "floor": {"what": "floor", "event": floor, "status": 304},
        "read route, 304": {"what": "app", "event": read, "status": 304},
        "webhook intake": {"what": "app", "event": _webhook(), "status": 200},
        "a write": {"what": "app", "event": _write(organiser), "status": 200},
    }


def _webhook() -> dict[str, Any]:
    payload = {"id": "evt_bench", "object": "event", "type": "charge.succeeded", "livemode": False}
    body = json.dumps({**payload, "api_version": "x", "data": {"object": {"id": "ch_1", "object": "charge"}}})
    now = int(time.time())
    secret = os.environ["STRIPE_WEBHOOK_SECRET"].encode()
    mark = hmac.new(secret, f"{now}.{body}".encode(), hashlib.sha256).hexdigest()
    headers = {"stripe-signature": f"t={now},v1={mark}", "content-type": "application/json"}
    return _event("POST", "/v1/stripe/webhook", {}, headers, body)


def _write(organiser: Client) -> dict[str, Any]:
    """Returns the event of a change of a track, which needs the token, the role, PynamoDB and a transaction."""
    form = {"name": "Cold", "starts_at": "2027-06-11T07:00:00Z", "ends_at": "2027-06-13T18:00:00Z"}
    event = organiser.post("/v1/events", form).json["id"]
    track = organiser.post(f"/v1/events/{event}/tracks", {"name": "x"}).json["id"]
    headers = {"content-type": "application/json", "if-match": "*", "authorization": f"Bearer {organiser.token}"}
    return _event(
        "PATCH", "/v1/events/{event}/tracks/{id}", {"event": event, "id": track}, headers, json.dumps({"name": "y"})
    )


def _event(
    method: str, resource_path: str, parameters: dict[str, str], headers: dict[str, str], body: str | None = None
) -> dict[str, Any]:
    """Returns a proxy event with the fields that Chalice reads."""
    context = {"httpMethod": method, "resourcePath": resource_path, "requestId": "r", "identity": {"sourceIp": "::1"}}
    return {
        "resource": resource_path,
        "path": resource_path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "multiValueQueryStringParameters": None,
        "queryStringParameters": None,
        "pathParameters": parameters,
        "stageVariables": None,
        "requestContext": context,
        "body": body,
        "isBase64Encoded": False,
    }


def _save(folder: Path, name: str, case: dict[str, Any]) -> str:
    path = folder / f"{re.sub('[^a-z0-9]', '-', name)}.json"
    path.write_text(json.dumps(case))
    return str(path)


def _environment(bytecode: Path) -> dict[str, str]:
    """Returns this environment plus the variables of a Lambda function, with compiled bytecode and fixed hashes, so
    that every run costs the same.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    function = {"AWS_LAMBDA_FUNCTION_NAME": "bench"}
    return {**kept, **function, "PYTHONPYCACHEPREFIX": str(bytecode), "PYTHONHASHSEED": "0"}


def _instructions(path: str, environment: dict[str, str]) -> float:
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", sys.executable]
    found = re.search(r"Collected : (\d+)", _run(command, path, environment))
    if found is None:
        raise RuntimeError("callgrind printed no total")
    return float(found[1])


def _seconds(path: str, environment: dict[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _run([sys.executable], path, environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _run(command: list[str], path: str, environment: dict[str, str]) -> str:
    """Runs one cold start and returns its stderr. Raises RuntimeError when the answer was not the expected one."""
    command = [*command, "-m", "bench.cold", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode != 0:
        raise RuntimeError(f"the cold start of {Path(path).stem} gave another answer: {done.stderr[-500:]}")
    return done.stderr
