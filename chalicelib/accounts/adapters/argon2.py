"""Password hashes by argon2id with the library's recommended cost (RFC 9106). Port `Passwords`."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_DECOY = "$argon2id$v=19$m={memory},t={rounds},p=1$c29tZXNhbHRzb21lc2FsdA$" + "A" * 43
"""Has the form and the cost of a hash, but no password has it."""
MEMORY_KIB = 65_536
ROUNDS = 3
"""The second recommended option of RFC 9106, which fits the memory of a small function. In iterations over the memory.
"""


class Argon2Passwords:
    """Hashes and checks passwords. Each hash carries its own cost, so raising it later keeps old ones valid."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=1)
        self._decoy = _DECOY.format(memory=MEMORY_KIB, rounds=ROUNDS)

    def hash_password(self, password: str) -> str:
        return str(self._hasher.hash(password))

    def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether the password has this hash. Without a hash a decoy is checked, so that the time shows nothing."""
        try:
            self._hasher.verify(password_hash or self._decoy, password)
        except (VerificationError, InvalidHashError):
            return False
        return password_hash is not None
