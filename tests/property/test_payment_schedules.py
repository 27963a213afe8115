"""Generated schedules of payments, refunds, disputes, losses and kills agree with a sequential oracle.

300 in CI, the same ones every time; as many fresh ones as MARQUEE_SCHEDULES says (`make soak`: 10,000).
"""

import logging
import os
from collections import Counter
from collections.abc import Callable
from itertools import count
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.bootstrap.payments import PaymentsWiring
from chalicelib.orders.adapters import keys as order_keys
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.domain.order_state import Facts
from chalicelib.orders.services import order_messages
from local.dynamodb.database_server import DatabaseEndpoint
from tests.conftest import new_container
from tests.harness.faults import straight_to, wired
from tests.harness.shop import Shop
from tests.property.payment_checks import check
from tests.property.payment_steps import VERBS, Step, take
from tests.property.payment_world import World

Damage = Callable[[World, pytest.MonkeyPatch], None]
"""Breaks a world."""

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
    "dispute of all that is left",
    "dispute of a part",
    "dispute of a higher amount",
    "dispute of another currency",
    "another dispute of a charge",
    "permission refused",
    "fee refunded",
    "endpoint disabled",
)
_OFTEN = (
    *("order", "order", "checkout", "pay", "pay", "pay", "pay", "pay again", "cancel", "begin waiting", "end waiting"),
    *("deliver", "deliver", "deliver", "deliver at once", "pass time", "release", "release", "kill"),
    *("refund in dashboard", "turn refund", "refund by staff", "dispute", "dispute", "bring wish"),
)
"""Without these too little would happen to speak of."""


class Schedule(NamedTuple):
    """How many tickets each buyer wants, how many are short, what happens, and whether the organiser has an account."""

    quantities: list[int]
    short: int
    steps: list[Step]
    in_account: bool = False


def schedules() -> st.SearchStrategy[Schedule]:
    """All schedules. The first order sees more than the others, so that much happens to one."""
    order = st.sampled_from((0, 0, 0, 1, 2, 3))
    step = st.builds(Step, st.sampled_from(VERBS + _OFTEN), order, st.integers(0, 50))
    return st.builds(
        Schedule,
        st.lists(st.integers(1, 2), min_size=1, max_size=4),
        st.sampled_from((0, 0, 1, 2)),
        st.lists(step, min_size=12, max_size=40),
        st.booleans(),
    )


def play(schedule: Schedule, endpoint: DatabaseEndpoint, *, damage: Damage = lambda world, patch: None) -> Counter[str]:
    """One schedule in a world of its own, to the end; which faults fired. Raises AssertionError for a broken promise."""
    endpoint.database.reset()
    new_container()
    with wired(straight_to(endpoint.database)), pytest.MonkeyPatch.context() as patch:
        patch.setattr(order_keys, "ORDER_SPREAD", 1)  # spares a run of the holds' timer 31 of its 32 queries a minute
        patch.setattr(logging.getLogger("telemetry"), "disabled", True)
        capacity = max(1, sum(schedule.quantities) - schedule.short)
        world = World(Shop(), list(schedule.quantities), capacity, "acct_1" if schedule.in_account else None)
        take(world, Step("order", 0, 0))
        damage(world, patch)
        for step in schedule.steps:
            take(world, step)
        world.quiesce()
        check(world)
    return world.fired


@pytest.mark.slow
@pytest.mark.timeout(6 * 3600)
def test_play_generated_schedules_agrees_with_the_oracle(database_endpoint: DatabaseEndpoint) -> None:
    fired: Counter[str] = Counter()

    @SETTINGS
    @given(schedules())
    def play_all(schedule: Schedule) -> None:
        fired.update(play(schedule, database_endpoint))

    play_all()
    print(*(f"{fired[name]:6} {name}" for name in FAULTS), sep="\n")
    assert [name for name in FAULTS if not fired[name]] == [], "void: these never happened"


def steps(*told: str) -> list[Step]:
    """Steps of the first order, written as `verb` or `verb number`."""
    found = []
    for text in told:
        verb, _, number = text.rpartition(" ")
        found.append(Step(verb, 0, int(number)) if number.isdecimal() else Step(text, 0, 0))
    return found


