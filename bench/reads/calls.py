"""Calls of the product as Lambda makes them: with proxy events that exist already, and with log lines written."""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from local.gateway.http_message import HttpRequest
from local.gateway.lambda_context import LambdaContext
from local.gateway.proxy_event import proxy_event
from local.gateway.routing import Router
from tests.harness.client import Client


def prepared(client: Client, path: str, **headers: str) -> Callable[[], Any]:
    """Returns a function that sends a GET. Its proxy event exists already, so that only the product's work
    is measured.
    """
    place, _, query = path.partition("?")
    fields = [(name.replace("_", "-"), value) for name, value in headers.items()]
    match = Router(client.app.routes).match(place)
    assert match is not None
    event = proxy_event(HttpRequest("GET", place, query, fields, b"", "127.0.0.1"), match, [], "bench")
    context = LambdaContext("api", 29.0)
    return lambda: client.app(event, context)


@contextmanager
def logged_to_nowhere() -> Iterator[None]:
    """Writes log lines to the null device: they cost CPU time as on Lambda, but are not shown."""
    logger = logging.getLogger("telemetry")
    before = logger.level
    logger.setLevel(logging.INFO)
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        streams = [(handler, handler.setStream(nowhere)) for handler in logger.handlers]  # type: ignore[attr-defined]
        yield
        for handler, stream in streams:
            handler.setStream(stream)  # type: ignore[attr-defined]
    logger.setLevel(before)
