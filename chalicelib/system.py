"""The clock and the source of ids and secrets. Tests pass fixed ones."""

import os
import time

from chalicelib.core.ids import make_ulid


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        """Unix seconds."""
        return time.time()


class SystemIds:
    """ULIDs and secrets from the system's randomness."""

    def new_id(self) -> str:
        """A new ULID."""
        return make_ulid(time.time_ns() // 1_000_000, os.urandom(10))

    def new_secret(self) -> str:
        """A URL-safe secret of 192 bits."""
        import secrets  # its dependencies cost the read path more than all else here

        return secrets.token_urlsafe(24)
