"""GETs of the product as Lambda makes them: proxy events made beforehand, log lines made and written."""

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
    """A GET whose proxy event exists already: what the call costs is the product's, not the gateway's."""
    place, _, query = path.partition("?")
    fields = [(name.replace("_", "-"), value) for name, value in headers.items()]
    match = Router(client.app.routes).match(place)
    assert match is not None
    event = proxy_event(HttpRequest("GET", place, query, fields, b"", "127.0.0.1"), match, [], "bench")
    context = LambdaContext("api", 29.0)
    return lambda: client.app(event, context)


@contextmanager
def logged_to_nowhere() -> Iterator[None]:
    """Log lines cost what they cost on Lambda, but are not seen."""
    logger = logging.getLogger("telemetry")
    before = logger.level
    logger.setLevel(logging.INFO)
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        streams = [(handler, handler.setStream(nowhere)) for handler in logger.handlers]  # type: ignore[attr-defined]
        yield
        for handler, stream in streams:
            handler.setStream(stream)  # type: ignore[attr-defined]
    logger.setLevel(before)
