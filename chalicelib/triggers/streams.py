"""Streams: batches of DynamoDB change records in, partial batch answers out. Called by app.py; light.

The boundary of everything a stream starts: a record that fails is reported and the others take effect. Lambda delivers
again from the first failure on, so every reaction must bear being repeated.
Source: docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
"""

from __future__ import annotations

import base64
from functools import partial
from typing import TYPE_CHECKING, Any

from chalicelib import bootstrap, telemetry
from chalicelib.reactions import SIDE_BY_SIDE, WHOLE_BATCH

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chalicelib.domain.changes import Change
    from chalicelib.reactions import Choice, Reaction, Reactions

    Event = dict[str, Any]
    Answer = dict[str, list[dict[str, str]]]
    Read = tuple[str, Change]
    """A record that could be read: the number to report it by, and the change."""

AT_ONCE = 16
"""Partitions that are dealt with side by side."""


def react(event: Event, reactions: Reactions) -> Answer:
    """Call for each partition and noun (for some nouns: all partitions) its reactions, with all the changes the batch
    has of it. When one fails, once more with each change alone, so that one bad change costs its neighbours nothing.
    """
    services = bootstrap.services()
    reads, failed = _read_all(event)
    groups = _grouped([(number, change) for number, change in reads if change.noun in reactions])
    together = [group for group in groups if group[0][1].noun in SIDE_BY_SIDE]
    work = partial(_work, reactions=reactions, services=services)
    if len(together) > 1:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="react") as threads:
            failed += [number for numbers in threads.map(work, together) for number in numbers]
        groups = [group for group in groups if group[0][1].noun not in SIDE_BY_SIDE]
    failed += [number for group in groups for number in work(group)]
    return _report(failed)


def _work(group: list[Read], *, reactions: Reactions, services: bootstrap.Services) -> list[str]:
    """The numbers of the changes of a group that had not all their effects."""
    chosen = reactions[group[0][1].noun]
    failed: list[str] = []
    for choice in chosen if isinstance(chosen, tuple) else (chosen,):
        reaction = partial(_call, choice, services)
        if not _attempt(reaction, group):
            failed += [read[0] for read in group if len(group) == 1 or not _attempt(reaction, [read])]
    return failed


def _call(choice: Choice, services: bootstrap.Services, changes: list[Change]) -> None:
    """Build the service inside the boundary: one that cannot be built must not stop the others."""
    choice(services)(changes)


def _read_all(event: Event) -> tuple[list[Read], list[str]]:
    reads: list[Read] = []
    failed: list[str] = []
    for record in event["Records"]:
        number = record["dynamodb"]["SequenceNumber"]
        if not _guarded(number, partial(_read, record, number, reads)):
            failed.append(number)
    return reads, failed


def _read(record: Mapping[str, Any], number: str, into: list[Read]) -> None:
    into.append((number, read_change(record)))


def _attempt(reaction: Reaction, group: list[Read]) -> bool:
    return _guarded(group[0][0], lambda: reaction([change for _, change in group]))


def _guarded(number: str, work: Callable[[], None]) -> bool:
    """Whether the work was done. The one place where a record's failure ends."""
    try:
        work()
    except Exception:  # noqa: BLE001 - the boundary
        telemetry.failure("stream_record_failed", sequence_number=number)
        return False
    return True


def _grouped(reads: list[Read]) -> list[list[Read]]:
    groups: dict[tuple[str, str], list[Read]] = {}
    for read in reads:
        partition = "" if read[1].noun in WHOLE_BATCH else read[1].partition
        groups.setdefault((partition, read[1].noun), []).append(read)
    return list(groups.values())


def _report(failed: list[str]) -> Answer:
    return {"batchItemFailures": [{"itemIdentifier": number} for number in dict.fromkeys(failed)]}


def read_change(record: Mapping[str, Any]) -> Change:
    """The change that a stream record tells."""
    from chalicelib.domain.changes import Change, ChangeKind

    data = record["dynamodb"]
    keys = _plain(data["Keys"])
    return Change(
        kind=ChangeKind(record["eventName"]),
        noun=keys["sk"].partition("#")[0],
        partition=keys["pk"],
        before=_plain(data["OldImage"]) if "OldImage" in data else None,
        after=_plain(data["NewImage"]) if "NewImage" in data else None,
    )


def _plain(item: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {name: _value(typed) for name, typed in item.items()}


def _value(typed: Mapping[str, Any]) -> Any:
    """A Python value for a typed one: docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html"""
    ((kind, value),) = typed.items()
    if kind == "N":
        return int(value) if value.lstrip("-").isdigit() else float(value)
    if kind == "B":
        return base64.b64decode(value)
    if kind == "NULL":
        return None
    if kind == "M":
        return _plain(value)
    return [_value(one) for one in value] if kind == "L" else value
