"""An order's state and the position of its tickets depend on its facts, not on the order in which these came."""

import itertools

import pytest

from chalicelib.catalog.domain.stock import Move
from chalicelib.orders.domain.order_state import (
    POSITIONS,
    STATES,
    Dispute,
    Ended,
    Facts,
    OrderState,
    Position,
    move_between,
    position_of,
    state_of,
)

ALL = [
    Facts(
        issued=issued,
        ended=ended,
        pending=pending,
        charge_id="ch_1" if charged else None,
        charged=5000 if charged else 0,
        refunded=refunded if charged else 0,
        dispute=dispute if charged else None,
        held_back=held_back,
    )
    for issued, ended, pending, charged, refunded, dispute, held_back in itertools.product(
        (False, True), (None, *Ended), (False, True), (False, True), (0, 1000, 5000), (None, *Dispute), (False, True)
    )
]
PAID = Facts(issued=True, charge_id="ch_1", charged=5000)
SELLS = {OrderState.PAID, OrderState.PARTIALLY_REFUNDED, OrderState.DISPUTED}


@pytest.mark.parametrize(
    ("facts", "state", "position"),
    [
        (Facts(), OrderState.RESERVED, Position.HELD),
        (Facts(pending=True), OrderState.PENDING, Position.HELD),
        (Facts(ended=Ended.EXPIRED), OrderState.EXPIRED, Position.NONE),
        (Facts(ended=Ended.CANCELLED), OrderState.CANCELLED, Position.NONE),
        (PAID, OrderState.PAID, Position.SOLD),
        (Facts(issued=True), OrderState.PAID, Position.SOLD),
        (Facts(issued=True, ended=Ended.CANCELLED), OrderState.CANCELLED, Position.NONE),
        (Facts(issued=True, charge_id="c", charged=9, refunded=8), OrderState.PARTIALLY_REFUNDED, Position.SOLD),
        (Facts(issued=True, charge_id="c", charged=9, refunded=9), OrderState.REFUNDED, Position.NONE),
        (Facts(issued=True, charge_id="c", charged=9, dispute=Dispute.OPEN), OrderState.DISPUTED, Position.SOLD),
        (Facts(issued=True, charge_id="c", charged=9, dispute=Dispute.LOST), OrderState.CHARGED_BACK, Position.NONE),
        (Facts(held_back=True, charge_id="c", charged=9), OrderState.REVIEW, Position.NONE),
        (Facts(held_back=True, charge_id="c", charged=9, refunded=9), OrderState.REFUNDED, Position.NONE),
        (Facts(ended=Ended.EXPIRED, charge_id="c", charged=9, wanted=9), OrderState.EXPIRED, Position.NONE),
        (Facts(ended=Ended.EXPIRED, charge_id="c", charged=9, refunded=9), OrderState.REFUNDED, Position.NONE),
    ],
)
def test_judge_facts_gives_state_and_position(facts: Facts, state: OrderState, position: Position) -> None:
    assert (state_of(facts), position_of(facts)) == (state, position)


@pytest.mark.parametrize("facts", ALL)
def test_judge_any_facts_sells_tickets_only_in_states_that_have_them(facts: Facts) -> None:
    position = position_of(facts)
    if position is Position.SOLD:
        assert state_of(facts) in SELLS
    if state_of(facts) in {OrderState.RESERVED, OrderState.PENDING}:
        assert position is Position.HELD
    if state_of(facts) in {OrderState.PAID, OrderState.PARTIALLY_REFUNDED}:
        assert position is Position.SOLD


@pytest.mark.parametrize("rules", [STATES, POSITIONS])
def test_rules_each_one_is_needed_by_some_facts(rules: tuple[tuple[str, object, object], ...]) -> None:
    first = {next(index for index, (_, holds, _) in enumerate(rules) if holds(facts)) for facts in ALL}  # type: ignore[operator]
    assert first == set(range(len(rules)))


def test_move_between_any_facts_keeps_the_capacity() -> None:
    for before, after in itertools.product([None, *ALL], ALL):
        assert sum(move_between(before, after)) == 0


@pytest.mark.parametrize(
    ("before", "after", "move"),
    [
        (None, Facts(), Move(left=-1, held=1)),
        (None, Facts(issued=True), Move(left=-1, sold=1)),
        (Facts(), PAID, Move(held=-1, sold=1)),
        (Facts(), Facts(ended=Ended.EXPIRED), Move(left=1, held=-1)),
        (Facts(ended=Ended.EXPIRED), PAID, Move(left=-1, sold=1)),
        (PAID, Facts(issued=True, charge_id="ch_1", charged=5000, refunded=5000), Move(left=1, sold=-1)),
        (Facts(), Facts(pending=True), Move()),
    ],
)
def test_move_between_facts_is_where_the_tickets_go(before: Facts | None, after: Facts, move: Move) -> None:
    assert move_between(before, after) == move


def test_refundable_is_what_neither_went_back_nor_is_asked_for() -> None:
    assert Facts(charge_id="c", charged=100, refunded=30, wanted=50).refundable == 20
    assert Facts(charge_id="c", charged=100, refunded=80, wanted=50).refundable == 0
