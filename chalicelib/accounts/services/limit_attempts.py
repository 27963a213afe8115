"""How often somebody may try something with an account. Called by accounts/services/{sign_in,recover_password}.py."""

from chalicelib.accounts.ports import Attempts
from chalicelib.core.errors import TooManyAttempts

ATTEMPTS_PER_ACCOUNT = 10
"""From one source, so that nobody can lock somebody else out."""
ATTEMPTS_PER_SOURCE = 60
"""Failures on all accounts together, so that a venue full of people behind one address can sign in."""
ATTEMPTS_FROM_EVERYWHERE = 300
"""On one account, by a crowd of sources."""
WINDOW_SECONDS = 300


class LimitAttempts:
    """Counts attempts and refuses those that are too many."""

    def __init__(self, attempts: Attempts) -> None:
        self._attempts = attempts

    def count_attempt(self, subject: str, limit: int, *, now: int) -> None:
        """Count one more attempt of a subject in the current window. Raises TooManyAttempts."""
        if self._attempts.count_attempt(subject, now=now, window=WINDOW_SECONDS) > limit:
            raise TooManyAttempts(retry_after=WINDOW_SECONDS)

    def take_back_attempt(self, subject: str, *, now: int) -> None:
        """Count one attempt less, which was no guess; earlier ones still count."""
        self._attempts.count_attempt(subject, now=now, window=WINDOW_SECONDS, by=-1)

    def forget_attempts(self, subject: str, *, now: int) -> None:
        """Forget the attempts of a subject, after a success."""
        self._attempts.reset_attempts(subject, now=now, window=WINDOW_SECONDS)
