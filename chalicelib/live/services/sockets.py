"""Finds the open sockets of users and pushes frames to them. Called by all services that push.

A socket is valid only as long as its sign-in. Each push checks the sign-in first, strongly consistent and without a
cache, so nothing is pushed after its end. Only this module closes and deletes connections that it finds dead.
"""

from collections.abc import Sequence

from chalicelib.accounts.ports import ActiveSignIns
from chalicelib.core.ports import Clock
from chalicelib.live.ports import Connection, Connections, Pushed, Pusher


class Sockets:
    def __init__(self, connections: Connections, sign_ins: ActiveSignIns, pusher: Pusher, clock: Clock) -> None:
        self._connections = connections
        self._sign_ins = sign_ins
        self._pusher = pusher
        self._clock = clock

    def list_connections(self, *user_ids: str) -> list[Connection]:
        """Returns the connections of these users that may be pushed to."""
        return self.select_standing(
            [one for user_id in user_ids for one in self._connections.list_connections(user_id)]
        )

    def select_standing(self, connections: Sequence[Connection]) -> list[Connection]:
        """Returns the connections whose sign-in is valid and whose life is not over. Closes and deletes the others."""
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
        """Pushes the frames to each connection. Deletes connections that are gone."""
        pushed = self._pusher.push(connections, frames, within=within)
        for connection in pushed.gone:
            self._connections.forget(connection)
        return pushed

    def cut(self, connections: Sequence[Connection]) -> None:
        """Closes and deletes these connections. A client that cannot be reached notices at its next ping."""
        self._pusher.disconnect(connections)
        for connection in connections:
            self._connections.forget(connection)
