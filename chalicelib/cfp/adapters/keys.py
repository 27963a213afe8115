"""Key formats of proposals in the people table. The rules of aws/dynamo_keys.py hold."""

from chalicelib.aws.dynamo_keys import Key


def submission(user_id: str, session_id: str) -> Key:
    """A session that a user proposed, stored under that user."""
    return f"USER#{user_id}", f"SUBMISSION#{session_id}"
