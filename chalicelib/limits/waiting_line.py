"""What is needed of a line: places in time that all processes of a stage take one after the other. Light."""

from typing import Protocol


class Lines(Protocol):
    """Keeps lines by name. A line that nobody stands in costs nothing."""

    def take(self, line: str, *, now: float, every: float, most: float) -> float | None:
        """The moment (Unix seconds) of the next free place: `now`, or `every` seconds after the place before it. None,
        and no place taken, when that is more than `most` seconds away. Raises Busy.
        """

    def leave(self, line: str) -> None:
        """Forget a line: its next place is free at once. Raises Busy."""
