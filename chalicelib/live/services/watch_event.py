"""Who watches an event hears when its lists change. `begin` and `end` are called by
live/services/connect_socket.py, the rest by reactions.py.

Counters of lists only rise, so what a change says is only a hint to compare: with what all watchers were told last,
and with what each knew when it began. Changes may come twice and late; each list is told once a batch, with its newest
version (ADR 13).
"""

from collections.abc import Callable, Iterable

from chalicelib import telemetry
from chalicelib.accounts.ports import Credentials
from chalicelib.core.changes import Change
from chalicelib.core.kinds import Kind, View
from chalicelib.core.permissions import Action, allows
from chalicelib.core.ports import Clock
from chalicelib.live.domain import machine
from chalicelib.live.domain.frames import changed_frame, unwatched_frame, watching_frame
from chalicelib.live.ports import Connection, Pushed, Versions, Watched, WatchedEvents, Watcher, Watches
from chalicelib.live.services.sockets import Sockets

LIFE_SECONDS = 2 * 3600 + 600
"""Longer than a socket can be open."""
WITHIN_SECONDS = 60.0
"""For all watchers of one event; on_content may take five minutes."""


class WatchEvent:
    """Keeps who watches what, and tells them."""

    def __init__(
        self,
        *,
        watches: Watches,
        audience: WatchedEvents,
        credentials: Credentials,
        sockets: Callable[[], Sockets],
        clock: Clock,
    ) -> None:
        self._watches = watches
        self._audience = audience
        self._credentials = credentials
        self._sockets = sockets
        self._clock = clock

    def find_view(self, user_id: str, event_id: str) -> View | None:
        """What somebody may see of an event: everything as its staff, what is public as anybody, or nothing."""
        seen = self._audience.load_versions(event_id)
        if View.ALL in seen and allows(self._credentials.find_role(user_id, event_id), Action.READ_ALL):
            return View.ALL
        return View.PUBLIC if View.PUBLIC in seen else None

    def begin_watch(self, connection: Connection, event_id: str, view: View) -> str | None:
        """Watch an event; the frame that says how its lists stand. None: the connection watches enough already.

        The counters are read again once the watch stands: what changes before that is in them, what changes after
        finds the watch.
        """
        watcher = Watcher(connection, view, self._audience.load_versions(event_id).get(view, {}))
        if not self._watches.keep(watcher, event_id, most=machine.MAX_WATCHES):
            return None
        return watching_frame(event_id, _lists(self._audience.load_versions(event_id).get(view, {})))

    def end_watch(self, connection_id: str, event_id: str) -> None:
        """Watch it no longer."""
        self._watches.drop(connection_id, event_id)

    def on_changes(self, changes: list[Change]) -> None:
        """React to the content stream: the counters of one event changed."""
        event_id = changes[0].owner
        watched = self._watches.load_watched(event_id) if event_id else None  # the list of all events has counters too
        if watched is None or not watched.watchers:
            return
        seen = self._audience.load_versions(event_id)
        watchers = self._entitled(event_id, watched, seen)
        for frames, connections in _news(event_id, watchers, watched.told, seen):
            pushed = self._push(connections, frames)
            telemetry.log(
                "changes_pushed",
                event_id=event_id,
                lists=len(frames),
                connections=len(connections),
                gone=len(pushed.gone),
                failed=len(pushed.failed),
            )
        if seen != watched.told:
            self._watches.remember(event_id, seen, expires_at=int(self._clock.now()) + LIFE_SECONDS)

    def _entitled(self, event_id: str, watched: Watched, seen: dict[View, Versions]) -> list[Watcher]:
        """The watchers who may still see what they watch. The watch of the others ends, and they are told."""
        staff = self._audience.list_staff(event_id) if any(one.view is View.ALL for one in watched.watchers) else set()
        may: list[Watcher] = []
        ended: list[Watcher] = []
        for one in watched.watchers:
            (may if one.view in seen and _may(one, staff) else ended).append(one)
        for one in ended:
            self._watches.drop(one.connection.id, event_id)
        standing = set(self._sockets().select_standing([one.connection for one in watched.watchers]))
        told = [one.connection for one in ended if one.connection in standing]
        if told:
            self._push(told, [unwatched_frame(event_id)])
        return [one for one in may if one.connection in standing]

    def _push(self, connections: list[Connection], frames: list[str]) -> Pushed:
        """A socket that could not be reached is closed: what it missed is told to its client when that comes back."""
        pushed = self._sockets().push(connections, frames, within=WITHIN_SECONDS)
        self._sockets().cut(pushed.failed)
        return pushed


def _may(watcher: Watcher, staff: set[str]) -> bool:
    return watcher.view is View.PUBLIC or watcher.connection.user_id in staff


def _news(
    event_id: str, watchers: Iterable[Watcher], told: dict[View, Versions], seen: dict[View, Versions]
) -> list[tuple[list[str], list[Connection]]]:
    """Frames and who gets them; whoever gets the same ones stands together."""
    groups: dict[tuple[str, ...], list[Connection]] = {}
    for watcher in watchers:
        rose = _rose(seen[watcher.view], told.get(watcher.view, {}), watcher.known)
        frames = tuple(changed_frame(event_id, name, version) for name, version in _lists(rose).items())
        if frames:
            groups.setdefault(frames, []).append(watcher.connection)
    return [(list(frames), connections) for frames, connections in groups.items()]


def _rose(now: Versions, told: Versions, known: Versions) -> Versions:
    return {name: at for name, at in now.items() if at > max(told.get(name, 0), known.get(name, 0))}


def _lists(versions: Versions) -> Versions:
    """Counters by the path segment of their list."""
    return {kind.value: versions[kind.counter] for kind in Kind if kind.counter in versions}
