"""Attempts that are overtaken are made again, so many times."""

import pytest

from chalicelib.core.errors import Busy, MarqueeError, NotFound, PreconditionFailed
from chalicelib.core.preconditions import Overtaken, until_settled


class Work:
    """Raises what is planned, then returns how often it was called."""

    def __init__(self, *failures: Exception) -> None:
        self.calls = 0
        self._failures = list(failures)

    def __call__(self) -> int:
        self.calls += 1
        if self._failures:
            raise self._failures.pop(0)
        return self.calls


class MovedOn(Overtaken):
    """What a store may say more precisely."""


@pytest.mark.parametrize("overtaken", range(3))
def test_until_settled_returns_what_the_first_attempt_in_time_returns(overtaken: int) -> None:
    assert until_settled(Work(*[MovedOn()] * overtaken), tries=3) == overtaken + 1


@pytest.mark.parametrize(("otherwise", "expected"), [(None, Busy), (PreconditionFailed(), PreconditionFailed)])
def test_until_settled_gives_up_after_so_many_tries(
    otherwise: MarqueeError | None, expected: type[MarqueeError]
) -> None:
    work = Work(*[Overtaken()] * 4)
    with pytest.raises(expected):
        until_settled(work, tries=3, otherwise=otherwise)
    assert work.calls == 3


def test_until_settled_tries_nothing_again_that_failed_for_good() -> None:
    work = Work(NotFound())
    with pytest.raises(NotFound):
        until_settled(work, tries=3)
    assert work.calls == 1
