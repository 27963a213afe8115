"""Connections with defaults, and the service `Sockets` in memory."""

import json
from collections.abc import Sequence
from typing import Any

from chalicelib.live.ports import Connection, Pushed

LIFE_ENDS = 10_000


def connection(id: str = "c1", user_id: str = "ada", **changes: Any) -> Connection:
    made = Connection(id, user_id, f"family of {user_id}", "https://ws.example", LIFE_ENDS)
    return made._replace(**changes)


def decoded(frames: Sequence[str]) -> list[Any]:
    return [json.loads(frame) for frame in frames]


class FakeSockets:
    """Service `Sockets` with these connections, all of which stand but for `ended` ones; a push to those with the ids
    in `gone` and `failed` ends so.
    """

    def __init__(
        self, *connections: Connection, ended: Sequence[str] = (), gone: Sequence[str] = (), failed: Sequence[str] = ()
    ) -> None:
        self.connections, self.ended, self.outcome = connections, ended, (gone, failed)
        self.pushed: list[tuple[list[str], list[Any]]] = []
        self.was_cut: list[str] = []
        self.asked: list[str] = []

    def list_connections(self, *user_ids: str) -> list[Connection]:
        self.asked += user_ids
        return self.select_standing([one for one in self.connections if one.user_id in user_ids])

    def select_standing(self, connections: Sequence[Connection]) -> list[Connection]:
        return [one for one in connections if one.id not in self.ended]

    def push(self, connections: Sequence[Connection], frames: Sequence[str], *, within: float = 5.0) -> Pushed:
        self.pushed.append(([one.id for one in connections], decoded(frames)))
        gone, failed = ([one for one in connections if one.id in ids] for ids in self.outcome)
        return Pushed(gone, failed)

    def cut(self, connections: Sequence[Connection]) -> None:
        self.was_cut += [one.id for one in connections]
