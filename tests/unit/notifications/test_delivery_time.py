"""Quiet hours and digests in the user's local time, also on days when clocks change."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from chalicelib.notifications.domain.delivery_time import DIGEST_MARGIN_SECONDS, next_digest, quiet_until
from chalicelib.notifications.domain.preferences import Preferences, Quiet, minutes

ZURICH = "Europe/Zurich"
"""In 2027 its clocks go forward on 28 March, 02:00 -> 03:00, and back on 31 October, 03:00 -> 02:00."""


def at(text: str, *, fold: int = 0, zone: str = ZURICH) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()


def quiet(start: str, end: str, zone: str = ZURICH) -> Preferences:
    return Preferences({}, zone, Quiet(minutes(start), minutes(end)))


def digest(hour: int, zone: str = ZURICH) -> Preferences:
    return Preferences({}, zone, digest_hour=hour)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2027-01-10T21:59:59", None),
        ("2027-01-10T22:00:00", "2027-01-11T07:00:00"),
        ("2027-01-11T00:30:00", "2027-01-11T07:00:00"),
        ("2027-01-11T06:59:59", "2027-01-11T07:00:00"),
        ("2027-01-11T07:00:00", None),
    ],
)
def test_quiet_hours_over_midnight_hold_from_their_first_to_their_last_moment(now: str, until: str | None) -> None:
    assert quiet_until(quiet("22:00", "07:00"), at(now)) == (at(until) if until else None)


def test_quiet_hours_within_a_day_end_on_it() -> None:
    preferences = quiet("12:00", "13:30")
    assert quiet_until(preferences, at("2027-01-10T12:15")) == at("2027-01-10T13:30")
    assert quiet_until(preferences, at("2027-01-10T23:00")) is None


def test_quiet_hours_are_those_of_the_time_zone() -> None:
    noon = datetime(2027, 1, 10, 12, tzinfo=UTC).timestamp()
    assert quiet_until(quiet("22:00", "07:00", "Asia/Tokyo"), noon) is None  # 21:00
    assert quiet_until(quiet("22:00", "07:00", "Pacific/Auckland"), noon) == at(
        "2027-01-11T07:00", zone="Pacific/Auckland"
    )


def test_no_quiet_hours_are_never_quiet() -> None:
    assert quiet_until(Preferences({}, ZURICH), at("2027-01-10T03:00")) is None


def test_quiet_hours_that_end_in_the_gap_end_when_the_clock_has_jumped() -> None:
    preferences = quiet("22:00", "02:30")
    assert quiet_until(preferences, at("2027-03-28T01:59")) == at("2027-03-28T03:30")
    assert quiet_until(preferences, at("2027-03-28T03:29")) == at("2027-03-28T03:30")
    assert quiet_until(preferences, at("2027-03-28T03:30")) is None


def test_quiet_hours_that_begin_in_the_gap_begin_when_the_clock_has_jumped() -> None:
    preferences = quiet("02:30", "07:00")
    assert quiet_until(preferences, at("2027-03-28T03:29")) is None
    assert quiet_until(preferences, at("2027-03-28T03:30")) == at("2027-03-28T07:00")


def test_quiet_hours_that_end_in_the_hour_that_comes_twice_end_the_first_time() -> None:
    preferences = quiet("22:00", "02:30")
    assert quiet_until(preferences, at("2027-10-31T02:29")) == at("2027-10-31T02:30")
    assert quiet_until(preferences, at("2027-10-31T02:31")) is None
    assert quiet_until(preferences, at("2027-10-31T02:10", fold=1)) is None


def test_quiet_hours_around_the_hour_that_comes_twice_last_an_hour_longer() -> None:
    begin, end = at("2027-10-30T22:00"), at("2027-10-31T07:00")
    assert quiet_until(quiet("22:00", "07:00"), begin) == end
    assert end - begin == 10 * 3600


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2027-01-10T07:00", "2027-01-10T08:00"),
        ("2027-01-10T07:57:59", "2027-01-10T08:00"),
        ("2027-01-10T07:58:00", "2027-01-10T08:00"),
        ("2027-01-10T07:58:01", "2027-01-11T08:00"),
        ("2027-01-10T08:00", "2027-01-11T08:00"),
        ("2027-03-27T08:00", "2027-03-28T08:00"),  # 23 hours later
        ("2027-10-30T08:00", "2027-10-31T08:00"),  # 25 hours later
    ],
)
def test_next_digest_leaves_time_to_be_written(now: str, due: str) -> None:
    assert DIGEST_MARGIN_SECONDS == 120
    assert next_digest(digest(8), at(now)) == at(due)


def test_digest_in_the_gap_comes_once_after_the_jump() -> None:
    assert next_digest(digest(2), at("2027-03-27T12:00")) == at("2027-03-28T03:00")
    assert next_digest(digest(2), at("2027-03-28T03:00")) == at("2027-03-29T02:00")


def test_digest_in_the_hour_that_comes_twice_comes_once() -> None:
    first = next_digest(digest(2), at("2027-10-30T12:00"))
    assert first == at("2027-10-31T02:00")
    assert next_digest(digest(2), first) == at("2027-11-01T02:00")
    assert next_digest(digest(2), at("2027-10-31T02:00", fold=1)) == at("2027-11-01T02:00")
