"""A change of a stored item, as a DynamoDB stream reports it. Light."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple


class ChangeKind(StrEnum):
    """What happened to the item; the values are DynamoDB Streams' event names."""

    CREATED = "INSERT"
    CHANGED = "MODIFY"
    REMOVED = "REMOVE"


class Change(NamedTuple):
    """One change. `noun` is the first word of the sort key, `partition` the partition key. The images are plain Python
    values, or None where the stream does not carry them.
    """

    kind: ChangeKind
    noun: str
    partition: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None

    @property
    def owner(self) -> str:
        """The id inside the partition key."""
        return self.partition.partition("#")[2]
