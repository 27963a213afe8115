"""No test depends on the speed of the machine."""

from hypothesis import HealthCheck, settings


def test_examples_may_take_as_long_as_they_do() -> None:
    assert settings().deadline is None
    assert HealthCheck.too_slow in settings().suppress_health_check
