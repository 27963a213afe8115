"""Key formats of imports in the content table. The rules of aws/dynamo_keys.py hold."""

from chalicelib.aws.dynamo_keys import Key


def import_job(import_id: str) -> Key:
    """An import: its state and report."""
    return f"IMPORT#{import_id}", "IMPORT"


def import_chunk(import_id: str, chunk: int) -> Key:
    """A piece of an uploaded archive."""
    return f"IMPORT#{import_id}", f"CHUNK#{chunk:03d}"
