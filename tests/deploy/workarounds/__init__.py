"""Corrects differences between ministack 1.5.33 and AWS by replacing functions of ministack.

Applied by emulator.py before it serves. Each function says what is wrong, and can be deleted alone when it is no
longer needed.
"""

from tests.deploy.places import Places
from tests.deploy.workarounds import addresses, calls, functions, gateway, policies, stacks


def apply(places: Places) -> None:
    """Applies all workarounds. Called once, before the first request."""
    addresses.apply(places)
    calls.apply()
    functions.apply()
    gateway.apply(places)
    policies.apply()
    stacks.apply()
