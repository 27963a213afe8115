"""The demo conference that a fresh data directory starts with.

The runner calls `load` once the product answers, and prints what it returns. Everything goes in through the public API.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Somebody to sign in as."""

    role: str
    email: str
    password: str


def load(origin: str) -> list[DemoAccount]:
    """Create the demo data through the API at `origin` and return the accounts."""
    del origin
    return []
