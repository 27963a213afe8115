"""An import: what is known of it while it runs and afterwards. Pure."""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace


class ImportState(StrEnum):
    """Where an import stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class ReportLine(Struct, frozen=True, kw_only=True):
    """What became of one record. `outcome` is taken, mended or refused; `reason` says why, empty when taken."""

    kind: str
    source_id: str
    outcome: str
    reason: str


class ImportAccepted(Struct, frozen=True, kw_only=True):
    """The answer to an upload."""

    import_id: str


class Import(Struct, frozen=True, kw_only=True):
    """An import as its owner sees it. `counts` are records written so far, by kind; `total` is known once the archive
    was read. `detail` says why it failed.
    """

    id: str
    state: ImportState
    event_id: str | None
    counts: dict[str, int]
    total: int
    report: list[ReportLine]
    detail: str | None = None


class ImportJob(NamedTuple):
    """A stored import: whose it is, the event it makes, and its representation."""

    id: str
    owner_id: str
    event_id: str
    etag: str
    body: str


_REASON_LENGTHS = (1_000, 300, 100, 30)


def shorten_report(done: Import, *, fits: Callable[[Import], bool]) -> Import:
    """The import with as much of its report as fits: all of it, or shorter reasons (`…` shows it), or fewer lines, of
    which the first one says so. Archives that people make are far from that.
    """
    if fits(done):
        return done
    for length in _REASON_LENGTHS:
        shorter = replace(done, report=[_shortened(line, length) for line in done.report])
        if fits(shorter):
            return shorter
    kept = shorter.report
    while kept:
        kept = kept[: len(kept) // 2]
        first = ReportLine(
            kind="events",
            source_id="",
            outcome="mended",
            reason=f"the report is too long; {len(done.report) - len(kept)} lines are left out",
        )
        if fits(shorter := replace(done, report=[first, *kept])):
            break
    return shorter


def _shortened(line: ReportLine, length: int) -> ReportLine:
    return replace(line, reason=line.reason[: length - 1] + "…") if len(line.reason) > length else line
