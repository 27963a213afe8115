"""Counts of guesses, and of other things that may be done only so often, in the people table. Port `Attempts`."""

from chalicelib.accounts.adapters import keys as account_keys
from chalicelib.accounts.adapters.items import AttemptsItem


class DynamoAttempts:
    """Port `Attempts`."""

    def count_attempt(self, subject: str, *, now: int, window: int, by: int = 1) -> int:
        """Count a guess and return how many there were in the current window. A lost reply may count one twice,
        which only errs on the safe side.
        """
        item = AttemptsItem(*account_keys.attempts(f"{subject} {now // window}"))
        item.update([AttemptsItem.attempts.add(by), AttemptsItem.expires_at.set(now + 2 * window)])
        return int(item.attempts)

    def reset_attempts(self, subject: str, *, now: int, window: int) -> None:
        """Forget the guesses after a success."""
        AttemptsItem(*account_keys.attempts(f"{subject} {now // window}")).delete()
