"""The socket protocol as a state machine without I/O: a connection and a frame in, the connection and effects out.

Called by live/services/connect_socket.py, which reads and writes what the effects ask for. What a client sends never
raises here: what it may not do is an effect too.
"""

from typing import NamedTuple

from chalicelib.core.errors import Conflict, MalformedRequest, MarqueeError, NotFound, TooManyAttempts
from chalicelib.core.kinds import View
from chalicelib.live.domain.frames import error_frame, pong_frame, unwatched_frame
from chalicelib.live.domain.listening import Listening, Window
from chalicelib.live.domain.parse_frame import Frame, Hello, Ping, Unwatch, Watch, parse_frame

MAX_FRAMES = 2_000
"""What one connection may spend on frames in its life of two hours; most cost 1."""
MAX_WATCHES = 20
"""Events that one connection may watch."""
MOST_IN_A_WINDOW = 120
WINDOW_SECONDS = 60
"""What a connection may spend in a minute. A window is renewed only when it is used up, so that counting a frame is
one write; hence twice as much is possible in sixty seconds, never more.
"""
COSTS: dict[type, int] = {Hello: 10, Watch: 2}
"""What a frame costs when it makes us read: others cost 1."""


class Greet(NamedTuple):
    """Tell the count and what was missed since a notification; `recent` is as in parse_frame.Hello."""

    since: str | None
    recent: frozenset[str] | None


class Look(NamedTuple):
    """Find out what they may see of an event; `looked` goes on from there."""

    event_id: str


class Keep(NamedTuple):
    """Remember that they watch an event in this view."""

    event_id: str
    view: View


class Drop(NamedTuple):
    """Watch an event no longer."""

    event_id: str


class Say(NamedTuple):
    """Send a frame."""

    frame: str


class Refuse(NamedTuple):
    """Refuse the frame. TooManyAttempts ends the connection."""

    error: MarqueeError


Effect = Greet | Look | Keep | Drop | Say | Refuse
Asked = Frame | MarqueeError
"""What a frame asks, or why it cannot be understood."""


class Turn(NamedTuple):
    """What a frame leads to: the connection as it is then, and what is to be done, in order."""

    state: Listening
    effects: tuple[Effect, ...]


def read(text: str | None) -> Asked:
    """What a frame asks; None is a frame that is no text."""
    if text is None:
        return MalformedRequest("A frame is text in UTF-8.", code="malformed_frame")
    try:
        return parse_frame(text)
    except MarqueeError as refusal:
        return refusal


def cost(asked: Asked) -> int:
    """What a frame costs of the connection's allowance."""
    return COSTS.get(type(asked), 1)


def turn(state: Listening, asked: Asked, *, now: int) -> Turn:
    """Answer a frame that has been paid for (`state.spent` has its cost). `now` in Unix seconds."""
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
    """Go on after Look: what they may see of the event, or None. What is not theirs is as absent as what is not."""
    if view is not None:
        return Turn(state._replace(watches=state.watches | {event_id}), (Keep(event_id, view),))
    refusal = Say(error_frame(NotFound(), event_id))
    if event_id not in state.watches:
        return Turn(state, (refusal,))
    return Turn(state._replace(watches=state.watches - {event_id}), (Drop(event_id), refusal))


def too_many_watches(event_id: str) -> Say:
    """The refusal of one event more than MAX_WATCHES."""
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
    """The window that counts from now on; None when it, or the connection's life, has no more to spend."""
    if state.spent > MAX_FRAMES:
        return None
    if state.spent - state.window.before <= MOST_IN_A_WINDOW:
        return state.window
    if now - state.window.since < WINDOW_SECONDS:
        return None
    return Window(since=now, before=state.spent - paid)
