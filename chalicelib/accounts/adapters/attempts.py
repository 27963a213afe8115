"""Counts attempts in the people table, one item a subject and window. Port `Attempts`."""

from chalicelib.accounts.adapters import keys as account_keys
from chalicelib.accounts.adapters.items import AttemptsItem


class DynamoAttempts:
    """Port `Attempts`."""

    def count_attempt(self, subject: str, *, now: int, window: int, by: int = 1) -> int:
        """Adds `by` and returns the attempts in the current window. When a reply is lost, one attempt may count twice,
        which errs on the safe side.
        """
        item = AttemptsItem(*account_keys.attempts(f"{subject} {now // window}"))
        item.update([AttemptsItem.attempts.add(by), AttemptsItem.expires_at.set(now + 2 * window)])
        return int(item.attempts)

    def reset_attempts(self, subject: str, *, now: int, window: int) -> None:
        AttemptsItem(*account_keys.attempts(f"{subject} {now // window}")).delete()
