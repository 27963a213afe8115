"""What importing needs of storage."""

from typing import Protocol

from chalicelib.exchange.domain.import_job import ImportJob
from chalicelib.representations.represent import Written


class ImportStore(Protocol):
    """Keeps uploads, and writes what is in them."""

    def store_upload(self, job: ImportJob, archive: bytes, *, expires_at: int) -> bool:
        """Keep an upload; the job itself last, since its appearance starts the work. False: it is here already."""

    def load_import(self, import_id: str) -> ImportJob | None:
        """A stored import, strongly consistent."""

    def load_archive(self, import_id: str) -> bytes:
        """The bytes that were uploaded."""

    def replace_import(self, job: ImportJob) -> None:
        """Keep a newer representation of an import."""

    def write_resources(self, resources: list[Written]) -> None:
        """Write parts of an event that nobody can see yet, in batches."""
