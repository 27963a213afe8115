"""Finds which item is stored under which key, and which modules write it. Called by data_model.py.

A write is a call of an item's class with a key: `OrderItem(*keys.order(…), …)`. Reads call methods of the class
(`OrderItem.get`), so they do not count as writes. Keys are followed through variables, parameters and functions.
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from docs.generators.key_formats import is_key_module, key_formats
from docs.generators.sources import modules

TABLES_MODULE = "aws/dynamo_tables"
WITHOUT_CLASS = {"line": "PeopleTable", "stripe_inbox": "StripeInboxTable"}
"""By key that is written without an item class, by the light client: its table. Every module that names such a key
counts as its writer.
"""


class Item(NamedTuple):
    """An item class: its table, its attributes, and the module that defines it."""

    name: str
    table: str
    attributes: frozenset[str]
    module: str


class Write(NamedTuple):
    """A write: a module writes an item under a key. `item` is None for an item without a class."""

    key: str
    table: str
    item: Item | None
    module: str


def items() -> dict[str, Item]:
    """Returns every item class by name, the table classes included."""
    found: dict[str, Item] = {}
    for path in (TABLES_MODULE, *modules()):
        for node in modules()[path].body:
            if not isinstance(node, ast.ClassDef) or len(node.bases) != 1 or node.name in found:
                continue
            base = ast.unparse(node.bases[0])
            if base == "BaseTable" and path == TABLES_MODULE:
                found[node.name] = Item(node.name, node.name, _attributes(node), path)
            elif base in found:
                attributes = found[base].attributes | _attributes(node)
                found[node.name] = Item(node.name, found[base].table, attributes, path)
    return found


def writes() -> set[Write]:
    """Returns every write of an item. Raises ValueError when WITHOUT_CLASS names an unknown table."""
    if unknown := set(WITHOUT_CLASS.values()) - items().keys():
        raise ValueError(f"{TABLES_MODULE} has no tables {sorted(unknown)}")
    scan = _Scan()
    return {*scan.of_items(), *scan.without_class()}


def _attributes(node: ast.ClassDef) -> frozenset[str]:
    assigned = [one for one in node.body if isinstance(one, ast.Assign | ast.AnnAssign)]
    targets = [target for one in assigned for target in (one.targets if isinstance(one, ast.Assign) else [one.target])]
    return frozenset(target.id for target in targets if isinstance(target, ast.Name))


class _Scope(NamedTuple):
    """A function and its module."""

    module: str
    function: ast.FunctionDef


class _Scan:
    """All functions of the product outside the key modules, searched for writes."""

    def __init__(self) -> None:
        self._keys = set(key_formats())
        self._items = items()
        self._scopes = [
            _Scope(path, node)
            for path, tree in modules().items()
            if not is_key_module(path)
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef)
        ]

    def of_items(self) -> Iterator[Write]:
        for scope in self._scopes:
            for call in _calls(scope.function):
                item = self._class_called(call, scope)
                if item is None:
                    continue
                starred = [one.value for one in call.args if isinstance(one, ast.Starred)]
                for key, module in {pair for value in starred for pair in self._written(value, scope)}:
                    yield Write(key, item.table, item, module)

    def without_class(self) -> Iterator[Write]:
        for scope in self._scopes:
            for call in _calls(scope.function):
                if _name(call.func) in WITHOUT_CLASS and self._is_key(call.func):
                    yield Write(_name(call.func), WITHOUT_CLASS[_name(call.func)], None, scope.module)

    def _class_called(self, call: ast.Call, scope: _Scope) -> Item | None:
        """Returns the item class that is called, by its name or through a variable; None for another call."""
        if not isinstance(call.func, ast.Name):
            return None
        names = [call.func.id, *(_name(source) for source in _sources(call.func.id, scope.function))]
        return next((self._items[name] for name in names if name in self._items), None)

    def _written(self, value: ast.expr, scope: _Scope) -> Iterator[tuple[str, str]]:
        """Yields the keys that a value may be, each with a module that writes it. Parameters are followed to the
        callers.
        """
        parameters = [one.arg for one in scope.function.args.args]
        if isinstance(value, ast.Name) and value.id in parameters:
            place = parameters.index(value.id) - (parameters[0] == "self")
            for caller, call in self._callers(scope):
                if len(call.args) > place:
                    yield from self._written(call.args[place], caller)
            return
        for key in self._keys_in(value, scope):
            for module in self._writers(scope, frozenset()):
                yield key, module

    def _writers(self, scope: _Scope, seen: frozenset[str]) -> set[str]:
        """Returns the modules that write: the function's own, or its callers' when it only returns an item."""
        name = scope.function.name
        returned = ast.unparse(scope.function.returns) if scope.function.returns else ""
        if returned not in self._items or name in seen:
            return {scope.module}
        callers = [self._writers(caller, seen | {name}) for caller, _ in self._callers(scope)]
        return {module for found in callers for module in found}

    def _callers(self, scope: _Scope) -> Iterator[tuple[_Scope, ast.Call]]:
        """Yields the calls of a function. Those of a private function count only in its own module."""
        name = scope.function.name
        for caller in self._scopes:
            if name.startswith("_") and caller.module != scope.module:
                continue
            for call in _calls(caller.function):
                if _name(call.func) == name:
                    yield caller, call

    def _is_key(self, function: ast.expr) -> bool:
        """Returns whether it is a key function, such as `keys.event` or `catalog_keys.quota`."""
        return (
            isinstance(function, ast.Attribute)
            and function.attr in self._keys
            and isinstance(function.value, ast.Name)
            and function.value.id.endswith("keys")
        )

    def _keys_in(self, value: ast.expr, scope: _Scope) -> set[str]:
        """Returns the key functions that a value may come from."""
        if isinstance(value, ast.Call) and self._is_key(value.func):
            return {_name(value.func)}
        if isinstance(value, ast.Call):
            return self._keys_returned(_name(value.func), scope.module)
        if isinstance(value, ast.IfExp):
            parts: list[ast.expr] = [value.body, value.orelse]
        elif isinstance(value, ast.Tuple):
            parts = value.elts
        else:
            parts = list(_sources(_name(value), scope.function))
        return {key for part in parts for key in self._keys_in(part, scope)}

    def _keys_returned(self, name: str, module: str) -> set[str]:
        """Returns the key functions whose results a function of the module returns."""
        found: set[str] = set()
        for scope in self._scopes:
            if scope.function.name == name and scope.module == module:
                for node in ast.walk(scope.function):
                    if isinstance(node, ast.Return) and node.value:
                        found |= self._keys_in(node.value, scope)
        return found


def _calls(function: ast.FunctionDef) -> Iterator[ast.Call]:
    return (node for node in ast.walk(function) if isinstance(node, ast.Call))


def _sources(name: str, function: ast.FunctionDef) -> Iterator[ast.expr]:
    """Yields the expressions that are assigned to a variable in a function, or that it iterates over."""
    for node in ast.walk(function):
        if isinstance(node, ast.For) and _name(node.target) == name:
            yield node.iter
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                yield from (
                    value for one, value in zip(target.elts, node.value.elts, strict=True) if _name(one) == name
                )
            elif _name(target) == name:
                yield node.value


def _name(node: ast.expr) -> str:
    """Returns the last part of a name: `order` of `keys.order`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
