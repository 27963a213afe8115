"""EventBridge schedules: runs `@app.schedule` handlers at the times of their `rate(…)` or `cron(…)` (UTC).

Each timer has one thread, and its runs never overlap. A handler that raises is logged and runs again at its next time.
"""

from __future__ import annotations

import logging
import re
import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from local.gateway.handlers import Schedule
from local.gateway.lambda_context import ACCOUNT

log = logging.getLogger("local.timers")

UNITS = {"minute": 60, "hour": 3600, "day": 86_400}
MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"
WEEKDAYS = "SUN MON TUE WED THU FRI SAT"


class UnknownExpression(ValueError):
    """The text is neither rate(n unit) nor a cron(…) with *, ?, lists, ranges and steps, or it never runs."""


def next_run(expression: str, after: datetime) -> datetime:
    """Returns the next time of a schedule, strictly after `after` (UTC). Raises UnknownExpression."""
    rate = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)
    if rate:
        return after + timedelta(seconds=int(rate[1]) * UNITS[rate[2]])
    cron = re.fullmatch(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)", expression)
    if not cron:
        raise UnknownExpression(expression)
    minute, hour, day, month, weekday, year = cron.groups()
    return _next_match(Cron((minute, hour, day, month, weekday, year)), after)


def due_after_run(expression: str, due: datetime, now: datetime) -> datetime:
    """Returns the next time of a schedule when its run for the time `due` ends at `now`. EventBridge invokes at fixed
    times, however long a run takes. One run, at once, replaces all times that passed during the last run.
    """
    following = next_run(expression, due)
    while (later := next_run(expression, following)) <= now:
        following = later
    return following


class Cron:
    """The six fields of an EventBridge cron expression as sets of numbers."""

    def __init__(self, fields: tuple[str, str, str, str, str, str]) -> None:
        minute, hour, day, month, weekday, year = fields
        self.minutes = _field(minute, 0, 59)
        self.hours = _field(hour, 0, 23)
        self.days = _field(day, 1, 31)
        self.months = _field(month, 1, 12, MONTHS)
        self.weekdays = _field(weekday, 1, 7, WEEKDAYS)
        self.years = _field(year, 1970, 2199)

    def has_day(self, at: datetime) -> bool:
        """Returns whether the schedule runs on that day."""
        weekday = at.isoweekday() % 7 + 1
        return at.year in self.years and at.month in self.months and at.day in self.days and weekday in self.weekdays


def _next_match(cron: Cron, after: datetime) -> datetime:
    at = after.replace(second=0, microsecond=0) + timedelta(minutes=1)
    for _ in range(366 * 28):
        if cron.has_day(at):
            for hour in sorted(cron.hours):
                for minute in sorted(cron.minutes):
                    if (hour, minute) >= (at.hour, at.minute):
                        return at.replace(hour=hour, minute=minute)
        at = at.replace(hour=0, minute=0) + timedelta(days=1)
    raise UnknownExpression("never due")


def _field(text: str, low: int, high: int, names: str = "") -> frozenset[int]:
    for number, name in enumerate(names.split(), start=1):
        text = text.upper().replace(name, str(number))
    found: set[int] = set()
    for part in text.split(","):
        match = re.fullmatch(r"(?:([*?])|(\d+)(?:-(\d+))?)(?:/(\d+))?", part)
        if not match:
            raise UnknownExpression(text)
        anything, first, last, step = match.groups()
        start = low if anything else int(first)
        end = int(last) if last else high if anything or step else start
        found.update(range(start, end + 1, int(step or 1)))
    if not found or min(found) < low or max(found) > high:
        raise UnknownExpression(text)
    return frozenset(found)


def scheduled_event(schedule: Schedule, at: datetime) -> dict[str, Any]:
    """Returns the event that EventBridge sends to the handler."""
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": "us-east-1",
        "resources": [f"arn:aws:events:us-east-1:{ACCOUNT}:rule/marquee-{schedule.handler.name}"],
        "detail": {},
    }


class Timer:
    """One schedule with its thread."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._stopped = threading.Event()
        self._running = threading.Lock()
        self._thread = threading.Thread(target=self._loop, name=f"timer-{schedule.handler.name}", daemon=True)
        next_run(schedule.expression, datetime.now(UTC))

    @property
    def name(self) -> str:
        """The name of the handler."""
        return self._schedule.handler.name

    @property
    def expression(self) -> str:
        """The schedule's `rate(…)` or `cron(…)`."""
        return self._schedule.expression

    def start(self) -> None:
        """Starts the thread. The first run is at the first scheduled time, as after a deploy."""
        self._thread.start()

    def stop(self, wait_seconds: float = 5.0) -> None:
        """Stops the thread. Waits for a handler that is running."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(wait_seconds)

    def _loop(self) -> None:
        due = next_run(self._schedule.expression, datetime.now(UTC))
        while not self._stopped.wait(max(0.0, (due - datetime.now(UTC)).total_seconds())):
            self.run(due)
            due = due_after_run(self._schedule.expression, due, datetime.now(UTC))

    def run(self, at: datetime) -> bool:
        """Runs the handler now, after a run that is in progress. Returns False when it raised."""
        with self._running:
            try:
                self._schedule.handler(scheduled_event(self._schedule, at))
            except Exception:
                log.exception("timer %s failed", self.name)
                return False
        return True
