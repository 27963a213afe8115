"""Uploads and their imports in the content table. Port `ImportStore`."""

import gzip

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.aws.dynamo_tables import ContentTable
from chalicelib.aws.dynamo_transactions import put_if_absent
from chalicelib.content.adapters.writes import written_item
from chalicelib.exchange.adapters import keys as import_keys
from chalicelib.exchange.domain.import_job import ImportJob
from chalicelib.representations.dynamo_items import ResourceItem
from chalicelib.representations.represent import Written

CHUNK_BYTES = 350_000


class ImportItem(ContentTable):
    """An import: whose it is, how many pieces the upload has, and its gzipped representation."""

    owner_id = UnicodeAttribute()
    event_id = UnicodeAttribute()
    chunks = NumberAttribute()
    etag = UnicodeAttribute()
    packed = BinaryAttribute(legacy_encoding=False)
    expires_at = NumberAttribute()


class ChunkItem(ContentTable):
    """A piece of an upload."""

    archive = BinaryAttribute(legacy_encoding=False)
    expires_at = NumberAttribute()


class DynamoImports:
    """Port `ImportStore`."""

    def store_upload(self, job: ImportJob, archive: bytes, *, expires_at: int) -> bool:
        """Keep an upload; the job last, since the stream record of its insertion starts the work."""
        pieces = [archive[start : start + CHUNK_BYTES] for start in range(0, len(archive), CHUNK_BYTES)]
        for number, piece in enumerate(pieces):
            ChunkItem(*import_keys.import_chunk(job.id, number), archive=piece, expires_at=expires_at).save()
        item = ImportItem(
            *import_keys.import_job(job.id),
            owner_id=job.owner_id,
            event_id=job.event_id,
            chunks=len(pieces),
            etag=job.etag,
            packed=gzip.compress(job.body.encode(), mtime=0),
            expires_at=expires_at,
        )
        return put_if_absent(item)

    def load_import(self, import_id: str) -> ImportJob | None:
        """A stored import, strongly consistent."""
        try:
            item = ImportItem.get(*import_keys.import_job(import_id), consistent_read=True)
        except ImportItem.DoesNotExist:
            return None
        body = gzip.decompress(item.packed).decode()
        return ImportJob(import_id, item.owner_id, item.event_id, item.etag, body)

    def load_archive(self, import_id: str) -> bytes:
        """The bytes that were uploaded."""
        item = ImportItem.get(*import_keys.import_job(import_id), consistent_read=True)
        found = [
            ChunkItem.get(*import_keys.import_chunk(import_id, number), consistent_read=True).archive
            for number in range(int(item.chunks))
        ]
        return b"".join(found)

    def replace_import(self, job: ImportJob) -> None:
        """Keep a newer representation."""
        ImportItem(*import_keys.import_job(job.id)).update(
            [
                ImportItem.etag.set(job.etag),
                ImportItem.packed.set(gzip.compress(job.body.encode(), mtime=0)),
            ],
            ImportItem.pk.exists(),
        )

    def write_resources(self, resources: list[Written]) -> None:
        """Write parts of an event that nobody can see yet, 25 a request; unprocessed ones are sent again."""
        with ResourceItem.batch_write() as batch:
            for resource in resources:
                batch.save(written_item(resource))
