"""A route module is imported at the first request that needs it, once, and again after a failure."""

import importlib
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from chalicelib.api.late_routes import LateRoutes
from local.gateway.http_message import HttpRequest
from local.gateway.isolation import isolate_callers
from local.gateway.proxy_event import proxy_event
from local.gateway.routing import Match

PACKAGE = "sample_of_late_routes"
MODULE = """
import os, sys, time
sys.imported.append(__name__)
if "ROUTES_BROKEN" in os.environ:
    raise RuntimeError("broken")
time.sleep(0.05)
from chalice.app import Blueprint
routes = Blueprint(__name__)
@routes.route({path!r}, methods={methods!r}, content_types=["*/*"], name={methods!r}[0] + {path!r})
def view(**parameters):
    return __name__
"""
TABLE = {"things": ("/v1/things",), "parts": ("/v1/things/{id}/parts",), "more_parts": ("/v1/things/{id}/parts",)}


@pytest.fixture
def imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A list that gets the name of a sample module each time it is imported."""
    folder = tmp_path / PACKAGE
    folder.mkdir()
    (folder / "__init__.py").touch()
    for name, path, methods in (
        ("things", "/v1/things/{id}", ["GET"]),
        ("parts", "/v1/things/{id}/parts", ["GET"]),
        ("more_parts", "/v1/things/{id}/parts", ["POST"]),
    ):
        (folder / f"{name}.py").write_text(MODULE.format(path=path, methods=methods))
    names: list[str] = []
    monkeypatch.setattr(sys, "imported", names, raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    yield names
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


@pytest.fixture
def late(imported: list[str]) -> LateRoutes:
    app = LateRoutes(app_name="late", package=PACKAGE, table=TABLE)
    isolate_callers(app)
    return app


def ask(app: LateRoutes, resource: str, method: str = "GET") -> Any:
    fields = [("content-type", "application/json")]
    request = HttpRequest(method, resource, "", fields, b"", "127.0.0.1")
    return app(proxy_event(request, Match(resource, {"id": "1"}), [], "asked"), None)


def test_request_imports_what_its_path_needs_once(late: LateRoutes, imported: list[str]) -> None:
    assert not late.routes
    for _ in range(2):
        assert ask(late, "/v1/things/{id}")["body"] == f"{PACKAGE}.things"
    assert imported == [f"{PACKAGE}.things"]


def test_methods_of_one_path_may_stand_in_two_modules(late: LateRoutes) -> None:
    refused = ask(late, "/v1/things/{id}/parts", "PUT")
    assert (refused["statusCode"], refused["headers"]["Allow"]) == (405, "GET, POST")
    assert ask(late, "/v1/things/{id}/parts", "POST")["body"] == f"{PACKAGE}.more_parts"


def test_many_threads_at_once_register_once(late: LateRoutes, imported: list[str]) -> None:
    together = Barrier(8)

    def call(_: int) -> Any:
        together.wait()
        return ask(late, "/v1/things/{id}/parts")["body"]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(call, range(8))) == [f"{PACKAGE}.parts"] * 8
    assert imported == [f"{PACKAGE}.parts", f"{PACKAGE}.more_parts"]


def test_module_that_cannot_be_imported_fails_its_requests_alone(
    late: LateRoutes, imported: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask(late, "/v1/things/{id}")["statusCode"] == 200
    with monkeypatch.context() as broken:
        broken.setenv("ROUTES_BROKEN", "1")
        failed = ask(late, "/v1/things/{id}/parts")
        assert ask(late, "/v1/things/{id}")["statusCode"] == 200
    assert failed["statusCode"] == 500
    assert failed["headers"]["Content-Type"] == "application/problem+json"
    assert (failed["headers"]["X-Request-Id"], failed["headers"]["Cache-Control"]) == ("asked", "no-store")
    problem = json.loads(failed["body"])
    assert (problem["code"], problem["request_id"]) == ("internal_error", "asked")
    assert ask(late, "/v1/things/{id}/parts")["body"] == f"{PACKAGE}.parts"
    assert imported.count(f"{PACKAGE}.parts") == 2


def test_register_all_adds_what_no_request_has_needed_yet(late: LateRoutes, imported: list[str]) -> None:
    ask(late, "/v1/things/{id}")
    for _ in range(2):
        late.register_all()
    assert imported == [f"{PACKAGE}.things", f"{PACKAGE}.parts", f"{PACKAGE}.more_parts"]
    assert {path: set(methods) for path, methods in late.routes.items()} == {
        "/v1/things/{id}": {"GET"},
        "/v1/things/{id}/parts": {"GET", "POST"},
    }


@pytest.mark.parametrize(
    ("path", "sources"),
    [
        ("/v1/things", ["things"]),
        ("/v1/things.csv", ["things"]),
        ("/v1/things/{id}", ["things"]),
        ("/v1/things/{id}/parts", ["parts", "more_parts"]),
        ("/v1/things/{id}/parts/{part}/name", ["parts", "more_parts"]),
        ("/v1/things/{id}/partsx", ["things"]),
        ("/v1/thingsx", []),
        ("/v1", []),
        ("", []),
        ("things", []),
    ],
)
def test_longest_path_of_the_table_says_who_serves(late: LateRoutes, path: str, sources: list[str]) -> None:
    assert late.sources_of(path) == sources
