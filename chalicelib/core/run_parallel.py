"""Runs the same work for many ids in parallel, within a time limit. Called by services that timers start.

It returns the ids that were not started in time, so that the next run can begin there. Work is never interrupted: what
has started is awaited, so the time limit must leave room for the longest piece of work.
"""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from chalicelib.core.ports import Clock


class Share(NamedTuple):
    """Ids that `threads` threads work on, in this order. Slow work of one share does not delay another share."""

    ids: Iterable[str]
    threads: int


class ShareResult(NamedTuple):
    """The ids of a share: succeeded, failed, and not started in time."""

    done: list[str]
    failed: list[str]
    waiting: list[str]


def run_parallel(
    shares: Iterable[Share], work: Callable[[str], bool], *, clock: Clock, until: float
) -> list[ShareResult]:
    """Calls `work` once for each id of each share, and starts none once the clock (Unix seconds) has reached `until`.
    `work` returns whether it succeeded. An exception that it raises is raised when all other work has ended.
    """
    waiting = [(deque(dict.fromkeys(share.ids)), share.threads) for share in shares]
    outcomes = [ShareResult([], [], []) for _ in waiting]

    def take(ids: deque[str], outcome: ShareResult) -> None:
        while clock.now() < until:
            try:
                one = ids.popleft()
            except IndexError:
                return
            (outcome.done if work(one) else outcome.failed).append(one)

    with ThreadPoolExecutor(max(1, sum(threads for _, threads in waiting)), thread_name_prefix="work") as pool:
        workers = [
            pool.submit(take, ids, outcome)
            for (ids, threads), outcome in zip(waiting, outcomes, strict=True)
            for _ in range(min(threads, len(ids)))
        ]
    for worker in workers:
        worker.result()
    for (ids, _), outcome in zip(waiting, outcomes, strict=True):
        outcome.waiting.extend(ids)
    return outcomes
