"""Checks what a user sends to change their preferences. Pure. Imports msgspec, so it is never used on the read path."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from chalicelib.core.errors import InvalidInput, Violation
from chalicelib.core.text import matching
from chalicelib.core.timezones import is_zone
from chalicelib.core.validation import validate
from chalicelib.notifications.domain.preferences import (
    DEFAULTS,
    FIXED,
    WHY_MAILED,
    MailChoice,
    Preferences,
    Quiet,
    Setting,
    minutes,
)

Clock = Annotated[
    str, matching(r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z", "must be a time like 22:30", description="local time, HH:MM")
]


class ChannelsForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The channels of one topic."""

    in_app: bool
    mail: Literal["each", "digest", "off"]
    push: bool


class QuietForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Quiet hours in local time. `to` is on the next day when it is before `from`."""

    from_: Clock = field(name="from")
    to: Clock


class PreferencesForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The preferences that a user may change. A topic set to null returns to its default."""

    actions: dict[str, ChannelsForm] = {}
    timezone: Annotated[str, Meta(max_length=64, description="IANA name")] = "UTC"
    quiet_hours: QuietForm | None = None
    digest_hour: Annotated[int, Meta(ge=0, le=23)] = 8


class _Frame(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The form without its topics. Each topic is checked separately, so that JSON pointers name it."""

    actions: dict[str, Any] = {}
    timezone: Annotated[str, Meta(max_length=64)] = "UTC"
    quiet_hours: QuietForm | None = None
    digest_hour: Annotated[int, Meta(ge=0, le=23)] = 8

    def violations(self) -> list[Violation]:
        """Returns violations of rules that no type can express."""
        found = []
        if not is_zone(self.timezone):
            found.append(Violation("/timezone", "is not an IANA time zone"))
        if self.quiet_hours and self.quiet_hours.from_ == self.quiet_hours.to:
            found.append(Violation("/quiet_hours/to", "must not be when they begin"))
        return found


def chosen(merged: Mapping[str, Any]) -> Preferences:
    """Returns the preferences in a merged patch. Raises InvalidInput with all violations."""
    settings: dict[str, Setting] = {}
    violations: list[Violation] = []
    topics = merged.get("actions", {})
    for topic, value in topics.items() if isinstance(topics, dict) else ():
        _take(topic, value, settings, violations)
    try:
        frame = validate(dict(merged), _Frame)
    except InvalidInput as problem:
        raise InvalidInput([*problem.violations, *violations], code=problem.code) from None
    if violations:
        raise InvalidInput(violations)
    quiet = frame.quiet_hours
    return Preferences(
        {topic: setting for topic, setting in settings.items() if setting != DEFAULTS[topic]},
        frame.timezone,
        Quiet(minutes(quiet.from_), minutes(quiet.to)) if quiet else None,
        frame.digest_hour,
    )


def _take(topic: str, value: object, settings: dict[str, Setting], violations: list[Violation]) -> None:
    pointer = "/actions/" + topic.replace("~", "~0").replace("/", "~1")
    if topic not in DEFAULTS:
        violations.append(Violation(pointer, "is not an action we know"))
        return
    try:
        form = validate(value, ChannelsForm)
    except InvalidInput as problem:
        violations += [Violation(pointer + one.pointer, one.detail) for one in problem.violations]
        return
    setting = Setting(form.in_app, MailChoice(form.mail), form.push)
    default = DEFAULTS[topic]
    fixed = FIXED.get(topic, ())
    violations += [Violation(f"{pointer}/{n}", WHY_MAILED) for n in fixed if getattr(setting, n) != getattr(default, n)]
    if setting.mail is MailChoice.DIGEST and not setting.in_app:
        violations.append(Violation(f"{pointer}/mail", "collects from the inbox: keep in_app, or choose each or off"))
    settings[topic] = setting
