"""What a socket has done so far, as its limits see it. Plain data; live/domain/machine.py has the rules."""

from typing import NamedTuple


class Window(NamedTuple):
    """From when on (Unix seconds) a connection's frames are counted for the limit of a minute, and what had been spent
    before.
    """

    since: int = 0
    before: int = 0


class Listening(NamedTuple):
    """A connection between two frames: the events it watches, and what its frames have cost in its life, the present
    one included.
    """

    watches: frozenset[str] = frozenset()
    spent: int = 0
    window: Window = Window()
