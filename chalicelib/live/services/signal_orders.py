"""Tells the sockets of whom it concerns that an order came into another state, and how far an import has
got. Called by reactions.py and exchange/services/import_event.py.

A signal says only that there is something to read: one that is lost costs a client the time until it looks by itself.
"""

from collections.abc import Iterable

from chalicelib import telemetry
from chalicelib.core.changes import Change
from chalicelib.live.domain.frames import import_frame, order_frame
from chalicelib.live.services.sockets import Sockets

_ORDER = "ORDER#"


class SignalOrders:
    """Tells who waits for something to go on."""

    def __init__(self, sockets: Sockets) -> None:
        self._sockets = sockets

    def on_changes(self, changes: list[Change]) -> None:
        """React to the sales stream: each order's last state of a batch, to its buyer if they have an account."""
        for user_id, frames in _by_buyer(changes).items():
            self._signal("orders_pushed", user_id, frames)

    def signal_import(self, import_id: str, *, owner_id: str, state: str, done: int, total: int) -> None:
        """Whoever imports hears how many records are written."""
        frame = import_frame(import_id, state=state, done=done, total=total)
        self._signal("import_pushed", owner_id, [frame])

    def _signal(self, event: str, user_id: str, frames: Iterable[str]) -> None:
        connections = self._sockets.list_connections(user_id)
        if not connections:
            return
        pushed = self._sockets.push(connections, list(frames))
        telemetry.log(event, connections=len(connections), gone=len(pushed.gone), failed=len(pushed.failed))


def _by_buyer(changes: Iterable[Change]) -> dict[str, list[str]]:
    """The frames for each buyer: one an order, in the order in which orders last changed."""
    last: dict[str, tuple[str, str]] = {}
    for change in changes:
        before, after = change.before or {}, change.after or {}
        if after.get("user_id") and after["state"] != before.get("state"):
            order_id = str(after["sk"]).removeprefix(_ORDER)
            last.pop(order_id, None)
            last[order_id] = str(after["user_id"]), str(after["state"])
    frames: dict[str, list[str]] = {}
    for order_id, (user_id, state) in last.items():
        frames.setdefault(user_id, []).append(order_frame(order_id, state))
    return frames
