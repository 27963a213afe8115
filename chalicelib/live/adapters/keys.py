"""Key formats of the connections table: beside aws/dynamo_keys.py, whose rules hold. docs/data-model.md says who reads
what.
"""

from chalicelib.aws.dynamo_keys import Key, digest


def connection(user_id: str, connection_id: str) -> Key:
    """An open socket, found by its user."""
    return f"USER#{user_id}", f"CONNECTION#{connection_id}"


def connection_owner(connection_id: str) -> Key:
    """Who an open socket belongs to."""
    return f"CONNECTION#{connection_id}", "CONNECTION"


def watch(event_id: str, connection_id: str) -> Key:
    """That an open socket watches an event; without a connection the prefix of all that do."""
    return f"WATCH#{event_id}", f"WATCHER#{connection_id}"


def told_watchers(event_id: str) -> Key:
    """What all who watch an event were told."""
    return f"WATCH#{event_id}", "TOLD"


def socket_ticket(secret: str) -> Key:
    """A one-time ticket to open a socket, by its hash."""
    return f"TICKET#{digest(secret)}", "TICKET"
