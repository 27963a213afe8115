"""DoubleServer: answers the HTTP requests for one double with its API, its pages or the control.

Called by the local runner and by tests. Nothing in the double imports it except the package itself.
"""

from __future__ import annotations

from .api.api import Answer, Api
from .control import control
from .double import StripeDouble
from .pages import Pages


class DoubleServer:
    """The HTTP interface of one double. Thread-safe."""

    def __init__(self, double: StripeDouble) -> None:
        self.double = double
        self._api = Api(
            works=double.timely,
            faults=double.faults,
            traffic=double.traffic,
            sleep=double.sleep,
            new_id=double.new_id,
        )
        self._pages = Pages(double)

    def handle(self, method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> Answer:
        """Returns (status, headers, body) for one request. `path` is relative to the mount, `query` is not decoded."""
        lower = {name.lower(): value for name, value in headers.items()}
        answer = self._answer("GET" if method == "HEAD" else method, path or "/", query, lower, body)
        return answer if method != "HEAD" else (answer[0], answer[1], b"")

    def _answer(self, method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> Answer:
        if path.startswith("/v1/"):
            return self._api.answer(method, path, query, headers, body)
        if path == "/control":
            return control.answer(self.double, method, headers, body, refuse=self._pages.refuse)
        return self._pages.answer(method, path, body)
