"""Reads from the key modules which key each key function returns, as a pattern. Called by data_model.py.

`f"EVENT#{event_id}"` becomes `EVENT#{event}`. A function with several returns has several patterns. A pattern that is
the beginning of another one (the prefix for a query) is left out.
"""

import ast
from itertools import product
from typing import NamedTuple

from docs.generators.sources import first_sentence, modules

NO_KEYS = {"digest"}


class KeyFormat(NamedTuple):
    """A key function: its name, the first sentence of its docstring, and the patterns of the keys that it returns."""

    name: str
    says: str
    partitions: tuple[str, ...]
    sorts: tuple[str, ...]

    def words(self) -> set[str]:
        """Returns the fixed first words of its sort keys, by which reactions recognize a change in a stream."""
        return {word for sort in self.sorts if (word := sort.partition("#")[0]) and "{" not in word}


def is_key_module(path: str) -> bool:
    """Returns whether a module, given by its path below chalicelib, has key functions."""
    return path == "aws/dynamo_keys" or path.endswith("/adapters/keys")


def key_formats() -> dict[str, KeyFormat]:
    """Returns every key function of every key module, by name. Raises ValueError when two have the same name."""
    found: dict[str, KeyFormat] = {}
    for path in filter(is_key_module, modules()):
        for key_format in formats_of(modules()[path]):
            if key_format.name in found:
                raise ValueError(f"two key functions are called {key_format.name}")
            found[key_format.name] = key_format
    return found


def formats_of(tree: ast.Module) -> list[KeyFormat]:
    """Returns the key functions of one module. Raises ValueError for one that cannot be read or has no docstring."""
    return _Module(tree).formats()


class _Module:
    """The functions of one key module, and the tables of words that they use."""

    def __init__(self, tree: ast.Module) -> None:
        self._functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        self._words = {
            target.id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)
            for target in node.targets
            if isinstance(target, ast.Name)
        }

    def formats(self) -> list[KeyFormat]:
        public = [name for name in self._functions if not name.startswith("_") and name not in NO_KEYS]
        return [self._format(name) for name in public]

    def _format(self, name: str) -> KeyFormat:
        answers = self._answers(name)
        partitions = _longest([text for partition, _ in answers for text in partition])
        sorts = _longest([text for _, sort in answers for text in sort])
        return KeyFormat(name, first_sentence(self._functions[name]), partitions, sorts)

    def _answers(self, name: str) -> list[tuple[list[str], list[str]]]:
        """Returns, for each return statement, the patterns of the partition key and of the sort key. A missing key is
        an empty list.
        """
        returned = [node.value for node in ast.walk(self._functions[name]) if isinstance(node, ast.Return)]
        answers: list[tuple[list[str], list[str]]] = []
        for value in filter(None, returned):
            if isinstance(value, ast.Tuple):
                partition, sort = (self._patterns(part) for part in value.elts)
                answers.append((partition, sort))
            elif isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
                answers += self._answers(value.func.id)
            elif name.endswith("_prefix"):
                answers.append(([], self._patterns(value)))
            else:
                answers.append((self._patterns(value), []))
        return answers

    def _patterns(self, node: ast.expr) -> list[str]:
        if isinstance(node, ast.Constant):
            return [str(node.value)]
        if isinstance(node, ast.JoinedStr):
            return ["".join(parts) for parts in product(*(self._patterns(part) for part in node.values))]
        if isinstance(node, ast.IfExp):
            return self._patterns(node.body) + self._patterns(node.orelse)
        if isinstance(node, ast.FormattedValue):
            return self._values(node.value)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return [text for partition, _ in self._answers(node.func.id) for text in partition]
        raise ValueError(f"cannot read a key format: {ast.unparse(node)}")

    def _values(self, node: ast.expr) -> list[str]:
        """Returns the texts for a value inside a key: every word of a table of words, or else the value's name."""
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            return [str(word.value) for word in self._words[node.value.id].values if isinstance(word, ast.Constant)]
        return ["{" + _named(node) + "}"]


def _named(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id.removesuffix("_id").replace("_", " ")
    if isinstance(node, ast.Attribute):
        return _named(node.value)
    if isinstance(node, ast.BoolOp):
        return " or ".join(_named(value) for value in node.values)
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.Call):
        return "hash of " + ", ".join(_named(argument) for argument in node.args)
    raise ValueError(f"cannot name a part of a key: {ast.unparse(node)}")


def _longest(patterns: list[str]) -> tuple[str, ...]:
    unique = dict.fromkeys(patterns)
    return tuple(one for one in unique if not any(other != one and other.startswith(one) for other in unique))
