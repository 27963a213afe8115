"""What happens because time passed: sessions expire, charges settle, banks answer.

Called before every request and by the sender.
"""

from __future__ import annotations

from collections.abc import Callable

from .balance import settle_charge
from .disputes import judge_evidence
from .payments import settle_debit
from .refunds import end_refund_when_due
from .sessions import expire_when_due
from .work import Work

_VERBS: dict[str, Callable[[Work, str], None]] = {
    "expire": expire_when_due,
    "settle": settle_charge,
    "debit": settle_debit,
    "judge": judge_evidence,
    "refund": end_refund_when_due,
}


def run_due(work: Work) -> None:
    """Do everything whose time has come, earliest first, each in the account it belongs to."""
    due = sorted((row for row in work.tx.rows("due") if row["at"] <= work.at), key=lambda row: row["at"])
    for row in due:
        work.unschedule(row["verb"], row["key"])
        _VERBS[row["verb"]](work.within(row.get("account")), row["key"])
