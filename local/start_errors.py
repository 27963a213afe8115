"""Errors that keep the runner from starting. `__main__` prints their messages at the terminal.

CannotStart
├── PortTaken            another process listens on the port
├── DataDirectoryInUse   another runner uses the data directory
├── JournalDamaged       a start would lose acknowledged data
├── ProductRefused       the product cannot run with this environment
└── WebsiteNotBuilt      the files of the website are missing
"""

from __future__ import annotations


class CannotStart(Exception):
    """The message says what the user can do."""


class PortTaken(CannotStart):
    """Another process listens on the port."""


class DataDirectoryInUse(CannotStart):
    """Another runner uses this data directory."""


class JournalDamaged(CannotStart):
    """The journal is broken before its end. Cutting it off there would lose acknowledged writes."""


class ProductRefused(CannotStart):
    """The product cannot run with this environment."""


class WebsiteNotBuilt(CannotStart):
    """The files of the website are missing. `make run` builds them."""