ALL = ("deliver 1",) * 5
KNOWN = {
    "late payment disputed when first seen and won": steps("cancel", "pay again", "dispute 0", *ALL, "dispute 3", *ALL),
    "second payment disputed when first seen and won": steps(
        "pay", *ALL, "pay again", "dispute 1", *ALL, "dispute 3", *ALL
    ),
    "refund of a late payment lost and failed": steps(
        "cancel", "pay again", *ALL, "lose reply", "bring wish", "turn refund 1", "bring wish"
    ),
    "refund of a second payment lost and failed": steps(
        "pay", *ALL, "pay again", *ALL, "lose reply", "bring wish", "turn refund 1", "bring wish"
    ),
    "late payment refunded in the dashboard, which fails": steps(
        "cancel", "pay again", "refund in dashboard 1", *ALL, "turn refund 1", *ALL
    ),
    "late payment refunded in part elsewhere, which fails": steps(
        "cancel", "pay again", "refund in dashboard 2", *ALL, "turn refund 1", *ALL
    ),
    "second payment refunded in part elsewhere, which fails unseen": steps(
        "pay again", "pay", "deliver 2", "refund in dashboard 2", *ALL, "turn refund 4", "bring wish"
    ),
    "inquiry about a late payment that becomes a dispute": steps(
        "cancel", "pay again", "dispute 3", *ALL, "dispute 4", *ALL
    ),
    "dispute in another currency that is lost": steps("pay", *ALL, "dispute 12", *ALL, "dispute 7", *ALL),
    "part refunded and a dispute of the rest lost": steps(
        "pay", *ALL, "refund in dashboard 2", *ALL, "dispute 0", *ALL, "dispute 7", *ALL
    ),
    "two disputes of a part, one lost": steps("pay", *ALL, "dispute in parts", *ALL, "dispute 7", *ALL),
    "paid while the endpoint was disabled": steps("disable endpoint 3", "pay", "pass time 2"),
    "refunded while the endpoint was disabled": steps(
        "pay", *ALL, "pass time 2", *ALL, "disable endpoint 3", "refund in dashboard 1"
    ),
    "paid while the key lacked a permission": steps("pay", "refuse permission 3", *ALL),
    "refunded in parts by staff": steps(
        "pay", *ALL, "refund by staff", "bring wish", "refund by staff 1", "bring wish"
    ),
}
"""Schedules that were wrong once, or nearly."""


@pytest.mark.parametrize("in_account", [False, True], ids=["platform", "account"])
@pytest.mark.parametrize("name", KNOWN)
def test_play_known_schedule_agrees_with_the_oracle(
    database_endpoint: DatabaseEndpoint, name: str, *, in_account: bool
) -> None:
    play(Schedule([1], 0, KNOWN[name], in_account), database_endpoint)


TWICE = Schedule([1, 1], 0, steps("order", "pay", "deliver 0", "repeat 0"))


def forget_what_was_done(world: World, patch: pytest.MonkeyPatch) -> None:
    """The negative control: a handler that takes every event for a new one. It looks for no marker, does not see that
    the order is paid, and writes without the conditions on order, stock and mail.
    """
    from chalicelib.catalog.adapters import stock as stock_writes
    from chalicelib.orders.adapters import dynamo as sales_store
    from chalicelib.orders.adapters.items import OrderItem

    services, numbers = world.shop.services, count()
    orders = services.orders.store

    def as_before(order_id: str) -> OrderRecord | None:
        record = orders.load_order(order_id)
        return record and replace(record, facts=Facts(), order=replace(record.order, paid_at=None))

    blind: Any = SimpleNamespace(
        load_order=as_before,
        load_charge=lambda order_id, charge_id: None,
        was_stripe_event_applied=lambda event_id: False,
        write_order=lambda change: orders.write_order(change._replace(marker=None)),
    )
    wiring: Any = PaymentsWiring(services)
    wiring.stripe = services.payments.stripe
    with pytest.MonkeyPatch.context() as meanwhile:
        meanwhile.setattr(services.orders, "store", blind)
        services.payments.record_payment = wiring.record_payment  # before anything is built over the other one
    patch.setattr(
        sales_store,
        "unchanged_since",
        lambda before: OrderItem.pk.exists() if before else OrderItem.pk.does_not_exist(),
    )
    patch.setattr(stock_writes, "reduce", lambda _, conditions, first: first)
    patch.setattr(order_messages, "message_key", lambda news, record: f"{news.words.name} {next(numbers)}")


def test_play_with_a_handler_blind_to_duplicates_is_caught(database_endpoint: DatabaseEndpoint) -> None:
    assert play(TWICE, database_endpoint)["event delivered twice"] == 1
    with pytest.raises(AssertionError, match="sets of tickets"):
        play(TWICE, database_endpoint, damage=forget_what_was_done)
