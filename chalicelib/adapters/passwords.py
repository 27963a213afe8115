"""Password hashes by argon2id with the library's recommended cost (RFC 9106). Port `Passwords`."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_DECOY = "$argon2id$v=19$m={memory},t={rounds},p=1$c29tZXNhbHRzb21lc2FsdA$" + "A" * 43
"""Looks like a hash and costs as much to check, but no password has it."""


class Argon2Passwords:
    """Hashes and checks passwords. `memory_kib` and `rounds` as RFC 9106's second recommended option, which fits the
    memory of a small function; each hash carries its own cost, so raising them later keeps old ones valid.
    """

    def __init__(self, *, memory_kib: int = 65_536, rounds: int = 3) -> None:
        self._hasher = PasswordHasher(time_cost=rounds, memory_cost=memory_kib, parallelism=1)
        self._decoy = _DECOY.format(memory=memory_kib, rounds=rounds)

    def hash(self, password: str) -> str:
        """A salted hash."""
        return str(self._hasher.hash(password))

    def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether the password belongs to the hash. Without a hash a decoy is checked, so that time tells nothing."""
        try:
            self._hasher.verify(password_hash or self._decoy, password)
        except (VerificationError, InvalidHashError):
            return False
        return password_hash is not None
