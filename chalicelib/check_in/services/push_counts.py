"""Pushes to an event's gatekeepers how many people are in and with which tickets. Called by reactions.py.

All users who may check people in receive it on each open socket; pages that do not need it ignore it. The users are
read at each push, so a role that was removed has effect at once. A failed push is not repeated: the next check-in sends
new counts, and the list of check-ins has them too.
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
    """Pushes the counts of check-ins."""

    def __init__(self, *, read_check_ins: ReadCheckIns, view: GateView, sockets: Sockets) -> None:
        self._read_check_ins = read_check_ins
        self._view = view
        self._sockets = sockets

    def on_changes(self, changes: list[Change]) -> None:
        """Pushes the counts of one event, once for all changes, and the last act of each ticket."""
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
    """Returns the last news of each ticket, by its name."""
    images = (change.after for change in changes if change.after is not None)
    acts = (msgspec.json.decode(image["body"], type=Admission) for image in images)
    return {admission.name: news_of(admission) for admission in acts}
