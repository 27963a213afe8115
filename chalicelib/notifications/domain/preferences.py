"""A user's preferences: inbox, mail and push for each topic; quiet hours; the hour of the digest. Pure.

A topic is an action of a notification, or a kind of mail without a notification. The tables below are the only place
for the defaults and for what nobody can switch off. Light, because it is used before each transaction that writes
notifications.
"""

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from chalicelib.notifications.domain.notification import NotificationAction

REVISION = 1
"""Revision of the JSON shape. Raise it with every change of the shape."""
ACCOUNT, DIGEST = "account", "digest"
"""Topics without notifications: mails about the account itself, and digests."""
WHY_MAILED = "cannot be changed: tickets and what becomes of your money or account are always mailed"


class MailChoice(StrEnum):
    """How mails of a topic are sent: each at once, collected in one per day, or not at all."""

    EACH = "each"
    DIGEST = "digest"
    OFF = "off"


class Setting(NamedTuple):
    """The channels of one topic. Without `in_app` there is no notification in the inbox. `push` goes to closed tabs and
    phones.
    """

    in_app: bool
    mail: MailChoice
    push: bool


class Quiet(NamedTuple):
    """Quiet hours, in minutes after local midnight; from 22:00 to 07:00 is (1320, 420)."""

    start: int
    end: int


class Preferences(NamedTuple):
    """The preferences of a user. `settings` contains only topics that differ from their defaults."""

    settings: Mapping[str, Setting]
    timezone: str = "UTC"
    quiet: Quiet | None = None
    digest_hour: int = 8

    def setting(self, topic: str) -> Setting:
        """Returns the user's setting for a topic, or its default."""
        return self.settings.get(topic) or DEFAULTS[topic]


class Address(NamedTuple):
    """Whether mails reach the account's address: `works`, `bounced` or `complained`, and since when (Unix seconds)."""

    state: str = "works"
    since: int | None = None


class Channels(NamedTuple):
    """The channels of one message to one user. With `mail_after` (Unix seconds), its mail waits for the end of quiet
    hours. `digest_at` (Unix seconds) is when the digest that collects it is due.
    """

    in_app: bool = True
    mail: MailChoice = MailChoice.EACH
    push: bool = True
    mail_after: int | None = None
    digest_at: int | None = None


_ALL = Setting(True, MailChoice.EACH, True)
_COLLECTED = Setting(True, MailChoice.DIGEST, False)
_NO_MAIL = Setting(True, MailChoice.OFF, True)

DEFAULTS: Mapping[str, Setting] = {
    NotificationAction.EVENT_ROLE_INVITE: _ALL,
    NotificationAction.SESSION_INVITE: _ALL,
    NotificationAction.SUBMISSION_RECEIVED: _COLLECTED,
    NotificationAction.SESSION_ACCEPTED: _ALL,
    NotificationAction.SESSION_REJECTED: _ALL,
    NotificationAction.SESSION_SCHEDULE_CHANGED: _ALL,
    NotificationAction.ORDER_PAID: _ALL,
    NotificationAction.ORDER_REFUNDED: _ALL,
    NotificationAction.ORDER_EXPIRED: _ALL,
    NotificationAction.TICKETS_OFFERED: _ALL,
    NotificationAction.PAYMENT_DISPUTED: _NO_MAIL,
    NotificationAction.PAYMENT_IN_REVIEW: _NO_MAIL,
    NotificationAction.CALL_FOR_PAPERS_OPEN: _COLLECTED,
    NotificationAction.ANNOUNCEMENT: _ALL,
    ACCOUNT: Setting(False, MailChoice.EACH, False),
}

FIXED: Mapping[str, tuple[str, ...]] = {
    NotificationAction.ORDER_PAID: ("mail",),
    NotificationAction.ORDER_REFUNDED: ("mail",),
    NotificationAction.TICKETS_OFFERED: ("mail",),
    ACCOUNT: ("in_app", "mail", "push"),
}
"""Channels of a topic that nobody can change: without these mails, people could lose money or access."""


def may_be_switched_off(topic: str) -> bool:
    """Returns whether mails of a topic can be switched off, so that they need an unsubscribe link."""
    return topic == DIGEST or (topic in DEFAULTS and "mail" not in FIXED.get(topic, ()))


def _revision() -> str:
    """Returns a hash that also changes with the tables: a stored representation shows every topic, chosen or not."""
    table = json.dumps([REVISION, DEFAULTS, FIXED], sort_keys=True)
    return hashlib.sha256(table.encode()).hexdigest()[:12]


CURRENT = _revision()
"""The revision that must have made a stored representation, so that it can be sent unchanged."""


def read(text: str | None) -> Preferences:
    """Returns the preferences in stored JSON. Ignores topics that no longer exist."""
    if text is None:
        return Preferences({})
    stored = json.loads(text)
    quiet = stored["quiet_hours"]
    return Preferences(
        {name: _setting(name, one) for name, one in stored["actions"].items() if name in DEFAULTS},
        stored["timezone"],
        Quiet(minutes(quiet["from"]), minutes(quiet["to"])) if quiet else None,
        stored["digest_hour"],
    )


def write(preferences: Preferences) -> str:
    """Returns the JSON that `read` takes; it contains only what the user chose."""
    return _json(_fields(preferences, preferences.settings))


def editable(preferences: Preferences) -> dict[str, Any]:
    """Returns all fields that a merge patch may change."""
    return _fields(preferences, {topic: preferences.setting(topic) for topic in DEFAULTS})


def represent(preferences: Preferences, address: Address) -> tuple[str, str]:
    """Returns tag and JSON as their owner reads them."""
    shown = editable(preferences)
    for topic, setting in shown["actions"].items():
        setting["fixed"] = list(FIXED.get(topic, ()))
    since = None
    if address.since is not None:
        from chalicelib.core.times import moment

        since = f"{moment(address.since):%Y-%m-%dT%H:%M:%SZ}"
    body = _json({**shown, "address": {"state": address.state, "since": since}})
    return hashlib.sha256(f"{CURRENT}{body}".encode()).hexdigest()[:32], body


def minutes(clock: str) -> int:
    """Returns the minutes after midnight of `HH:MM`."""
    return int(clock[:2]) * 60 + int(clock[3:])


def _fields(preferences: Preferences, settings: Mapping[str, Setting]) -> dict[str, Any]:
    quiet = preferences.quiet
    return {
        "actions": {str(topic): {**setting._asdict()} for topic, setting in settings.items()},
        "timezone": preferences.timezone,
        "quiet_hours": {"from": _clock(quiet.start), "to": _clock(quiet.end)} if quiet else None,
        "digest_hour": preferences.digest_hour,
    }


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _setting(topic: str, stored: Mapping[str, Any]) -> Setting:
    chosen = Setting(stored["in_app"], MailChoice(stored["mail"]), stored["push"])
    held = {channel: getattr(DEFAULTS[topic], channel) for channel in FIXED.get(topic, ())}
    return chosen._replace(**held)  # a choice from before the channel became fixed


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
