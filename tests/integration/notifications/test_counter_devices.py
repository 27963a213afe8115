"""The unread counter after five devices marked at once, repeated their requests, and met throttling, conflicts and lost
replies: it equals a recount. The control, a counter that is read and written back, does not.
"""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib import bootstrap
from chalicelib.core.errors import Busy
from chalicelib.core.principal import Principal
from local.dynamodb.database_server import DatabaseEndpoint
from tests.harness.faults import Faults, wired
from tests.integration.conftest import deliver, notification, receive, recount

DEVICES = 5
TRIES = 200
Step = tuple[str, int, bool]
"""A device's action, the notification's number, and whether the action is repeated."""
STEPS = st.tuples(st.sampled_from(["receive", "read", "unread", "read_all"]), st.integers(0, 9), st.booleans())
SCRIPTS = st.lists(st.lists(STEPS, min_size=1, max_size=6), min_size=DEVICES, max_size=DEVICES)
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def until_done(work: Callable[[], object]) -> None:
    """Repeats `work` as a client that is asked to retry. Raises every error that is no overload."""
    from chalicelib.aws.dynamo_transactions import ConditionLost

    for _ in range(TRIES):
        try:
            work()
        except ConditionLost:  # it exists already: the try before succeeded, but its reply was lost
            return
        except Exception as error:
            if not isinstance(error, Busy) and not bootstrap.is_overload(error):
                raise
        else:
            return
    raise AssertionError("never done")


def step(services: bootstrap.Services, caller: Principal, ids: list[str], what: str, number: int) -> Callable[[], Any]:
    """Returns a function that carries out a step and may be called repeatedly."""
    acknowledging = services.notifications.mark_read
    if what == "receive":
        new = notification(caller.user_id)
        ids.append(new.id)
        return lambda: deliver(new)
    if what == "read_all":
        return lambda: acknowledging.mark_all_read(caller=caller)
    chosen = ids[number % len(ids)]
    return lambda: (acknowledging.mark_read if what == "read" else acknowledging.mark_unread)(chosen, caller=caller)


def run(services: bootstrap.Services, caller: Principal, scripts: list[list[Step]]) -> None:
    """Runs all devices' scripts at once."""
    ids = receive(caller.user_id, 5)
    begin = threading.Barrier(len(scripts))
    failures: list[BaseException] = []

    def device(script: list[Step]) -> None:
        try:
            begin.wait()
            for what, number, twice in script:
                work = step(services, caller, ids[:5] if what != "receive" else ids, what, number)
                for _ in range(1 + twice):
                    until_done(work)
        except BaseException as failure:  # noqa: BLE001 - told by the test's own thread
            failures.append(failure)

    threads = [threading.Thread(target=device, args=[script]) for script in scripts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def counts(services: bootstrap.Services, caller: Principal) -> tuple[str, int, int]:
    """Returns the counter's value, the number of unread notifications, and the number of marks."""
    return services.notifications.read_inbox.count_unread(caller.user_id).load()[1], *recount(caller.user_id)


def test_counter_after_five_devices_at_once_equals_a_recount(
    database: DatabaseEndpoint, services: bootstrap.Services
) -> None:
    fired: Counter[str] = Counter()

    @settings(max_examples=30, deadline=None, suppress_health_check=QUIET)
    @given(scripts=SCRIPTS, seed=st.integers(0, 2**16))
    def hold(scripts: list[list[Step]], seed: int) -> None:
        caller = Principal(services.ids.new_id(), services.ids.new_id())
        faults = Faults(throttled=0.1, conflicting=0.2, lost=0.1, seed=seed)
        with wired(faults):
            run(services, caller, scripts)
        fired.update({name.split()[0]: number for name, number in faults.fired.items()})
        counted, unread, marks = counts(services, caller)
        assert (counted, marks) == (f'{{"count":{unread}}}', unread)

    hold()
    assert {"throttled", "cancelled", "lost"} <= set(fired)


def test_counter_that_is_read_and_written_back_is_caught(
    database: DatabaseEndpoint, services: bootstrap.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.aws import dynamo_keys as keys
    from chalicelib.aws.dynamo_transactions import Transaction
    from chalicelib.notifications.adapters import writes as notification_writes
    from chalicelib.notifications.adapters.items import UnreadCounterItem

    def naive(transaction: Transaction, user_id: str, change: int) -> None:
        place = keys.unread_counter(user_id)
        try:
            unread = int(UnreadCounterItem.get(*place, consistent_read=True).unread)
        except UnreadCounterItem.DoesNotExist:
            unread = 0
        transaction.put("counter", UnreadCounterItem(*place, unread=unread + change, etag="naive"))

    monkeypatch.setattr(notification_writes, "add_unread", naive)
    scripts: list[list[Step]] = [[("receive", 0, False)] * 10] * DEVICES
    for _ in range(20):
        caller = Principal(services.ids.new_id(), services.ids.new_id())
        run(services, caller, scripts)
        counted, unread, _ = counts(services, caller)
        if counted != f'{{"count":{unread}}}':
            return
    raise AssertionError("twenty storms, and the naive counter was right every time")
