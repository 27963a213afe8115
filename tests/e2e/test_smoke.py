"""The smoke test of deployments, against the running product: it passes only when everything works."""

import pytest
from rich.console import Console

from infra.checks import smoke
from local.demo.tour import tour
from tests.harness.server import ServerProcess


def target(server: ServerProcess, *, webhook_secret: str = "whsec_local", path: str = "") -> smoke.SmokeTarget:
    return smoke.SmokeTarget(
        public_url=server.origin + path,
        websocket_url=f"ws://127.0.0.1:{server.port}/_local/socket",
        webhook_url=f"{server.origin}/api/v1/stripe/webhook",
        webhook_secret=webhook_secret,
        live=True,
    )


def failed(checks: list[smoke.Check]) -> list[str]:
    return [one.name for one in checks if not one.passed]


def test_smoke_of_the_running_product_passes(server: ServerProcess) -> None:
    checks = smoke.run(target(server), patience=0)
    assert failed(checks) == []
    assert len(checks) == 7


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"webhook_secret": "whsec_other"}, ["signed event is taken"]),
        ({"path": "/nowhere"}, ["API answers", "same ETag, no body", "bad input is told", "home page"]),
    ],
)
def test_smoke_of_something_else_fails(server: ServerProcess, changes: dict[str, str], expected: list[str]) -> None:
    assert failed(smoke.run(target(server, **changes), patience=0)) == expected


def test_smoke_of_nothing_fails_everywhere() -> None:
    nowhere = smoke.SmokeTarget(
        "http://127.0.0.1:9", "ws://127.0.0.1:9", "http://127.0.0.1:9", "whsec_local", live=True
    )
    assert len(failed(smoke.run(nowhere, patience=0))) == 7


def test_demo_buys_a_ticket_and_hears_of_it(server: ServerProcess) -> None:
    facts = tour(server.origin, Console(quiet=True))
    before, pushed, read, after = facts["unread"]
    assert (pushed, read, after) == (before + 1, before, before)
    assert (facts["push"]["notifs"][0]["action"], facts["charge"]["status"]) == ("order_paid", "succeeded")


def test_smoke_of_an_api_that_anybody_may_call_past_the_cdn_fails(server: ServerProcess) -> None:
    checks = smoke.run(target(server)._replace(past_the_cdn=server.origin), patience=0)
    assert (failed(checks), len(checks)) == (["API is closed past the CDN"], 8)
