"""Limits how often something may be tried with an account. Called by sign_in.py and recover_password.py."""

from chalicelib.accounts.ports import Attempts
from chalicelib.core.errors import TooManyAttempts

ATTEMPTS_PER_ACCOUNT = 10
"""In a window, from one source, so that nobody can lock out somebody else."""
ATTEMPTS_PER_SOURCE = 60
"""In a window, failures on all accounts together; enough for a venue whose visitors share one address."""
ATTEMPTS_FROM_EVERYWHERE = 300
"""In a window, on one account, from all sources together."""
WINDOW_SECONDS = 300


class LimitAttempts:
    """Counts attempts and refuses those over a limit."""

    def __init__(self, attempts: Attempts) -> None:
        self._attempts = attempts

    def count_attempt(self, subject: str, limit: int, *, now: int) -> None:
        """Counts one more attempt of a subject in the current window. Raises TooManyAttempts."""
        if self._attempts.count_attempt(subject, now=now, window=WINDOW_SECONDS) > limit:
            raise TooManyAttempts(retry_after=WINDOW_SECONDS)

    def take_back_attempt(self, subject: str, *, now: int) -> None:
        """Subtracts one attempt that succeeded; earlier ones still count."""
        self._attempts.count_attempt(subject, now=now, window=WINDOW_SECONDS, by=-1)

    def forget_attempts(self, subject: str, *, now: int) -> None:
        """Sets a subject's attempts to none, after a success."""
        self._attempts.reset_attempts(subject, now=now, window=WINDOW_SECONDS)
