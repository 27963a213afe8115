"""Runs one piece of work for many ids in parallel, until its time is over. Called by services that timers start.

What was not begun in time is told, so that the next run begins there. Nothing is interrupted: what is under way is
waited for, so a caller's limit must leave room for the longest piece.
"""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from chalicelib.core.ports import Clock


class Share(NamedTuple):
    """Ids that so many threads work on, in this order. Slow ones of one share never keep another waiting."""

    ids: Iterable[str]
    threads: int


class ShareResult(NamedTuple):
    """What became of a share: done, tried in vain, and not begun in time."""

    done: list[str]
    failed: list[str]
    waiting: list[str]


def run_parallel(
    shares: Iterable[Share], work: Callable[[str], bool], *, clock: Clock, until: float
) -> list[ShareResult]:
    """Call `work` once for each id of each share unless the clock (Unix seconds) has reached `until`; it tells whether
    it succeeded. What it raises is raised when everything else has ended.
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
