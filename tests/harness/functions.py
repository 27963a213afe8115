"""Runs the product's functions side by side in this process, each as on AWS. Used by tests of permissions.

Every function has its own container, with its secrets in Parameter Store, so that it makes all its AWS requests itself.
Requests reach the same function as on AWS; streams, sockets and timers call their handlers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from chalicelib import bootstrap, config
from local.dynamodb.database import Database
from local.events.mail_events import sns_event
from local.events.timers import scheduled_event
from local.gateway.handlers import Handler, schedules, socket_handlers, stream_sources, topic_handlers
from tests.harness.client import Client, Reply
from tests.harness.environment import VARIABLES
from tests.harness.permissions import Recorder

API = "ws1234"
"""The id of the WebSocket API."""
SOCKET_FUNCTIONS = {
    "$connect": "websocket_connect",
    "$default": "websocket_message",
    "$disconnect": "websocket_disconnect",
}
"""Chalice's names of the functions of the WebSocket API, by route."""
PARAMETERS = {
    "/marquee/test/token-keys": VARIABLES["TOKEN_KEYS"],
    "/marquee/test/stripe-secret-key": VARIABLES["STRIPE_SECRET_KEY"],
    "/marquee/test/stripe-webhook-secret": VARIABLES["STRIPE_WEBHOOK_SECRET"],
    "/marquee/test/stripe-connect-webhook-secret": VARIABLES["STRIPE_CONNECT_WEBHOOK_SECRET"],
    "/marquee/test/vapid-private-key": VARIABLES["VAPID_PRIVATE_KEY"],
}


class LateClock:
    """The real time plus a delay that a test adds."""

    def __init__(self, clock: Any) -> None:
        self._clock = clock
        self.waited = 0.0

    def now(self) -> float:
        return float(self._clock.now()) + self.waited


class Door:
    """The Chalice app, called as one of the functions that serve it."""

    def __init__(self, app: Any, enter: Callable[[Any, Any], Any]) -> None:
        self.routes, self.api = app.routes, app.api
        self._enter = enter

    def __call__(self, event: Any, context: Any) -> Any:
        return self._enter(event, context)


class Traveller(Client):
    """A client that asserts that each request succeeds, or is refused with the status given. Repeats each GET as a
    HEAD.
    """

    def __init__(self, functions: Functions, door: Door, token: str | None = None, refusal: int | None = None) -> None:
        super().__init__(door, token)
        self._functions, self._door, self._refusal = functions, door, refusal

    def signed_in(self, token: str) -> Traveller:
        return Traveller(self._functions, self._door, token)

    def refused(self, status: int) -> Traveller:
        return Traveller(self._functions, self._door, self.token, status)

    def request(self, method: str, path: str, body: Any = None, *, raw: bytes | None = None, **headers: str) -> Reply:
        reply = super().request(method, path, body, raw=raw, **headers)
        assert reply.status == self._refusal or (self._refusal is None and reply.status < 400), (method, path, reply)
        match = self._router.match(path.partition("?")[0])
        self._functions.visited.add((method, match.resource if match else path))
        if method == "GET":
            super().request("HEAD", path, **headers)
            self._functions.visited.add(("HEAD", match.resource if match else path))
        return reply


