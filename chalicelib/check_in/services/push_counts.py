"""Tells the staff at an event's gate how many people are in and with which tickets. Called by reactions.py.

Everybody who may check in hears it on every open socket; pages of other kinds pass over it. Who may is asked at each
push, so a role that was taken away is silent at once. A push that fails is not repeated: the next visitor brings the
next count, and the list of check-ins has it too.
"""

import msgspec

from chalicelib import telemetry
from chalicelib.check_in.domain.check_in import Admission, TicketNews, news_of
from chalicelib.check_in.ports import GateView
from chalicelib.check_in.services.read_check_ins import ReadCheckIns
from chalicelib.core.changes import Change
from chalicelib.live.domain.frames import check_ins_frame
from chalicelib.live.services.sockets import Sockets


class PushCounts:
    """Tells how many are in."""

    def __init__(self, *, read_check_ins: ReadCheckIns, view: GateView, sockets: Sockets) -> None:
        self._read_check_ins = read_check_ins
        self._view = view
        self._sockets = sockets

    def on_changes(self, changes: list[Change]) -> None:
        """Push the counts of one event, once however many came in, and what was done last with each ticket."""
        event_id = changes[0].owner
        connections = self._sockets.list_connections(*self._view.list_gatekeepers(event_id))
        if not connections:
            return
        counts = msgspec.to_builtins(self._read_check_ins.count_check_ins(event_id))
        frame = check_ins_frame(event_id, counts, msgspec.to_builtins(list(_news(changes).values())))
        pushed = self._sockets.push(connections, [frame])
        telemetry.log(
            "check_ins_pushed", connections=len(connections), gone=len(pushed.gone), failed=len(pushed.failed)
        )


def _news(changes: list[Change]) -> dict[str, TicketNews]:
    """The last news of each ticket, by its name."""
    images = (change.after for change in changes if change.after is not None)
    acts = (msgspec.json.decode(image["body"], type=Admission) for image in images)
    return {admission.name: news_of(admission) for admission in acts}
