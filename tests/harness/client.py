"""A client that calls the Chalice app in this process with API Gateway events. Threads may share it."""

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from local.gateway.gateway_problems import api_problem
from local.gateway.http_message import HttpAnswer, HttpRequest
from local.gateway.isolation import isolate_callers
from local.gateway.lambda_context import LambdaContext
from local.gateway.proxy_event import answer_of, proxy_event
from local.gateway.routing import Router

_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Reply:
    """A response: status, headers and body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, parsed as JSON."""
        return json.loads(self.body)

    @property
    def etag(self) -> str:
        """The ETag header, empty without one."""
        return self.headers["etag"]

    @property
    def code(self) -> str:
        """The stable code of a problem."""
        assert self.headers["content-type"] == "application/problem+json", self
        return str(self.json["code"])


class Client:
    """Sends requests to `/v1/…` routes as one caller from one address, with `fields` as additional headers."""

    def __init__(
        self,
        app: Any,
        token: str | None = None,
        user_id: str = "",
        *,
        address: str = "127.0.0.1",
        fields: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        isolate_callers(app)
        self.app = app
        self._router = Router(app.routes)
        self.token = token
        self.user_id = user_id
        self._address = address
        self._fields = fields

    def as_user(self, token: str | None, user_id: str = "") -> "Client":
        """Returns a client of the same app for another caller."""
        return Client(self.app, token, user_id, address=self._address, fields=self._fields)

    def from_address(self, address: str, **fields: str) -> "Client":
        """Returns a client of the same caller from another address, with additional headers (underscores
        for dashes).
        """
        named = {name.replace("_", "-"): value for name, value in fields.items()}
        return Client(self.app, self.token, self.user_id, address=address, fields=named)

    def request(self, method: str, path: str, body: Any = None, *, raw: bytes | None = None, **headers: str) -> Reply:
        """Sends a request. Header names have underscores for dashes."""
        path, _, query = path.partition("?")
        fields = {**self._fields, **{name.replace("_", "-"): value for name, value in headers.items()}}
        payload = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        if payload:
            fields.setdefault("content-type", "application/json")
        if self.token:
            fields.setdefault("authorization", f"Bearer {self.token}")
        request = HttpRequest(method, path, query, list(fields.items()), payload, self._address)
        request_id = f"test-{next(_numbers)}"
        match = self._router.match(path)
        if match is None or method not in self.app.routes[match.resource]:
            return _reply(api_problem(404 if match is None else 405, request_id))
        binary_types = self.app.api.binary_types
        event = proxy_event(request, match, binary_types, request_id)
        return _reply(answer_of(self.app(event, LambdaContext("api", 29.0)), request, binary_types))

    def get(self, path: str, **headers: str) -> Reply:
        return self.request("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Reply:
        return self.request("POST", path, body, **headers)

    def put(self, path: str, body: Any, **headers: str) -> Reply:
        return self.request("PUT", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Reply:
        return self.request("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Reply:
        return self.request("DELETE", path, **headers)


def _reply(answer: HttpAnswer) -> Reply:
    return Reply(answer.status, {name.lower(): value for name, value in answer.headers}, answer.body)
