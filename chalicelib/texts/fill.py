"""Replaces the variables of a text with values. Pure."""

from collections.abc import Mapping
from string import Formatter


class MissingVariable(ValueError):
    """A variable of a text has no value or an empty one. The text is not sent."""


def fill(text: str, values: Mapping[str, str]) -> str:
    """Returns the text with its `{variables}` replaced. Raises MissingVariable."""
    missing = [name for _, name, _, _ in Formatter().parse(text) if name is not None and not values.get(name)]
    if missing:
        raise MissingVariable(", ".join(missing))
    return text.format(**values)
