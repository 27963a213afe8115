"""Deletes all parts of an event from the content table. Implements the port `OfEvent` of
content/services/delete_parts.py.
"""

from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_tables import ContentTable


class DynamoParts:
    """Deletes in batches. A repeated call does nothing."""

    def delete_all(self, event_id: str) -> None:
        """Deletes every item in the event's partition of the content table."""
        with ContentTable.batch_write() as batch:
            for item in ContentTable.query(
                keys.event(event_id)[0], consistent_read=True, attributes_to_get=["pk", "sk"]
            ):
                batch.delete(item)
