"""Schedules: when they are due, and the handler's event."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from local.events.timers import Timer, UnknownExpression, due_after_run, next_run
from local.gateway.handlers import Handler, Schedule, schedules

AT = datetime(2026, 2, 27, 14, 45, 30, tzinfo=UTC)  # a Friday


@pytest.mark.parametrize(
    ("expression", "due"),
    [
        ("rate(1 minute)", datetime(2026, 2, 27, 14, 46, 30, tzinfo=UTC)),
        ("rate(2 hours)", datetime(2026, 2, 27, 16, 45, 30, tzinfo=UTC)),
        ("rate(1 day)", datetime(2026, 2, 28, 14, 45, 30, tzinfo=UTC)),
        ("cron(0 3 * * ? *)", datetime(2026, 2, 28, 3, 0, tzinfo=UTC)),
        ("cron(0/15 * * * ? *)", datetime(2026, 2, 27, 15, 0, tzinfo=UTC)),
        ("cron(46 14 * * ? *)", datetime(2026, 2, 27, 14, 46, tzinfo=UTC)),
        ("cron(45 14 * * ? *)", datetime(2026, 2, 28, 14, 45, tzinfo=UTC)),
        ("cron(0 8 1 * ? *)", datetime(2026, 3, 1, 8, 0, tzinfo=UTC)),
        ("cron(0 8 ? * MON-FRI *)", datetime(2026, 3, 2, 8, 0, tzinfo=UTC)),
        ("cron(0 8 29 FEB ? *)", datetime(2028, 2, 29, 8, 0, tzinfo=UTC)),
        ("cron(0 0 1 1 ? 2030)", datetime(2030, 1, 1, 0, 0, tzinfo=UTC)),
    ],
)
def test_next_run(expression, due):
    assert next_run(expression, AT) == due


@pytest.mark.parametrize(
    ("took", "following"),
    [
        (timedelta(0), timedelta(minutes=1)),
        (timedelta(seconds=58), timedelta(minutes=1)),  # the next minute, not one later
        (timedelta(seconds=70), timedelta(minutes=1)),  # overdue: runs at once
        (timedelta(minutes=5, seconds=1), timedelta(minutes=5)),  # five missed: one run replaces them
    ],
)
def test_long_run_moves_no_later_one(took, following):
    assert due_after_run("rate(1 minute)", AT, AT + took) == AT + following


@pytest.mark.parametrize("expression", ["rate(1 fortnight)", "cron(* *)", "cron(61 * * * ? *)", "cron(0 0 31 2 ? *)"])
def test_expression_nobody_understands_stops_the_start(expression):
    with pytest.raises(UnknownExpression):
        Timer(Schedule(Handler("never", lambda event, context: None), expression))


def test_schedules_of_the_app_are_found(sample):
    found = {schedule.handler.name: schedule.expression for schedule in schedules(sample.app, sample)}
    assert found == {"every_minute": "rate(1 minute)", "nightly": "cron(0 3 * * ? *)"}


def test_handler_gets_a_scheduled_event(sample):
    timer = next(Timer(schedule) for schedule in schedules(sample.app, sample))
    assert timer.run(AT) is True
    (event,) = sample.timer_events
    assert event["time"] == "2026-02-27T14:45:30Z"
    assert (event["source"], event["detail-type"], event["detail"]) == ("aws.events", "Scheduled Event", {})
    assert event["resources"] == ["arn:aws:events:us-east-1:000000000000:rule/marquee-every_minute"]


def test_crash_is_logged_and_the_timer_lives(caplog):
    def crash(event, context):
        raise RuntimeError("boom")

    timer = Timer(Schedule(Handler("bad", crash), "rate(1 minute)"))
    assert timer.run(AT) is False
    assert "timer bad failed" in caplog.text
    assert timer.run(AT) is False


def test_one_run_at_a_time():
    running, most = [], []

    def work(event, context):
        running.append(1)
        most.append(len(running))
        time.sleep(0.02)
        running.pop()

    timer = Timer(Schedule(Handler("work", work), "rate(1 minute)"))
    threads = [threading.Thread(target=timer.run, args=(AT,)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 5
