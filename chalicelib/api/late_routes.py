"""The Chalice app that imports a module of routes when a request first needs it (ADR 23). Made by app.py.

It must not know which routes exist: app.py has the table. Callers that need all routes call `register_all`.
"""

from collections.abc import Iterable, Mapping
from importlib import import_module
from threading import Lock
from typing import Any

from chalice.app import Blueprint, Chalice, Request

from chalicelib.api import endpoint
from chalicelib.core.kinds import CodeKind, Kind

Source = str | tuple[str, Kind | CodeKind]
"""A module with a blueprint named `routes`, or a module and the kind that its `routes_for` makes a blueprint for."""
Table = Mapping[Source, tuple[str, ...]]
"""Source -> paths of resources (`/v1/events/{event}/orders`). A path includes everything below it, unless the table has
a longer path for that: `…/orders/{id}` and `…/orders.csv` are below `…/orders`.
"""


class LateRoutes(Chalice):  # type: ignore[misc] # chalice is untyped
    """A Chalice app that starts without routes. Threads may share it."""

    def __init__(self, *, app_name: str, package: str, table: Table) -> None:
        super().__init__(app_name=app_name)
        self._package = package
        self._table = table
        self._registered: set[Source] = set()
        self._ready: set[str] = set()
        self._lock = Lock()

    def __call__(self, event: Any, context: Any) -> Any:
        """Answers a request to the REST API. When the module of its routes cannot be imported, the answer is a 500, and
        the next request tries again.
        """
        path = event.get("requestContext", {}).get("resourcePath")
        if path and path not in self._ready:
            try:
                self._register(self.sources_of(path))
            except Exception as error:  # noqa: BLE001 - the boundary for failures before a view exists
                return endpoint.fail(Request(event, context), error).to_dict(self.api.binary_types)
            self._ready.add(path)
        return super().__call__(event, context)

    def sources_of(self, path: str) -> list[Source]:
        """Returns the modules that may serve a resource. There are two when the methods of one path
        are in two modules.
        """
        found: list[Source] = []
        while path and not found:
            found = [source for source, places in self._table.items() if path in places]
            path = path[: max(path.rfind("/"), path.rfind("."))]
        return found

    def register_all(self) -> None:
        """Registers every route of the table. Raises what the import of a module raises."""
        self._register(self._table)

    def _register(self, sources: Iterable[Source]) -> None:
        with self._lock:
            for source in sources:
                if source not in self._registered:
                    self.register_blueprint(self._blueprint(source))
                    self._registered.add(source)

    def _blueprint(self, source: Source) -> Blueprint:
        if isinstance(source, str):
            return import_module(f"{self._package}.{source}").routes
        name, kind = source
        return import_module(f"{self._package}.{name}").routes_for(kind)
