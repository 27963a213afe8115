"""The system's clock and source of random ids and secrets. Tests pass fixed ones."""

import os
import time

from chalicelib.core.ids import make_ulid


class SystemClock:
    """The clock of the machine."""

    def now(self) -> float:
        """Returns Unix seconds."""
        return time.time()


class SystemIds:
    """Makes ULIDs and secrets from the operating system's randomness."""

    def new_id(self) -> str:
        """Returns a new ULID."""
        return make_ulid(time.time_ns() // 1_000_000, os.urandom(10))

    def new_secret(self) -> str:
        """Returns a URL-safe secret with 192 bits of randomness."""
        import secrets  # imported late: its dependencies take longer than the rest of the read path

        return secrets.token_urlsafe(24)
