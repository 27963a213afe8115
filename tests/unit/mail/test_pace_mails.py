"""Mails are sent at the account's rate and not faster; a mail that would wait too long is refused."""

import pytest

from chalicelib.core.errors import UpstreamFailed
from chalicelib.mail.ports import SendingLimits
from chalicelib.mail.services import pace_mails
from chalicelib.mail.services.pace_mails import PaceMails


class Clock:
    """A clock that moves by sleeping."""

    def __init__(self) -> None:
        self.seconds = 1_000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


class OneLine:
    """The port `Lines` with one line."""

    def __init__(self) -> None:
        self.next_at = 0.0

    def take(self, line: str, *, now: float, every: float, most: float) -> float | None:
        place = max(now, self.next_at)
        if place - now > most:
            return None
        self.next_at = place + every
        return place

    def leave(self, line: str) -> None:
        self.next_at = 0.0


class Account:
    """A mail service that reports its limits, or fails."""

    def __init__(self, *answers: SendingLimits | UpstreamFailed) -> None:
        self.answers = list(answers)
        self.asked = 0

    def __call__(self) -> SendingLimits:
        self.asked += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, UpstreamFailed):
            raise answer
        return answer


def pace(account: Account) -> tuple[PaceMails, Clock, OneLine]:
    clock, line = Clock(), OneLine()
    return PaceMails(line, account, clock, sleep=clock.sleep), clock, line


def test_pace_mails_sends_nine_tenths_of_what_the_account_may() -> None:
    account = Account(SendingLimits(14, None))
    may_send, clock, _ = pace(account)
    assert [may_send() for _ in range(127)] == [True] * 127
    assert clock.seconds - 1_000 == pytest.approx(10)  # 126 gaps of 1 / 12.6 s
    assert account.asked == 1


def test_pace_mails_of_several_processes_share_one_line() -> None:
    account = Account(SendingLimits(10, None))
    one, clock, line = pace(account)
    other = PaceMails(line, account, clock, sleep=clock.sleep)
    for _ in range(9):
        assert one()
        assert other()
    assert clock.seconds - 1_000 == pytest.approx(17 / 9)


def test_pace_mails_asks_again_after_a_while_and_follows_a_higher_limit() -> None:
    account = Account(SendingLimits(1, None), SendingLimits(100, None))
    may_send, clock, _ = pace(account)
    assert may_send()
    clock.seconds += pace_mails.ASKED_AGAIN_AFTER_SECONDS
    assert [may_send(), may_send()] == [True, True]
    assert (account.asked, clock.slept) == (2, [pytest.approx(1 / 90)])


def test_pace_mails_line_too_long_to_wait_for_is_told_and_takes_no_place() -> None:
    may_send, clock, line = pace(Account(SendingLimits(1, None)))
    line.next_at = clock.seconds + pace_mails.PATIENCE_SECONDS + 1
    before = line.next_at
    assert may_send() is False
    assert (line.next_at, clock.slept) == (before, [])


@pytest.mark.parametrize(("left", "may"), [(0.0, False), (0.5, False), (1.0, True), (None, True)])
def test_pace_mails_day_used_up_lets_none_through(left: float | None, may: bool) -> None:
    may_send, _, _ = pace(Account(SendingLimits(14, left)))
    assert may_send() is may


def test_pace_mails_account_that_says_nothing_may_as_much_as_it_said_last() -> None:
    account = Account(SendingLimits(100, None), UpstreamFailed("no"))
    may_send, clock, _ = pace(account)
    assert may_send()
    clock.seconds += 10_000
    assert [may_send(), may_send()] == [True, True]
    assert clock.slept == [pytest.approx(1 / 90)]


def test_pace_mails_account_that_never_said_anything_may_one_a_second() -> None:
    may_send, clock, _ = pace(Account(UpstreamFailed("no")))
    assert [may_send(), may_send()] == [True, True]
    assert clock.slept == [pytest.approx(1 / 0.9)]
