"""How pages write times, money and names."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from chalicelib.core.money import Money
from chalicelib.website.pages import words
from tests.unit.website.builders import at


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        (2500, "EUR", "€25.00"),
        (3000, "JPY", "¥3,000"),
        (12000, "CHF", "CHF\u00a0120.00"),
        (4250, "KWD", "KWD\u00a04.250"),
        (123456789, "USD", "$1,234,567.89"),
        (0, "GBP", "£0.00"),
    ],
)
def test_money_has_the_decimals_of_its_currency(amount: int, currency: str, expected: str) -> None:
    assert words.money(Money(amount=amount, currency=currency)) == expected


def test_period_is_told_in_the_events_zone_with_its_name() -> None:
    assert words.period(at("2027-06-11T07:00"), at("2027-06-12T16:00"), "Europe/Zurich") == words.Period(
        days="11 – 12 June 2027",
        hours="09:00 – 18:00",
        zone="Europe/Zurich (CEST, UTC+2)",
        start="2027-06-11T07:00:00Z",
        end="2027-06-12T16:00:00Z",
    )


def test_period_across_a_change_of_clocks_names_both_offsets() -> None:
    found = words.period(at("2026-10-24T08:00"), at("2026-10-25T16:00"), "Europe/Zurich")
    assert (found.hours, found.zone) == ("10:00 – 17:00", "Europe/Zurich (CEST, UTC+2, then CET, UTC+1)")


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2027-06-11T07:00", "2027-06-11T16:00", "Friday 11 June 2027"),
        ("2027-06-30T07:00", "2027-07-01T16:00", "30 June – 1 July 2027"),
        ("2026-12-31T17:00", "2027-01-01T02:00", "31 December 2026 – 1 January 2027"),
    ],
)
def test_days_uses_as_few_words_as_can_be(start: str, end: str, expected: str) -> None:
    assert words.days(at(start), at(end)) == expected


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Asia/Kolkata", "IST, UTC+5:30"),
        ("Asia/Dubai", "UTC+4"),
        ("America/St_Johns", "NDT, UTC-2:30"),
        ("UTC", "UTC"),
        ("Asia/Kathmandu", "UTC+5:45"),
    ],
)
def test_offset_names_zone_and_distance(zone: str, expected: str) -> None:
    assert words.offset(datetime(2027, 6, 11, 12, tzinfo=ZoneInfo(zone))) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Ada Lovelace", "AL"), ("Pelé", "P"), ("Jan van der Berg", "JB"), ("(((", "?"), ("", "?"), ("李 小龍", "李小")],
)
def test_initials_stand_for_any_name(name: str, expected: str) -> None:
    assert words.initials(name) == expected
