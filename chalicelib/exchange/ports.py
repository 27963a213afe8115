"""Ports of imports."""

from typing import Protocol

from chalicelib.exchange.domain.import_job import ImportJob
from chalicelib.representations.represent import Written


class ImportStore(Protocol):
    """Stores uploads and imports, and writes what is in them."""

    def store_upload(self, job: ImportJob, archive: bytes, *, expires_at: int) -> bool:
        """Stores an upload, and the import last, since its record in the stream starts the work. False: it is stored
        already.
        """

    def load_import(self, import_id: str) -> ImportJob | None:
        """Returns an import, strongly consistent; None when there is none."""

    def load_archive(self, import_id: str) -> bytes:
        """Returns the bytes that were uploaded."""

    def replace_import(self, job: ImportJob) -> None:
        """Stores a newer representation of an import."""

    def write_resources(self, resources: list[Written]) -> None:
        """Writes parts of an event that nobody can see yet, in batches."""
