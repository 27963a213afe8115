"""How somebody wants to be told: for each topic the inbox, mail and push; quiet hours; the hour of the digest. Pure.

A topic is an action of a notification, or one of the mails that belong to no notification. The table below is the one
home of what holds for those who chose nothing, and of what nobody can switch off. Light: what is told asks this before
each transaction.
"""

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from chalicelib.notifications.domain.notification import NotificationAction

REVISION = 1
"""Revision of the JSON shape; raise it with every change of the shape."""
ACCOUNT, DIGEST = "account", "digest"
"""Topics without notifications: mails about the account itself, and digests."""
WHY_MAILED = "cannot be changed: tickets and what becomes of your money or account are always mailed"


class MailChoice(StrEnum):
    """How mails of a topic come: each at once, collected into one a day, or not at all."""

    EACH = "each"
    DIGEST = "digest"
    OFF = "off"


class Setting(NamedTuple):
    """How one topic is told. Without `in_app` it is not written to the inbox; `push` is to closed tabs and phones."""

    in_app: bool
    mail: MailChoice
    push: bool


class Quiet(NamedTuple):
    """Hours in which nothing rings, in minutes after local midnight; from 22:00 to 07:00 is (1320, 420)."""

    start: int
    end: int


class Preferences(NamedTuple):
    """What somebody chose. `settings` has only topics that differ from their defaults."""

    settings: Mapping[str, Setting]
    timezone: str = "UTC"
    quiet: Quiet | None = None
    digest_hour: int = 8

    def setting(self, topic: str) -> Setting:
        """What holds for a topic."""
        return self.settings.get(topic) or DEFAULTS[topic]


class Address(NamedTuple):
    """Whether mails reach the account's address: `works`, `bounced` or `complained`, and since when (Unix seconds)."""

    state: str = "works"
    since: int | None = None


class Channels(NamedTuple):
    """Where one message to one user goes. `mail_after` (Unix seconds): no mail before, since these are quiet hours;
    `digest_at`: when the digest that collects it is due.
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
"""Which channels of a topic nobody can change: mails without which somebody would lose money or the way in."""


def may_be_switched_off(topic: str) -> bool:
    """Whether mails of a topic are somebody's to refuse, so that they carry a way to do it."""
    return topic == DIGEST or (topic in DEFAULTS and "mail" not in FIXED.get(topic, ()))


def _revision() -> str:
    """Changes with the table too: a stored representation shows every topic, chosen or not."""
    table = json.dumps([REVISION, DEFAULTS, FIXED], sort_keys=True)
    return hashlib.sha256(table.encode()).hexdigest()[:12]


CURRENT = _revision()
"""What a stored representation must have been made by to be sent as it is."""


def read(text: str | None) -> Preferences:
    """The preferences in stored JSON; topics that exist no longer are passed over."""
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
    """The JSON that `read` takes: what was chosen, nothing else."""
    return _json(_fields(preferences, preferences.settings))


def editable(preferences: Preferences) -> dict[str, Any]:
    """Everything that a merge patch may change."""
    return _fields(preferences, {topic: preferences.setting(topic) for topic in DEFAULTS})


def represent(preferences: Preferences, address: Address) -> tuple[str, str]:
    """Tag and JSON as their owner reads them."""
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
    """Minutes after midnight of `HH:MM`."""
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
    return chosen._replace(**held)  # what was chosen before it became fixed


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
