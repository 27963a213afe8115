"""Streams: takes batches of DynamoDB change records and returns which failed. Called by app.py; light.

The boundary of everything that a stream starts: a record that fails is reported, and the others take effect. Lambda
delivers again from the first failure on, so every reaction may run more than once for a change. Source:
docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
"""

from __future__ import annotations

import base64
from functools import partial
from typing import TYPE_CHECKING, Any

from chalicelib import bootstrap, telemetry
from chalicelib.reactions import SIDE_BY_SIDE, WHOLE_BATCH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from chalicelib.core.changes import Change
    from chalicelib.reactions import Choice, On

    Event = dict[str, Any]
    Reaction = Callable[[list[Change]], None]
    Answer = dict[str, list[dict[str, str]]]
    Read = tuple[str, Change]
    """A record that could be read: its sequence number and the change."""


def react(event: Event, reactions: Iterable[On]) -> Answer:
    """Calls each reaction with the changes of the batch that it handles. When a call fails, calls it again with each
    change alone, so that one bad change does not fail the others.
    """
    services = bootstrap.services()
    reads, failed = _read_all(event)
    for reaction in reactions:
        concerned = [read for read in reads if read[1].noun == reaction.noun]
        if concerned:
            failed += _carry_out(reaction, concerned, services)
    return _report(failed)


def _carry_out(reaction: On, reads: list[Read], services: bootstrap.Services) -> list[str]:
    """Returns the sequence numbers of the changes on which a reaction failed."""
    groups = [reads] if reaction.how == WHOLE_BATCH else _groups(reads, reaction.together)
    work = partial(_work, reaction=partial(_call, reaction.choice, services))
    if len(groups) == 1 or reaction.how != SIDE_BY_SIDE:
        return [number for group in groups for number in work(group)]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(reaction.at_once, thread_name_prefix="react") as threads:
        return [number for numbers in threads.map(work, groups) for number in numbers]


def _work(group: list[Read], *, reaction: Reaction) -> list[str]:
    if _attempt(reaction, group):
        return []
    return [read[0] for read in group if len(group) == 1 or not _attempt(reaction, [read])]


def _call(choice: Choice, services: bootstrap.Services, changes: list[Change]) -> None:
    """Builds and calls the service inside the boundary: one that cannot be built must not stop the others."""
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
    """Whether the work succeeded. The one place where a record's failure is caught and logged."""
    try:
        work()
    except Exception:  # noqa: BLE001 - the boundary
        telemetry.failure("stream_record_failed", sequence_number=number)
        return False
    return True


def _groups(reads: list[Read], together: Callable[[Change], str]) -> list[list[Read]]:
    groups: dict[str, list[Read]] = {}
    for read in reads:
        groups.setdefault(together(read[1]), []).append(read)
    return list(groups.values())


def _report(failed: list[str]) -> Answer:
    return {"batchItemFailures": [{"itemIdentifier": number} for number in dict.fromkeys(failed)]}


def read_change(record: Mapping[str, Any]) -> Change:
    """Returns the change that a stream record describes."""
    from chalicelib.core.changes import Change, ChangeKind

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
    """Returns the Python value of a typed one:
    docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
    """
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
