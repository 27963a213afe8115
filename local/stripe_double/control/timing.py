"""What happens because time passed: sessions expire, charges settle, banks answer.

Called before every request and before every round of the webhook sender.
"""

from __future__ import annotations

from collections.abc import Callable

from local.stripe_double.api.work import Work
from local.stripe_double.payments.balance import settle_charge
from local.stripe_double.payments.disputes import judge_evidence
from local.stripe_double.payments.payments import settle_debit
from local.stripe_double.payments.refunds import end_refund_when_due
from local.stripe_double.payments.sessions import expire_when_due

_VERBS: dict[str, Callable[[Work, str], None]] = {
    "expire": expire_when_due,
    "settle": settle_charge,
    "debit": settle_debit,
    "judge": judge_evidence,
    "refund": end_refund_when_due,
}


def run_due(work: Work) -> None:
    """Runs everything that is due, earliest first, each in its own account."""
    due = sorted((row for row in work.tx.rows("due") if row["at"] <= work.at), key=lambda row: row["at"])
    for row in due:
        work.unschedule(row["verb"], row["key"])
        _VERBS[row["verb"]](work.within(row.get("account")), row["key"])