class Functions:
    """All functions with one database and one Stripe. `visited` has the method and resource of each request."""

    def __init__(self, module: Any, database: Database, recorder: Recorder, stripe_url: str) -> None:
        self.visited: set[tuple[str, str]] = set()
        self.recorder, self._database = recorder, database
        self._containers: dict[str, bootstrap.Services] = {}
        self.stripe_url = stripe_url
        self.clock = LateClock(bootstrap.services().clock)
        self._client = bootstrap.services().aws.dynamodb
        self._streams = {source.handler.name: source for source in stream_sources(module.app, module)}
        self._topics = {handler.name: handler for handler in topic_handlers(module.app, module).values()}
        self._timers = {one.handler.name: one for one in schedules(module.app, module)}
        self._sockets = {
            route: replace(handler, name=SOCKET_FUNCTIONS[route])
            for route, handler in socket_handlers(module.app, module).items()
        }
        self._seen = dict.fromkeys(self._streams, 0)
        self.web = Traveller(self, Door(module.app, self._as("api_handler", module.app)))
        self._hook = Traveller(self, Door(module.app, self._as("stripe_webhook", module.stripe_webhook)))

    def _as(self, function: str, handler: Callable[..., Any]) -> Callable[..., Any]:
        def enter(*arguments: Any) -> Any:
            with self.recorder.acting_as(function), self.container(function):
                return handler(*arguments)

        return enter

    @contextmanager
    def container(self, function: str) -> Iterator[bootstrap.Services]:
        """Activates the function's own services, as in its Lambda container."""
        if function not in self._containers:
            settings = config.load().replaced(
                token_keys="ssm:/marquee/test/token-keys:1",
                stripe_secret_key="ssm:/marquee/test/stripe-secret-key:1",
                stripe_webhook_secret="ssm:/marquee/test/stripe-webhook-secret:1",
                stripe_connect_webhook_secret="ssm:/marquee/test/stripe-connect-webhook-secret:1",
                vapid_private_key="ssm:/marquee/test/vapid-private-key:1",
                stripe_api_base=self.stripe_url,
                connections_endpoint="",
                admin_email="host@example.org",
            )
            self._containers[function] = services = bootstrap.Services(settings)
            services.clock = self.clock  # type: ignore[assignment]
            services.aws.dynamodb = self._client
        before = bootstrap.services()
        bootstrap.use(self._containers[function])
        try:
            yield self._containers[function]
        finally:
            bootstrap.use(before)

    def hook(self, body: bytes, signature: str) -> int:
        """Sends a webhook call of Stripe to both functions that accept it; the second finds the event stored."""
        for door in (self._hook, self.web):
            status = door.request("POST", "/v1/stripe/webhook", raw=body, stripe_signature=signature).status
        return status

    def call(self, handler: Handler, event: dict[str, Any]) -> Any:
        """Calls a handler with an event that is not HTTP."""
        return self._as(handler.name, handler)(event)

    def drain(self) -> None:
        """Gives every stream's new records to its function until there are none, and each batch twice, as
        streams may.
        """
        again = True
        while again:
            again = False
            for name, source in self._streams.items():
                found = self._database.streams.read(source.table, self._seen[name], 1000, 0)
                if found:
                    self._seen[name], again = found[-1].sequence, True
                    batch = {"Records": [json.loads(record.json) for record in found]}
                    for _ in range(2):
                        assert self.call(source.handler, batch) == {"batchItemFailures": []}

    def forget_news(self) -> None:
        """Drops the records that the streams have not delivered yet."""
        for name, source in self._streams.items():
            found = self._database.streams.read(source.table, self._seen[name], 1000, 0)
            self._seen[name] = found[-1].sequence if found else self._seen[name]

    def socket(self, route: str, connection_id: str, **more: Any) -> int:
        """Sends an API Gateway event of a socket. Returns the status."""
        context = {
            "connectionId": connection_id,
            "routeKey": route,
            "apiId": API,
            "domainName": f"{API}.execute-api.us-east-1.amazonaws.com",
            "stage": "api",
        }
        event = {"requestContext": context, "isBase64Encoded": False, **more}
        return int(self.call(self._sockets[route], event)["statusCode"])

    def say(self, connection_id: str, **frame: Any) -> None:
        """Sends a client's frame."""
        assert self.socket("$default", connection_id, body=json.dumps(frame)) == 200

    def connect(self, person: Traveller, connection_id: str, *, status: int = 200, origin: str = "") -> None:
        """Opens a socket with a new ticket, from the origin that requested it unless `origin` is given."""
        url = person.post("/v1/live/tickets", origin="https://a.example").json["url"]
        opening = {"ticket": url.partition("?ticket=")[2]}
        headers = {"Origin": origin or "https://a.example"}
        assert self.socket("$connect", connection_id, queryStringParameters=opening, headers=headers) == status

    def tick(self, name: str) -> None:
        """Runs a timer's function."""
        timer = self._timers[name]
        self.call(timer.handler, scheduled_event(timer, datetime.now(UTC)))

    def publish(self, name: str, message: str) -> None:
        """Gives an SNS message to the function of a topic."""
        self.call(self._topics[name], sns_event("arn:aws:sns:us-east-1:000000000000:topic", message, datetime.now(UTC)))

    def mailed_token(self, address: str) -> str:
        """Returns the token in the newest mail to an address. A mail's item has its text until it is sent."""
        from chalicelib.notifications.adapters.items import MailItem

        items = [item.attribute_values for item in MailItem.scan() if item.sk == "MAIL"]
        (found,) = [item["text"] for item in items if item.get("to") == address]
        return re.findall(r"#(\S+)", found)[0]
