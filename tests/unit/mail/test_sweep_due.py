"""What is due is dealt with, woken, given up or dropped, and one failure keeps nothing else from its turn."""

from typing import Any

import pytest

from chalicelib.core.errors import Busy
from chalicelib.mail.ports import Due, Waiting
from chalicelib.mail.services.sweep_due import GIVEN_UP_AFTER_SECONDS, LATE_SECONDS, QUARTER_SECONDS, SweepDue
from tests.unit.orders.builders import clock_at

NOW = 1_000 * QUARTER_SECONDS + 100
MAIL, DIGEST = Due(NOW - 50, "MAIL", "m"), Due(NOW - 40, "DIGEST", "ada")


class Index:
    """Port `DueIndex` in memory."""

    def __init__(self, *due: Due, begin: int) -> None:
        self.due, self.begins_at = list(due), begin
        self.looked_at: list[int] = []
        self.advanced: list[int] = []
        self.dropped: list[Due] = []

    def begin(self, now: int) -> int:
        return self.begins_at

    def list_due(self, begin: int, now: int) -> list[Due]:
        self.looked_at.append(begin)
        return [
            one for one in self.due if begin <= one.at <= now and one.at // QUARTER_SECONDS == begin // QUARTER_SECONDS
        ]

    def advance(self, until: int) -> None:
        self.advanced.append(until)

    def drop(self, due: Due) -> None:
        self.dropped.append(due)


class Mailbag:
    """Port `Sleepers`, in which this waits."""

    def __init__(self, waiting: Waiting | Exception | None) -> None:
        self.waiting = waiting
        self.woken: list[tuple[Due, int]] = []
        self.expired: list[str] = []

    def load_waiting(self, id: str) -> Waiting | None:
        if isinstance(self.waiting, Exception):
            raise self.waiting
        return self.waiting

    def wake(self, due: Due, *, again_at: int) -> None:
        self.woken.append((due, again_at))

    def expire(self, id: str) -> None:
        self.expired.append(id)


class World:
    """The service over these things due. Digests are dealt with as `digest` says."""

    def __init__(
        self, *due: Due, waiting: Waiting | Exception | None = None, digest: bool = True, begin: int = NOW - 100
    ) -> None:
        self.index, self.mails = Index(*due, begin=begin), Mailbag(waiting)
        self.dealt: list[Due] = []
        dealers: Any = {"DIGEST": lambda due: self.dealt.append(due) or digest}
        self.service = SweepDue(self.index, dealers, {"MAIL": self.mails}, clock_at(NOW + 0.5))


def test_sweep_wakes_a_mail_that_waits_and_looks_at_it_again_later() -> None:
    world = World(MAIL, waiting=Waiting(written_at=NOW - 60))
    assert world.service.run() == 1
    assert (world.mails.woken, world.mails.expired, world.index.dropped) == ([(MAIL, NOW + QUARTER_SECONDS)], [], [])


def test_sweep_looks_again_the_later_the_longer_a_mail_has_waited() -> None:
    world = World(MAIL, waiting=Waiting(written_at=NOW - 5_000))
    world.service.run()
    assert world.mails.woken == [(MAIL, NOW + 5_000)]


def test_sweep_counts_from_the_time_before_which_a_mail_must_not_leave() -> None:
    world = World(MAIL, waiting=Waiting(written_at=0, not_before=NOW - 2_000))
    world.service.run()
    assert (world.mails.woken, world.mails.expired) == ([(MAIL, NOW + 2_000)], [])


@pytest.mark.parametrize(("waited", "expires"), [(GIVEN_UP_AFTER_SECONDS, False), (GIVEN_UP_AFTER_SECONDS + 1, True)])
def test_sweep_gives_up_what_has_waited_too_long_and_drops_it(waited: int, expires: bool) -> None:
    world = World(MAIL, waiting=Waiting(written_at=NOW - waited))
    assert world.service.run() == (0 if expires else 1)
    assert (world.mails.expired, world.index.dropped) == ((["m"], [MAIL]) if expires else ([], []))
    assert len(world.mails.woken) == (0 if expires else 1)


def test_sweep_drops_what_is_done_already() -> None:
    world = World(MAIL, waiting=None)
    assert world.service.run() == 0
    assert (world.index.dropped, world.mails.woken) == ([MAIL], [])


@pytest.mark.parametrize("came", [True, False])
def test_sweep_leaves_a_digest_to_its_dealer_and_counts_what_came_of_it(came: bool) -> None:
    world = World(DIGEST, digest=came)
    assert world.service.run() == int(came)
    assert (world.dealt, world.index.dropped) == ([DIGEST], [])


def test_sweep_of_a_kind_that_nobody_deals_with_does_nothing() -> None:
    world = World(Due(NOW, "CALL", "E"))
    assert world.service.run() == 0
    assert (world.index.dropped, world.index.advanced != []) == ([], True)


def test_sweep_looks_at_each_quarter_of_an_hour_from_the_first_to_now() -> None:
    first = NOW - 100 - 2 * QUARTER_SECONDS
    world = World(begin=first + 7)
    world.service.run()
    assert world.index.looked_at == [first + 7, first + QUARTER_SECONDS, first + 2 * QUARTER_SECONDS]
    assert world.index.advanced == [first + QUARTER_SECONDS, NOW - LATE_SECONDS, NOW - LATE_SECONDS]


def test_sweep_that_begins_now_looks_at_what_is_due_now() -> None:
    world = World(DIGEST._replace(at=NOW), begin=NOW)
    assert world.service.run() == 1


def test_sweep_that_begins_in_the_future_looks_at_nothing() -> None:
    world = World(MAIL, begin=NOW + 1)
    assert world.service.run() == 0
    assert (world.index.looked_at, world.index.advanced) == ([], [])


def test_sweep_past_a_failure_deals_with_the_others_and_comes_back_to_it() -> None:
    next_quarter = DIGEST._replace(at=NOW)
    before = MAIL._replace(at=NOW - QUARTER_SECONDS)
    world = World(before, next_quarter, waiting=Busy("later"), begin=NOW - 100 - QUARTER_SECONDS)
    assert world.service.run() == 1
    assert (world.dealt, world.index.advanced) == ([next_quarter], [])
