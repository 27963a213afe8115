"""Puts values in the place of a text's variables. Pure."""

from collections.abc import Mapping
from string import Formatter


class MissingVariable(ValueError):
    """A text names a variable that it was not given, or was given as nothing: it is not sent with a hole."""


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its `{variables}`. Raises MissingVariable."""
    missing = [name for _, name, _, _ in Formatter().parse(text) if name is not None and not values.get(name)]
    if missing:
        raise MissingVariable(", ".join(missing))
    return text.format(**values)
