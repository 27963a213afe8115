"""Reporting: tells the staff at an event's gate how many people are in, live. Called by reactions.py.

Everybody who may check in hears it on every open socket; pages of other kinds pass over it. A push that fails is not
repeated: the next visitor brings the next count, and the list of check-ins has it too.
"""

import msgspec

from chalicelib import telemetry
from chalicelib.domain.changes import Change
from chalicelib.live import protocol
from chalicelib.ports import Clock
from chalicelib.ports.admissions import GateView
from chalicelib.ports.live import Connection, Connections, Pusher, SignIns
from chalicelib.services.attending import Attending


class Reporting:
    """Tells how many are in."""

    def __init__(
        self,
        *,
        attending: Attending,
        view: GateView,
        connections: Connections,
        sign_ins: SignIns,
        pusher: Pusher,
        clock: Clock,
    ) -> None:
        self._attending = attending
        self._view = view
        self._connections = connections
        self._sign_ins = sign_ins
        self._pusher = pusher
        self._clock = clock

    def on_changes(self, changes: list[Change]) -> None:
        """Push the counts of one event, once however many came in."""
        event_id = changes[0].owner
        connections = [one for user_id in self._view.gatekeepers(event_id) for one in self._open(user_id)]
        if not connections:
            return
        counts = msgspec.to_builtins(self._attending.counts(event_id))
        pushed = self._pusher.push(connections, [protocol.check_ins_frame(event_id, counts)])
        for connection in pushed.gone:
            self._connections.forget(connection)
        telemetry.log(
            "check_ins_pushed", connections=len(connections), gone=len(pushed.gone), failed=len(pushed.failed)
        )

    def _open(self, user_id: str) -> list[Connection]:
        """The user's connections whose sign-in stands; services/broadcasting.py closes the others."""
        now = self._clock.now()
        found = [one for one in self._connections.of_user(user_id) if now < one.expires_at]
        standing = {id for id in {one.family_id for one in found} if self._sign_ins.family_stands(id)}
        return [one for one in found if one.family_id in standing]
