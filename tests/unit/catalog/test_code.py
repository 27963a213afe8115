"""Codes: how they are compared, and the amount of a discount."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.catalog.domain.code import (
    MOST_SHARDS,
    Discount,
    DiscountFields,
    DiscountKind,
    is_in_time,
    normalised,
    unit_discount,
)
from chalicelib.catalog.domain.stock import shard_count
from chalicelib.core.errors import InvalidInput
from chalicelib.core.money import Money
from chalicelib.orders.domain.basket import discounted
from chalicelib.orders.domain.order import Line, total_of

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def percent(number: int) -> DiscountFields:
    return DiscountFields(code="SPRING", kind=DiscountKind.PERCENT, percent=number)


def amount(minor: int, currency: str = "EUR") -> DiscountFields:
    off = Money(amount=minor, currency=currency)
    return DiscountFields(code="SPRING", kind=DiscountKind.AMOUNT, amount=off)


def stored(fields: DiscountFields) -> Discount:
    values = {name: getattr(fields, name) for name in fields.__struct_fields__}
    return Discount(**values, id="d", created_at=NOW, updated_at=NOW)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Spring", "sPRING"),
        ("ＳＰＲＩＮＧ", "spring"),
        (" spring ", "spring"),
        ("Straße", "STRASSE"),
        ("ﬁnale", "FINALE"),
    ],
)
def test_normalise_codes_that_read_alike_are_equal(left: str, right: str) -> None:
    assert normalised(left) == normalised(right)


@given(st.text(max_size=40))
def test_normalise_twice_is_the_same_as_once(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)


@pytest.mark.parametrize(
    ("number", "price", "currency", "off"),
    [
        (15, 1999, "EUR", 300),
        (50, 1, "EUR", 1),
        (33, 50, "EUR", 17),
        (49, 1, "EUR", 0),
        (100, 1999, "EUR", 1999),
        (10, 1005, "JPY", 101),
        (15, 1990, "KWD", 300),
        (50, 30, "KWD", 20),
    ],
)
def test_percent_is_rounded_half_up_for_each_ticket(number: int, price: int, currency: str, off: int) -> None:
    assert unit_discount(percent(number), Money(amount=price, currency=currency)) == off


@pytest.mark.parametrize(("minor", "currency", "off"), [(500, "EUR", 500), (5_000, "EUR", 2_500), (500, "CHF", 0)])
def test_amount_is_never_more_than_the_price_nor_of_another_currency(minor: int, currency: str, off: int) -> None:
    assert unit_discount(amount(minor, currency), Money(amount=2_500, currency="EUR")) == off


@given(
    prices=st.lists(st.tuples(st.integers(0, 100_000), st.integers(1, 100)), min_size=1, max_size=5),
    number=st.integers(1, 100),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_discount_lines_add_up_to_the_total_and_unit_prices_stay_chargeable(
    prices: list[tuple[int, int]], number: int, currency: str
) -> None:
    step = 10 if currency == "KWD" else 1
    lines = [
        Line(ticket_type_id=f"t{i}", name="T", quantity=count, price=Money(amount=price * step, currency=currency))
        for i, (price, count) in enumerate(prices)
    ]
    try:
        found = discounted(lines, stored(percent(number)))
    except InvalidInput:
        assert all(price * number < 50 for price, _ in prices)
        return
    full = sum(line.price.amount * line.quantity for line in found)
    off = sum(line.discount.amount for line in found if line.discount)
    assert total_of(found) == full - off == sum(line.unit_amount * line.quantity for line in found)
    assert all(0 <= line.unit_amount <= line.price.amount and line.unit_amount % step == 0 for line in found)


@pytest.mark.parametrize(
    ("begins", "ends", "valid"), [(None, None, True), (2030, None, True), (2031, None, False), (None, 2030, False)]
)
def test_code_is_valid_from_its_beginning_until_before_its_end(
    begins: int | None, ends: int | None, valid: bool
) -> None:
    moments = [None if year is None else datetime(year, 1, 1, tzinfo=UTC) for year in (begins, ends)]
    fields = msgspec.structs.replace(percent(10), valid_from=moments[0], valid_until=moments[1])
    assert is_in_time(fields, now=NOW) is valid


@pytest.mark.parametrize(("uses", "shards"), [(1, 1), (2_500, 1), (2_501, 2), (1_000_000, 4)])
def test_count_uses_are_kept_in_four_shards_at_most(uses: int, shards: int) -> None:
    assert shard_count(uses, most=MOST_SHARDS) == shards
