"""The open sockets of people, and frames to them. Called by whatever pushes.

A socket is worth as much as its sign-in: each push asks first, strongly consistent and without a memory, whether that
still stands, so nothing is pushed after its end. Connections found dead are closed and forgotten here and nowhere else.
"""

from collections.abc import Sequence

from chalicelib.accounts.ports import ActiveSignIns
from chalicelib.core.ports import Clock
from chalicelib.live.ports import Connection, Connections, Pushed, Pusher


class Sockets:
    """Finds sockets and pushes to them."""

    def __init__(self, connections: Connections, sign_ins: ActiveSignIns, pusher: Pusher, clock: Clock) -> None:
        self._connections = connections
        self._sign_ins = sign_ins
        self._pusher = pusher
        self._clock = clock

    def list_connections(self, *user_ids: str) -> list[Connection]:
        """The connections of these users that may be pushed to."""
        return self.select_standing(
            [one for user_id in user_ids for one in self._connections.list_connections(user_id)]
        )

    def select_standing(self, connections: Sequence[Connection]) -> list[Connection]:
        """Those whose sign-in stands and whose life is not over; the others are closed and forgotten."""
        if not connections:
            return []
        stands = self._sign_ins.find_active_sign_ins(one.sign_in_id for one in connections)
        now = self._clock.now()
        kept: list[Connection] = []
        ended: list[Connection] = []
        for one in connections:
            (kept if one.sign_in_id in stands and now < one.expires_at else ended).append(one)
        self.cut(ended)
        return kept

    def push(self, connections: Sequence[Connection], frames: Sequence[str], *, within: float = 5.0) -> Pushed:
        """The frames to each connection; those that are gone are forgotten."""
        pushed = self._pusher.push(connections, frames, within=within)
        for connection in pushed.gone:
            self._connections.forget(connection)
        return pushed

    def cut(self, connections: Sequence[Connection]) -> None:
        """Close these and forget them. A client that cannot even be told so finds out by its next ping."""
        self._pusher.disconnect(connections)
        for connection in connections:
            self._connections.forget(connection)
