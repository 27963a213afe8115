"""Announcements with defaults."""

from typing import Any

from chalicelib.announcements.domain.announcement import Audience, Dispatch

EVERYBODY = Audience(attendees=True)


def dispatch(**changes: Any) -> Dispatch:
    made = Dispatch("A", "E", "PyDays", "Doors", "<p>Open at nine.</p>", EVERYBODY, "staff", 900)
    return made._replace(**changes)
