"""Generates the tables of docs/data-model.md: every item, its keys, which modules write it, and whether it expires.

Reads the source of the key modules, the item classes and the modules that write items, without importing them. Called
by generate.py.
"""

import ast
from collections import defaultdict
from typing import NamedTuple

from docs.generators.blocks import table
from docs.generators.item_writers import TABLES_MODULE, Write, items, writes
from docs.generators.key_formats import KeyFormat, key_formats
from docs.generators.sources import modules

TTL = "expires_at"
HEAD = ("item", "pk", "sk", "what it is", "class", "written by", "expires")


class Group(NamedTuple):
    """The key functions of one item, and its writes. The first function's docstring describes the item."""

    keys: tuple[KeyFormat, ...]
    writes: frozenset[Write]

    @property
    def name(self) -> str:
        """The name of the first key function."""
        return self.keys[0].name

    @property
    def table(self) -> str:
        """The class of the item's table. Raises ValueError when it is written to several."""
        (one,) = {write.table for write in self.writes}
        return one


class Table(NamedTuple):
    """A table: its name without the prefix, its class, and its stream's view type (empty: no stream)."""

    name: str
    model: str
    stream: str


class Index(NamedTuple):
    """A secondary index: its name, and the attributes of its hash key and its range key."""

    name: str
    hashed: str
    ranged: str


def blocks() -> dict[str, str]:
    """Returns the generated parts of the page by name."""
    made = {"indexes": _indexes()}
    found = groups()
    for one in _tables():
        stream = f"Stream: `{one.stream}`." if one.stream else "No stream."
        rows = [_row(group) for group in found if group.table == one.model]
        made[one.name] = f"{stream}\n\n{table(HEAD, rows)}"
    return made


def groups() -> list[Group]:
    """Returns every item, in the order of the key modules. Raises ValueError for a key that no module writes."""
    found: dict[tuple[object, ...], list[KeyFormat]] = {}
    written: dict[str, set[Write]] = defaultdict(set)
    for write in writes():
        written[write.key].add(write)
    formats = [one for one in key_formats().values() if not any(_is_of(index, one) for index in _declared())]
    for one in formats:
        if one.partitions and one.sorts:
            found.setdefault((one.partitions, one.sorts), []).append(one)
    for one in formats:
        if not (one.partitions and one.sorts):
            _home(one, found).append(one)
    made = [Group(tuple(keys), frozenset(w for key in keys for w in written[key.name])) for keys in found.values()]
    unwritten = [group.name for group in made if not group.writes]
    if unwritten:
        raise ValueError(f"nothing writes an item under the keys {unwritten}")
    return made


def words() -> dict[str, set[str]]:
    """Returns the items by the first word of their sort keys."""
    found: dict[str, set[str]] = defaultdict(set)
    for group in groups():
        for word in {word for key in group.keys for word in key.words()}:
            found[word].add(group.name)
    return found


def _home(part: KeyFormat, found: dict[tuple[object, ...], list[KeyFormat]]) -> list[KeyFormat]:
    """Returns the key functions of the item that a function gives half a key of: its partition key, or a prefix of its
    sort keys. Raises ValueError when there is none.
    """
    for keys in found.values():
        whole = keys[0]
        if part.partitions and part.partitions == whole.partitions:
            return keys
        if part.sorts and all(any(one.startswith(begin) for one in whole.sorts) for begin in part.sorts):
            return keys
    raise ValueError(f"no item belongs to {part.name}")


def _row(group: Group) -> list[str]:
    whole = group.keys[0]
    classes = sorted({write.item.name for write in group.writes if write.item})
    return [
        ", ".join(f"`{key.name}`" for key in group.keys),
        ", ".join(f"`{text}`" for text in whole.partitions),
        ", ".join(f"`{text}`" for text in whole.sorts),
        whole.says,
        ", ".join(f"`{name}`" for name in classes),
        ", ".join(f"`{module}`" for module in sorted({write.module for write in group.writes})),
        "yes" if any(_expires(write) for write in group.writes) else "",
    ]


def _expires(write: Write) -> bool:
    """Returns whether the item may have the TTL attribute."""
    if write.item:
        return TTL in write.item.attributes
    named = (node.value for node in ast.walk(modules()[write.module]) if isinstance(node, ast.Constant))
    return TTL in items()[write.table].attributes or any(TTL in str(text) for text in named)


def _indexes() -> str:
    rows = []
    for index in _declared():
        keys = [key for key in key_formats().values() if _is_of(index, key)]
        having = sorted(item.name for item in items().values() if {index.hashed, index.ranged} <= item.attributes)
        cells = (
            [index.name],
            [key.name for key in keys],
            [f"{index.hashed} = {text}" for key in keys for text in key.partitions],
            [index.ranged],
            having,
        )
        rows.append([", ".join(f"`{one}`" for one in cell) for cell in cells])
    return table(("index", "key function", "hash key", "range key", "items in it"), rows)


def _tables() -> list[Table]:
    """Returns the table classes, found by `Meta = _meta("content", stream="KEYS_ONLY")`."""
    found = []
    for node in modules()[TABLES_MODULE].body:
        if not isinstance(node, ast.ClassDef):
            continue
        for call in ast.walk(node):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "_meta":
                streams = [ast.literal_eval(one.value) for one in call.keywords if one.arg == "stream"]
                found.append(Table(ast.literal_eval(call.args[0]), node.name, "".join(streams)))
    return found


def _declared() -> list[Index]:
    """Returns the index classes in the module of the tables."""
    found = []
    for node in modules()[TABLES_MODULE].body:
        if isinstance(node, ast.ClassDef) and "GlobalSecondaryIndex" in "".join(map(ast.unparse, node.bases)):
            assigned = [one for one in ast.walk(node) if isinstance(one, ast.Assign)]
            value = {ast.unparse(one.targets[0]): ast.unparse(one.value) for one in assigned}
            (hashed,) = (name for name, made in value.items() if "hash_key" in made)
            (ranged,) = (name for name, made in value.items() if "range_key" in made)
            found.append(Index(ast.literal_eval(value["index_name"]), hashed, ranged))
    return found


def _is_of(index: Index, key: KeyFormat) -> bool:
    """Returns whether a key function makes the hash key of an index: its docstring names the index."""
    return f"index `{index.name}`" in key.says
