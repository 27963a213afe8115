"""Work in parallel within its time."""

import threading

import pytest

from chalicelib.core.run_parallel import Share, ShareResult, run_parallel

WAIT_SECONDS = 20.0
"""For what must happen at the same time; it fails only where it cannot."""


class Clock:
    """Moves when told."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def now(self) -> float:
        return self.seconds


def names(count: int, prefix: str = "id") -> list[str]:
    return [f"{prefix}{number}" for number in range(count)]


def test_run_parallel_works_on_as_many_at_once_as_there_are_threads() -> None:
    together = threading.Barrier(4)

    def work(_: str) -> bool:
        together.wait(WAIT_SECONDS)
        return True

    (outcome,) = run_parallel([Share(names(8), 4)], work, clock=Clock(), until=2_000)
    assert (sorted(outcome.done), outcome.failed, outcome.waiting) == (names(8), [], [])


def test_run_parallel_tells_what_failed_and_does_each_once() -> None:
    seen: list[str] = []

    def work(one: str) -> bool:
        seen.append(one)
        return one != "id1"

    (outcome,) = run_parallel([Share([*names(3), "id0"], 2)], work, clock=Clock(), until=2_000)
    assert (sorted(outcome.done), outcome.failed, sorted(seen)) == (["id0", "id2"], ["id1"], names(3))


def test_run_parallel_out_of_time_begins_nothing_more() -> None:
    clock = Clock()

    def work(_: str) -> bool:
        clock.seconds += 10
        return True

    (outcome,) = run_parallel([Share(names(9), 1)], work, clock=clock, until=1_025)
    assert outcome == ShareResult(["id0", "id1", "id2"], [], names(9)[3:])


def test_run_parallel_slow_share_keeps_no_other_waiting() -> None:
    quick_done = threading.Event()
    seen_in_time: list[bool] = []

    def work(one: str) -> bool:
        if one == "quick2":
            quick_done.set()
        if one.startswith("slow"):
            seen_in_time.append(quick_done.wait(WAIT_SECONDS))
        return True

    run_parallel([Share(names(4, "slow"), 2), Share(names(3, "quick"), 1)], work, clock=Clock(), until=2_000)
    assert seen_in_time == [True] * 4


def test_run_parallel_raises_when_everything_else_has_ended() -> None:
    seen: list[str] = []

    def work(one: str) -> bool:
        seen.append(one)
        if one == "id0":
            raise KeyboardInterrupt
        return True

    with pytest.raises(KeyboardInterrupt):
        run_parallel([Share(names(5), 2)], work, clock=Clock(), until=2_000)
    assert sorted(seen) == names(5)


def test_run_parallel_without_work_is_nothing() -> None:
    assert run_parallel([Share([], 3)], lambda _: True, clock=Clock(), until=2_000) == [ShareResult([], [], [])]
