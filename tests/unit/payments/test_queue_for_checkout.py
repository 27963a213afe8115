"""The line for checkouts, and how long an order is held for its turn."""

import pytest

from chalicelib.catalog.ports import Lost
from chalicelib.core.errors import WaitInLine
from chalicelib.payments.services.queue_for_checkout import (
    CLAIM_PAUSES,
    LINE,
    LONGEST_SECONDS,
    PATIENCE_SECONDS,
    QueueForCheckout,
)
from tests.unit.orders.builders import ID, FakeOrders, clock_at, record

NOW, HOLD = 1_000.0, 900


class FakeLines:
    """The port `Lines`: places some seconds ahead, and claims that others hold."""

    def __init__(self, ahead: float | None = 0.0, *, claimed: bool = False) -> None:
        self.ahead, self.claimed = ahead, claimed
        self.asked: list[str] = []
        self.left: list[str] = []

    def take(self, line: str, *, now: float, every: float, most: float) -> float | None:
        self.asked.append(line)
        if line == LINE:
            assert most == LONGEST_SECONDS
            return None if self.ahead is None else now + self.ahead
        return None if self.claimed else now

    def leave(self, line: str) -> None:
        self.left.append(line)


def queue(lines: FakeLines, orders: FakeOrders, slept: list[float] | None = None) -> QueueForCheckout:
    naps = [] if slept is None else slept
    return QueueForCheckout(
        lines=lines,
        orders=orders,
        clock=clock_at(NOW),
        sleep=naps.append,
        a_second=20,
        hold_seconds=HOLD,  # type: ignore[arg-type]
    )


def test_wait_for_a_near_place_within_the_request() -> None:
    lines, slept, held = FakeLines(PATIENCE_SECONDS), [], record()
    orders = FakeOrders(held)
    queue(lines, orders, slept).wait_for_turn(held)
    assert (slept, orders.changes, lines.left) == ([PATIENCE_SECONDS], [], [])


def test_wait_for_a_far_place_holds_the_order_until_then_and_its_time_beyond() -> None:
    held = record(deadline=1_200)
    orders = FakeOrders(held)
    with pytest.raises(WaitInLine) as told:
        queue(FakeLines(600.4), orders).wait_for_turn(held)
    kept = orders.records[ID]
    assert (kept.pays_from, kept.deadline, kept.version) == (1_601, 1_601 + HOLD, held.version + 1)
    assert 601 <= told.value.retry_after <= 603


def test_wait_for_a_far_place_shortens_no_longer_hold() -> None:
    held = record(deadline=90_000)
    orders = FakeOrders(held)
    with pytest.raises(WaitInLine):
        queue(FakeLines(600), orders).wait_for_turn(held)
    assert orders.records[ID].deadline == 90_000


def test_wait_in_too_long_a_line_keeps_no_place_and_gives_the_claim_back() -> None:
    lines, orders = FakeLines(None), FakeOrders(record())
    with pytest.raises(WaitInLine) as told:
        queue(lines, orders).wait_for_turn(record())
    assert (told.value.code, orders.changes, lines.left) == ("line_too_long", [], [f"pay.{ID}"])


def test_come_back_before_the_turn_is_told_how_long_and_takes_no_second_place() -> None:
    lines = FakeLines()
    with pytest.raises(WaitInLine) as told:
        queue(lines, FakeOrders()).wait_for_turn(record(pays_from=1_100))
    assert 100 <= told.value.retry_after <= 102
    assert lines.asked == []


@pytest.mark.parametrize("held", [record(pays_from=1_000), record(pays_from=None, attempt=2)])
def test_come_back_when_it_is_the_turn_or_for_another_attempt_goes_on_at_once(held: object) -> None:
    lines = FakeLines(600)
    queue(lines, FakeOrders()).wait_for_turn(held)  # type: ignore[arg-type]
    assert lines.asked == []


def test_press_twice_while_another_request_asks_waits_and_is_told_to_come_again() -> None:
    slept: list[float] = []
    lines, held = FakeLines(claimed=True), record()
    with pytest.raises(WaitInLine):
        queue(lines, FakeOrders(held), slept).wait_for_turn(held)
    assert tuple(slept) == CLAIM_PAUSES
    assert LINE not in lines.asked


def test_press_twice_while_another_request_changed_the_order_begins_anew() -> None:
    changed = FakeOrders(record(version=2))
    with pytest.raises(Lost):
        queue(FakeLines(claimed=True), changed).wait_for_turn(record())


def test_claim_is_given_back_only_by_a_request_that_fails() -> None:
    lines = FakeLines()
    service = queue(lines, FakeOrders())
    with service.claimed_until_failure(record()):
        pass
    assert lines.left == []
    with pytest.raises(KeyboardInterrupt), service.claimed_until_failure(record()):
        raise KeyboardInterrupt
    assert lines.left == [f"pay.{ID}"]
