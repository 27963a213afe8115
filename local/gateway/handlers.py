"""Finds the handlers of a Chalice app that do not serve HTTP, and calls them as Lambda does.

`runner` finds them; sockets, streams, timers and mail events call them. Chalice names a handler by a string: `app.push`
is `push` in the module that holds the app, whatever the name of that module. Any other prefix is imported.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from chalice.app import Chalice, DynamoDBEventConfig, ScheduledEventConfig, ScheduleExpression, SNSEventConfig

from infra import stream_settings
from local.gateway.lambda_context import LambdaContext


@dataclass(frozen=True, slots=True)
class Handler:
    """A Lambda function."""

    name: str
    function: Callable[[dict[str, Any], LambdaContext], Any]
    timeout_seconds: float = 60.0

    def __call__(self, event: dict[str, Any]) -> Any:
        """Runs the function on its own copy of the event. Its exceptions reach the caller."""
        copy = json.loads(json.dumps(event))
        return self.function(copy, LambdaContext(f"marquee-{self.name}", self.timeout_seconds))


@dataclass(frozen=True, slots=True)
class StreamSource:
    """A handler and the table whose stream it gets. `parallel`: number of batches that it handles at the same time.
    `filters`: patterns of the records that it gets (stream_filters.py). Without filters it gets all records.
    """

    handler: Handler
    table: str
    arn: str
    batch_size: int
    parallel: int = 1
    filters: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Schedule:
    """A handler and its `rate(…)` or `cron(…)` expression."""

    handler: Handler
    expression: str


def find_handler(module: ModuleType, name: str, handler_string: str) -> Handler:
    """Resolves Chalice's handler string. Raises AttributeError or ImportError."""
    prefix, _, attribute = handler_string.rpartition(".")
    home = module if prefix == "app" else importlib.import_module(prefix)
    return Handler(name, getattr(home, attribute))


def socket_handlers(app: Chalice, module: ModuleType) -> dict[str, Handler]:
    """Returns route key (`$connect`, `$default`, `$disconnect`, an action) -> handler."""
    return {
        route: find_handler(module, config.name, config.handler_string)
        for route, config in app.websocket_handlers.items()
    }


def stream_sources(app: Chalice, module: ModuleType) -> list[StreamSource]:
    """Returns a source for every `@app.on_dynamodb_record`. The table name is taken from the stream's ARN."""
    return [
        StreamSource(
            handler=find_handler(module, source.name, source.handler_string),
            table=source.stream_arn.split(":table/", 1)[1].split("/", 1)[0],
            arn=source.stream_arn,
            batch_size=source.batch_size,
            parallel=stream_settings.PARALLEL.get(source.name, 1),
            filters=tuple(stream_settings.FILTERS.get(source.name, ())),
        )
        for source in app.event_sources
        if isinstance(source, DynamoDBEventConfig)
    ]


def schedules(app: Chalice, module: ModuleType) -> list[Schedule]:
    """Returns a schedule for every `@app.schedule`."""
    return [
        Schedule(find_handler(module, source.name, source.handler_string), _expression(source.schedule_expression))
        for source in app.event_sources
        if isinstance(source, ScheduledEventConfig)
    ]


def topic_handlers(app: Chalice, module: ModuleType) -> dict[str, Handler]:
    """Returns name of an SNS topic -> handler of `@app.on_sns_message`."""
    return {
        source.topic: find_handler(module, source.name, source.handler_string)
        for source in app.event_sources
        if isinstance(source, SNSEventConfig)
    }


def _expression(expression: str | ScheduleExpression) -> str:
    return expression if isinstance(expression, str) else expression.to_string()
