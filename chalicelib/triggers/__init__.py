"""Entry points that are not HTTP: sockets, streams, timers, mail events. Called by app.py.

Each file is loaded when its trigger comes: every function imports app.py, and a read must not pay for the others.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chalicelib.triggers import mail_events, sockets, streams, timers

__all__ = ["mail_events", "sockets", "streams", "timers"]


def __getattr__(name: str) -> Any:
    """The file of this name."""
    if name not in __all__:
        raise AttributeError(name)
    from importlib import import_module

    return import_module(f"{__name__}.{name}")
