"""The generated tables of docs/data-model.md: every item, its keys, who writes it, and whether it expires.

Read from the key modules, the classes of items and the modules that write them; nothing is imported.
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
    """Key functions that name the same item; the first is the one that says what it is."""

    keys: tuple[KeyFormat, ...]
    writes: frozenset[Write]

    @property
    def name(self) -> str:
        """The first function's."""
        return self.keys[0].name

    @property
    def table(self) -> str:
        """The class of the table that the item is in."""
        (one,) = {write.table for write in self.writes}
        return one


class Table(NamedTuple):
    """A table: its name without the prefix, its class, and what its stream has (empty: it has no stream)."""

    name: str
    model: str
    stream: str


class Index(NamedTuple):
    """A secondary index: its name, and the attributes that are its hash key and its range key."""

    name: str
    hashed: str
    ranged: str


def blocks() -> dict[str, str]:
    """The generated parts of the page by name."""
    made = {"indexes": _indexes()}
    found = groups()
    for one in _tables():
        stream = f"Stream: `{one.stream}`." if one.stream else "No stream."
        rows = [_row(group) for group in found if group.table == one.model]
        made[one.name] = f"{stream}\n\n{table(HEAD, rows)}"
    return made


def groups() -> list[Group]:
    """Every item, in the order of the key modules. ValueError for a key that nothing is written under."""
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
    """Which items have a sort key that begins with a word."""
    found: dict[str, set[str]] = defaultdict(set)
    for group in groups():
        for word in {word for key in group.keys for word in key.words()}:
            found[word].add(group.name)
    return found


def _home(part: KeyFormat, found: dict[tuple[object, ...], list[KeyFormat]]) -> list[KeyFormat]:
    """The item that a function gives half a key of: the partition, or what sort keys begin with."""
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
    """Whether the item may have the TTL attribute."""
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
    """The classes of tables: `Meta = _meta("content", stream="KEYS_ONLY")`."""
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
    """The classes of indexes beside the tables."""
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
    """Whether a key function makes the hash key of an index: it says so, by the index's name."""
    return f"index `{index.name}`" in key.says
