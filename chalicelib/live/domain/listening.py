"""What a socket watches and has spent, for its limits. Plain data; the rules are in live/domain/machine.py."""

from typing import NamedTuple


class Window(NamedTuple):
    """A span of counting a connection's frames: `since` (Unix seconds), and what was spent `before` it."""

    since: int = 0
    before: int = 0


class Listening(NamedTuple):
    """The state of a connection between two frames: the events it watches, and what its frames have cost so far, the
    present one included.
    """

    watches: frozenset[str] = frozenset()
    spent: int = 0
    window: Window = Window()
