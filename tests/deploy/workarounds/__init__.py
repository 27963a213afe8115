"""What ministack 1.5.33 does otherwise than AWS, made good from outside by replacing functions of it.

Applied by emulator.py before it serves. Each function says what is wrong; one that is no longer needed can be deleted
without touching anything else.
"""

from tests.deploy.places import Places
from tests.deploy.workarounds import addresses, calls, functions, gateway, policies, stacks


def apply(places: Places) -> None:
    """Everything, once, before the first request."""
    addresses.apply(places)
    calls.apply()
    functions.apply()
    gateway.apply(places)
    policies.apply()
    stacks.apply()
