"""Long lists of names, written as running text: currencies, empty fields, Stripe's parameters."""

from __future__ import annotations


def words(text: str) -> tuple[str, ...]:
    """Returns the words of a text, in order."""
    return tuple(text.split())
