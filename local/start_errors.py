"""Why the runner cannot start, in words for the person at the terminal.

CannotStart
├── PortTaken            something else listens there
├── DataDirectoryInUse   another runner works on it
├── JournalDamaged       acknowledged data would be lost by going on
└── ProductRefused       the product says that it cannot run like this
"""

from __future__ import annotations


class CannotStart(Exception):
    """The message says what to do."""


class PortTaken(CannotStart):
    """Something else listens there."""


class DataDirectoryInUse(CannotStart):
    """Another runner works on this data directory."""


class JournalDamaged(CannotStart):
    """The file is broken before its end, so dropping the tail would drop acknowledged writes."""


class ProductRefused(CannotStart):
    """The product says that it cannot run like this."""
