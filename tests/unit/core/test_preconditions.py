"""The version that an editor saw, when a tag has numbers behind it; attempts that lose a race are repeated."""

import pytest

from chalicelib.core.errors import Busy, MarqueeError, NotFound, PreconditionFailed, PreconditionRequired
from chalicelib.core.preconditions import ANY, Match, Overtaken, require_same, until_settled


def represent() -> tuple[str, str]:
    return "abc-7-2", '{"held":2}'


@pytest.mark.parametrize("tag", ["abc", "abc-9-1", ANY])
def test_require_same_with_other_numbers_of_the_same_version_passes(tag: str) -> None:
    require_same(frozenset({"other-1", tag}), etag="abc", represent=represent)


@pytest.mark.parametrize("match", [frozenset({"ab-7-2"}), frozenset({"xyz-7-2"}), frozenset()])
def test_require_same_with_another_version_says_what_there_is(match: Match) -> None:
    with pytest.raises(PreconditionFailed) as failed:
        require_same(match, etag="abc", represent=represent)
    assert (failed.value.etag, failed.value.body) == represent()


def test_require_same_without_a_tag_is_refused() -> None:
    with pytest.raises(PreconditionRequired):
        require_same(None, etag="abc", represent=represent)


class Work:
    """Raises the planned errors, then returns how often it was called."""

    def __init__(self, *failures: Exception) -> None:
        self.calls = 0
        self._failures = list(failures)

    def __call__(self) -> int:
        self.calls += 1
        if self._failures:
            raise self._failures.pop(0)
        return self.calls


class MovedOn(Overtaken):
    """A subclass that a store may raise."""


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
