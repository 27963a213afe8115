"""Key formats of invitations in the people table. The rules of aws/dynamo_keys.py hold."""

from chalicelib.aws.dynamo_keys import Key


def invite(event_id: str, address_hash: str) -> Key:
    """An invitation to an event's staff or to a session, under the hash of its address (and of the session's id)."""
    return f"EVENT#{event_id}", f"INVITE#{address_hash}"
