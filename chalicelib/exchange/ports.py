"""What importing needs of storage."""

from typing import Protocol

from chalicelib.exchange.domain.import_job import ImportJob
from chalicelib.representations.represent import Written


class ImportStore(Protocol):
    """Keeps uploads, and writes what is in them."""

    def accept(self, job: ImportJob, archive: bytes, *, expires_at: int) -> bool:
        """Keep an upload; the job itself last, since its appearance starts the work. False: it is here already."""

    def job(self, import_id: str) -> ImportJob | None:
        """A stored import, strongly consistent."""

    def archive(self, import_id: str) -> bytes:
        """The bytes that were uploaded."""

    def update(self, job: ImportJob) -> None:
        """Keep a newer representation of an import."""

    def put_many(self, resources: list[Written]) -> None:
        """Write parts of an event that nobody can see yet, in batches."""
