"""An import: what is known of it while it runs and afterwards. Pure."""

from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct


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
