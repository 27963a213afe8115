"""The port that keeps claims on idempotency keys. Implemented by dynamo.py."""

from typing import NamedTuple, Protocol


class Claim(NamedTuple):
    """What is stored for a key: the hash of its request, the id of what it creates, the answer once there is one."""

    request_hash: str
    resource_id: str
    answer: tuple[int, dict[str, str], str] | None


class Claims(Protocol):
    def take(
        self, caller: str, key: str, *, wanted: Claim, now: float, stale_before: float, expires_at: int
    ) -> tuple[Claim, bool]:
        """Returns the claim in force, and whether this call holds it. It does when the claim is new, or has no answer
        and was last taken before `stale_before`; the resource id of such a claim stays the same.
        """

    def keep(self, caller: str, key: str, answer: tuple[int, dict[str, str], str]) -> None:
        """Stores the answer with the claim."""

    def release(self, caller: str, key: str) -> None:
        """Deletes a claim under which nothing was created."""
