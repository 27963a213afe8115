"""The port that keeps claims on idempotency keys. Implemented by dynamo.py."""

from typing import NamedTuple, Protocol


class Claim(NamedTuple):
    """What stands under a key: the hash of the request it came with, the id to create, the answer once there is one."""

    request_hash: str
    resource_id: str
    answer: tuple[int, dict[str, str], str] | None


class Claims(Protocol):
    """Keeps claims."""

    def take(
        self, caller: str, key: str, *, wanted: Claim, now: float, stale_before: float, expires_at: int
    ) -> tuple[Claim, bool]:
        """The claim in force and whether it is this call's: a new one, or one without an answer that was last taken
        before `stale_before` (its resource id stays).
        """

    def keep(self, caller: str, key: str, answer: tuple[int, dict[str, str], str]) -> None:
        """Keep the answer."""

    def release(self, caller: str, key: str) -> None:
        """Forget a claim under which nothing was created."""
