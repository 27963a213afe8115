"""Key formats of the connections table. The rules of aws/dynamo_keys.py hold. docs/data-model.md lists the readers."""

from chalicelib.aws.dynamo_keys import Key, digest


def connection(user_id: str, connection_id: str) -> Key:
    """An open socket, stored under its user."""
    return f"USER#{user_id}", f"CONNECTION#{connection_id}"


def connection_owner(connection_id: str) -> Key:
    """The user of an open socket, stored under the socket."""
    return f"CONNECTION#{connection_id}", "CONNECTION"


def watch(event_id: str, connection_id: str) -> Key:
    """An open socket that watches an event. Without a connection: the prefix of all of them."""
    return f"WATCH#{event_id}", f"WATCHER#{connection_id}"


def told_watchers(event_id: str) -> Key:
    """The versions of an event that all its watchers know."""
    return f"WATCH#{event_id}", "TOLD"


def socket_ticket(secret: str) -> Key:
    """A one-time ticket to open a socket, by its hash."""
    return f"TICKET#{digest(secret)}", "TICKET"
