"""`up` killed at every step, in a separate account: running it again gives the same state as an undisturbed run."""

import signal
from typing import Any

from infra.deploy import steps
from tests.deploy import inventory
from tests.deploy.conftest import up
from tests.deploy.processes import Kill, Ran
from tests.deploy.world import World

AT_ONCE, AMIDST = 0.02, 0.4
DEPLOYING = (1.8, 2.5)
"""Seconds after the start of `chalice deploy`, which creates resources from its second second on."""


def killed(world: World, number: int, after: float) -> Ran:
    return world.infra("up", "--yes", kill=Kill(f"{number}/{len(steps.UP)} ", after))


def moments() -> list[tuple[int, float]]:
    """Returns the steps to kill at, and how many seconds after their start."""
    found = []
    for number, step in enumerate(steps.UP, 1):
        waits = DEPLOYING if step.name == "deploy" else (AMIDST if number % 2 else AT_ONCE,)
        found += [(number, wait) for wait in waits]
    return found


def test_up_killed_at_each_step_and_run_again_ends_in_the_same_state(
    other_account: World, first_inventory: dict[str, Any]
) -> None:
    codes = [killed(other_account, number, wait).code for number, wait in moments()]
    up(other_account)
    assert inventory.of(other_account) == first_inventory
    assert set(codes[:-1]) == {-signal.SIGKILL}  # in the step or right after it; the last run may end before the kill
