"""A hash that replaces a whole transaction request in memory and in the journal. Used by `engine` alone."""

from __future__ import annotations

import hashlib
import json
from typing import Any


class Fingerprint:
    """The SHA-256 of the request that ministack remembers per ClientRequestToken. It compares equal to the request."""

    __slots__ = ("digest",)

    def __init__(self, digest: str) -> None:
        self.digest = digest

    @classmethod
    def of(cls, request: dict[str, Any]) -> Fingerprint:
        """Returns the fingerprint of a transaction without its token."""
        return cls(hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, dict) and Fingerprint.of(other).digest == self.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    @staticmethod
    def flatten(outcome: dict[str, Any]) -> dict[str, Any]:
        """Returns a remembered outcome as JSON."""
        return {**outcome, "signature": outcome["signature"].digest}

    @staticmethod
    def unflatten(outcome: dict[str, Any]) -> dict[str, Any]:
        """Reverses `flatten`."""
        return {**outcome, "signature": Fingerprint(outcome["signature"])}
