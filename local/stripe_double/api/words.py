"""Long lists of names, written as running text: currencies, empty fields, parameters of Stripe's."""

from __future__ import annotations


def words(text: str) -> tuple[str, ...]:
    """The words of a text, in order."""
    return tuple(text.split())
