"""The port for what happened to tickets at the entrance."""

from datetime import datetime
from typing import Protocol


class UsedTickets(Protocol):
    """Knows which tickets were used at the entrance."""

    def used_at(self, event_id: str, order_id: str) -> dict[int, datetime]:
        """Returns when each used ticket of an order was used, by its number; strongly consistent."""
