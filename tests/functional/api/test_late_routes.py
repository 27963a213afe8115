"""On Lambda a process imports only the routes that its requests need (ADR 23): the table of app.py has each of them,
and every answer is the same as with all routes imported.
"""

import importlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app import ROUTES, app
from chalicelib.api.late_routes import LateRoutes, Source
from local.dynamodb.database_server import DatabaseEndpoint
from local.gateway.http_message import HttpRequest
from local.gateway.proxy_event import proxy_event
from local.gateway.routing import Match
from tests.functional.builders import make, make_event
from tests.harness.client import Client
from tests.harness.fresh_process import Fresh, answers

ROOT = Path(__file__).parents[3]
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
ALONGSIDE = {"preferences": {"pages"}}
"""By route module: the route modules that it imports."""
EVERY_MODULE = {path.stem for path in (ROOT / "chalicelib/routes").glob("[a-z]*.py")}
DESCRIBED = ("/docs", "/v1/openapi.json")
"""Answers about all routes."""
SCRIPT = """
import json
from tests.harness import environment
environment.prepare("http://127.0.0.1:9")
from app import ROUTES
from chalicelib.api.late_routes import LateRoutes
for source, paths in ROUTES.items():
    alone = LateRoutes(app_name="alone", package="chalicelib.routes", table={source: paths})
    alone.register_all()
    print(json.dumps([path for path, methods in alone.routes.items() for _ in methods]))
"""
"""Prints the paths of each source's routes, once per method."""


@pytest.fixture(scope="module")
def paths() -> dict[Source, list[str]]:
    """Returns the paths of each source's routes, once per method."""
    late = {**os.environ, "AWS_LAMBDA_FUNCTION_NAME": "test"}  # Chalice can register a blueprint only once
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, cwd=ROOT, env=late, capture_output=True, text=True, check=True)
    return dict(zip(ROUTES, map(json.loads, done.stdout.splitlines()), strict=True))


def module_of(source: Source) -> str:
    return source if isinstance(source, str) else source[0]


def all_routes() -> Iterator[tuple[str, str]]:
    return ((method, path) for path, methods in app.routes.items() for method in methods)


def test_table_leads_to_every_route(paths: dict[Source, list[str]]) -> None:
    lost = [(source, path) for source, found in paths.items() for path in found if source not in app.sources_of(path)]
    assert lost == []
    assert sum(map(len, paths.values())) == len(list(all_routes())) > 200
    assert {module_of(source) for source in ROUTES} == EVERY_MODULE


def test_table_has_nothing_dead(paths: dict[Source, list[str]]) -> None:
    for source, places in ROUTES.items():
        for place in places:
            less = {**ROUTES, source: tuple(other for other in places if other != place)}
            without = LateRoutes(app_name="less", package="chalicelib.routes", table=less)
            assert [path for path in paths[source] if source not in without.sources_of(path)], (source, place)


def event(method: str, resource: str, event_id: str = "x") -> dict[str, Any]:
    """Returns the event that API Gateway sends for a caller without credentials."""
    names = re.findall(r"{(\w+)}", resource)
    match = Match(resource, {name: event_id if name == "event" else "x" for name in names})
    fields = [("content-type", "application/json"), ("accept", "*/*")]
    body = b"{}" if method in ("POST", "PUT", "PATCH") else b""
    return proxy_event(HttpRequest(method, resource, "", fields, body, "127.0.0.1"), match, ["application/pdf"], "r")


def ask_both(database: DatabaseEndpoint, events: list[dict[str, Any]], *, function: str = "app") -> list[Fresh]:
    """Returns the answers of new processes, as on Lambda. Asserts that this process, with all routes, gives
    the same.
    """
    found = answers(str(database), events, function=function)
    for asked, one in zip(events, found, strict=True):
        entry = app.routes.get(asked["resource"], {}).get(asked["httpMethod"])
        here = getattr(importlib.import_module("app"), function)(asked, None)
        assert (asked["resource"], one["answer"], one["view"]) == (asked["resource"], here, entry and entry.view_name)
    return found


def test_fresh_process_answers_every_route_as_one_with_all_routes(
    organiser: Client, database: DatabaseEndpoint
) -> None:
    made = make_event(organiser, state="published").json["id"]
    make(organiser, made, "sessions", title="Opening", state="accepted")
    asked = [(method, path) for method, path in all_routes() if method != "HEAD"]
    found = ask_both(database, [event(method, path, made) for method, path in asked])
    for (_, path), one in zip(asked, found, strict=True):
        assert one["view"]
        needed = {module_of(source) for source in app.sources_of(path)}
        needed |= {beside for name in needed for beside in ALONGSIDE.get(name, ())}
        assert set(one["loaded"]) == (EVERY_MODULE if path in DESCRIBED else needed)
    assert {one["answer"]["statusCode"] for one in found} > {200, 401, 404}


def test_fresh_process_refuses_other_methods_and_paths_alike(database: DatabaseEndpoint) -> None:
    wrong = [(next(m for m in METHODS if m not in methods), path) for path, methods in app.routes.items()]
    strange = ["/", "/v1", "/v1/nothing", "/v2/events", "/v1/events/{event}/nothing", "/v1/eventsx", "nothing"]
    wrong += [("OPTIONS", path) for path in app.routes if path.endswith("orders")]
    asked = [event(method, path) for method, path in [*wrong, *(("GET", path) for path in strange)]]
    found = ask_both(database, [*asked, {**asked[0], "requestContext": {"httpMethod": "GET"}}])
    assert {one["answer"]["statusCode"] for one in found[:-1]} == {405}
    assert found[-1]["answer"]["statusCode"] == 500


def test_webhook_function_imports_the_webhook_alone(database: DatabaseEndpoint) -> None:
    (found,) = ask_both(database, [event("POST", "/v1/stripe/webhook")], function="stripe_webhook")
    assert (found["answer"]["statusCode"], found["loaded"]) == (400, ["payments"])


@pytest.mark.parametrize("function", ["on_content", "on_sales", "on_stripe_inbox", "on_notifications", "send_mails"])
def test_stream_function_imports_no_routes(database: DatabaseEndpoint, function: str) -> None:
    (found,) = answers(str(database), [{"Records": []}], function=function)
    assert found == {"answer": {"batchItemFailures": []}, "view": None, "loaded": []}
