"""What happens because time passed: sessions expire, charges settle.

Called before every request and by the sender.
"""

from __future__ import annotations

from collections.abc import Callable

from .payments import settle_charge
from .sessions import expire_when_due
from .work import Work

_VERBS: dict[str, Callable[[Work, str], None]] = {
    "expire": expire_when_due,
    "settle": settle_charge,
}


def run_due(work: Work) -> None:
    """Do everything whose time has come, earliest first."""
    due = sorted((row for row in work.tx.rows("due") if row["at"] <= work.at), key=lambda row: row["at"])
    for row in due:
        work.unschedule(row["verb"], row["key"])
        _VERBS[row["verb"]](work, row["key"])
