"""The port for queues in time: all processes of a stage take their places from the same queue. Light."""

from typing import Protocol


class Lines(Protocol):
    """Keeps queues by name. A queue that nobody uses costs nothing."""

    def take(self, line: str, *, now: float, every: float, most: float) -> float | None:
        """Takes the next free place and returns its moment in Unix seconds: `now`, or `every` seconds after the place
        before it. Returns None, and takes no place, when that is more than `most` seconds away. Raises Busy.
        """

    def leave(self, line: str) -> None:
        """Deletes a queue, so that its next place is free at once. Raises Busy."""
