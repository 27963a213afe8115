"""Generated schedules of payments, refunds, disputes, losses and kills agree with a sequential oracle.

300 in CI, the same ones every time; as many fresh ones as MARQUEE_SCHEDULES says (`make soak`: 10,000).
"""

import os
from collections import Counter
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from local.database_server import DatabaseEndpoint
from tests.conftest import new_container
from tests.integration.sales.builders import Shop
from tests.property.payment_checks import check
from tests.property.payment_world import VERBS, Step, World

IN_CI = 300
SCHEDULES = int(os.environ.get("MARQUEE_SCHEDULES", str(IN_CI)))
SETTINGS = settings(
    max_examples=SCHEDULES,
    deadline=None,
    derandomize=SCHEDULES == IN_CI,
    database=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, Phase.shrink),
)
FAULTS = (
    "Stripe away",
    "lost reply of Stripe",
    "killed before a write",
    "killed after a write",
    "event out of order",
    "event delivered twice",
    "events at once",
    "event dropped",
    "stream repeats an event",
    "stream repeats a refund",
    "refunds brought at once",
    "other amount, currency or mode",
    "payment through another checkout",
    "late payment",
    "payment of a cancelled order",
    "asynchronous payment succeeded",
    "asynchronous payment failed",
    "declined",
    "sold out",
    "refund in the dashboard",
    "refund by staff",
    "refund failed",
    "dispute needs_response",
    "dispute warning_needs_response",
    "dispute under_review",
    "dispute won",
    "dispute lost",
)
_OFTEN = ("order", "pay", "pay", "pay", "deliver", "deliver", "deliver", "deliver at once", "pass time", "release", "repeat")


class Schedule(NamedTuple):
    """How many tickets each buyer wants, how many are short, and what happens."""

    quantities: list[int]
    short: int
    steps: list[Step]


def schedules() -> st.SearchStrategy[Schedule]:
    """All schedules."""
    step = st.builds(Step, st.sampled_from(VERBS + _OFTEN), st.integers(0, 3), st.integers(0, 50))
    return st.builds(
        Schedule,
        st.lists(st.integers(1, 2), min_size=1, max_size=4),
        st.sampled_from((0, 0, 1, 2)),
        st.lists(step, min_size=6, max_size=30),
    )


def play(schedule: Schedule, endpoint: DatabaseEndpoint, fired: Counter[str]) -> None:
    """One schedule in a world of its own, to the end."""
    endpoint.database.reset()
    new_container()
    capacity = max(1, sum(schedule.quantities) - schedule.short)
    world = World(Shop(), list(schedule.quantities), capacity, fired=Counter())
    world.take(Step("order", 0, 0))
    for step in schedule.steps:
        world.take(step)
    world.quiesce()
    check(world)
    fired.update(world.fired)


@pytest.mark.slow
@pytest.mark.timeout(4 * 3600)
def test_play_generated_schedules_agrees_with_the_oracle(database_endpoint: DatabaseEndpoint) -> None:
    fired: Counter[str] = Counter()

    @SETTINGS
    @given(schedules())
    def play_all(schedule: Schedule) -> None:
        play(schedule, database_endpoint, fired)

    play_all()
    print(*(f"{fired[name]:6} {name}" for name in FAULTS), sep="\n")
    assert [name for name in FAULTS if not fired[name]] == [], "void: these never happened"
