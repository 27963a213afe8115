"""The socket protocol as a state machine without I/O: takes a connection and a frame, returns the connection and
effects.

Called by live/services/connect_socket.py, which does the reads and writes that the effects name. Nothing that a client
sends raises here: a refusal is an effect too.
"""

from typing import NamedTuple

from chalicelib.core.errors import Conflict, MalformedRequest, MarqueeError, NotFound, TooManyAttempts
from chalicelib.core.kinds import View
from chalicelib.live.domain.frames import error_frame, pong_frame, unwatched_frame
from chalicelib.live.domain.listening import Listening, Window
from chalicelib.live.domain.parse_frame import Frame, Hello, Ping, Unwatch, Watch, parse_frame

MAX_FRAMES = 2_000
"""Units that one connection may spend on frames in its life of two hours; most frames cost 1."""
MAX_WATCHES = 20
"""Events that one connection may watch at a time."""
MOST_IN_A_WINDOW = 120
WINDOW_SECONDS = 60
"""Units that a connection may spend in a window of WINDOW_SECONDS. A new window starts only when the old one is used
up, so that counting a frame is one write. Hence twice as much is possible in sixty seconds, never more.
"""
COSTS: dict[type, int] = {Hello: 10, Watch: 2}
"""Units of frames that make us read; others cost 1."""


class Greet(NamedTuple):
    """Send the unread count and what was missed since a notification; `recent` is as in parse_frame.Hello."""

    since: str | None
    recent: frozenset[str] | None


class Look(NamedTuple):
    """Find out which view of an event the user may see; then call `looked`."""

    event_id: str


class Keep(NamedTuple):
    """Store that the connection watches an event in this view."""

    event_id: str
    view: View


class Drop(NamedTuple):
    """Remove the watch of an event."""

    event_id: str


class Say(NamedTuple):
    """Send this frame to the client."""

    frame: str


class Refuse(NamedTuple):
    """Send this refusal. TooManyAttempts also ends the connection."""

    error: MarqueeError


Effect = Greet | Look | Keep | Drop | Say | Refuse
Asked = Frame | MarqueeError
"""A parsed frame, or why it cannot be parsed."""


class Turn(NamedTuple):
    """The result of a frame: the new state, and the effects in order."""

    state: Listening
    effects: tuple[Effect, ...]


def read(text: str | None) -> Asked:
    """Parses a frame; None is a frame that is not text."""
    if text is None:
        return MalformedRequest("A frame is text in UTF-8.", code="malformed_frame")
    try:
        return parse_frame(text)
    except MarqueeError as refusal:
        return refusal


def cost(asked: Asked) -> int:
    """Returns the units that a frame costs."""
    return COSTS.get(type(asked), 1)


def turn(state: Listening, asked: Asked, *, now: int) -> Turn:
    """Decides what a frame leads to. Its cost is in `state.spent` already. `now` is in Unix seconds."""
    window = _window(state, cost(asked), now)
    if window is None:
        return Turn(state, (Refuse(TooManyAttempts("Too many frames. Connect again later.", retry_after=60)),))
    state = state._replace(window=window)
    if isinstance(asked, MarqueeError):
        return Turn(state, (Refuse(asked),))
    if isinstance(asked, Ping):
        return Turn(state, (Say(pong_frame()),))
    if isinstance(asked, Hello):
        return Turn(state, (Greet(asked.since, asked.recent),))
    return _watch(state, asked)


def looked(state: Listening, event_id: str, view: View | None) -> Turn:
    """Continues after Look with the view that the user may see, or None. A hidden event and an absent one are refused
    alike.
    """
    if view is not None:
        return Turn(state._replace(watches=state.watches | {event_id}), (Keep(event_id, view),))
    refusal = Say(error_frame(NotFound(), event_id))
    if event_id not in state.watches:
        return Turn(state, (refusal,))
    return Turn(state._replace(watches=state.watches - {event_id}), (Drop(event_id), refusal))


def too_many_watches(event_id: str) -> Say:
    """Returns the refusal of a watch beyond MAX_WATCHES."""
    refusal = Conflict(f"One connection may watch {MAX_WATCHES} events.", code="too_many_watches")
    return Say(error_frame(refusal, event_id))


def _watch(state: Listening, asked: Watch | Unwatch) -> Turn:
    event_id = asked.event_id
    if isinstance(asked, Unwatch):
        answer = Say(unwatched_frame(event_id))
        return Turn(state._replace(watches=state.watches - {event_id}), (Drop(event_id), answer))
    if event_id not in state.watches and len(state.watches) >= MAX_WATCHES:
        return Turn(state, (too_many_watches(event_id),))
    return Turn(state, (Look(event_id),))


def _window(state: Listening, paid: int, now: int) -> Window | None:
    """Returns the window that counts from now on; None when the window, or the connection, has no more to spend."""
    if state.spent > MAX_FRAMES:
        return None
    if state.spent - state.window.before <= MOST_IN_A_WINDOW:
        return state.window
    if now - state.window.since < WINDOW_SECONDS:
        return None
    return Window(since=now, before=state.spent - paid)
