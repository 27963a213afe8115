"""Entry points that are not HTTP: sockets, streams, timers, mail events. Called by app.py.

Each module is loaded when its trigger fires: every function imports app.py, and reads must not load the others.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chalicelib.triggers import mail_events, sockets, streams, timers

__all__ = ["mail_events", "sockets", "streams", "timers"]


def __getattr__(name: str) -> Any:
    """Imports the module of this name. Raises AttributeError for any other name."""
    if name not in __all__:
        raise AttributeError(name)
    from importlib import import_module

    return import_module(f"{__name__}.{name}")
