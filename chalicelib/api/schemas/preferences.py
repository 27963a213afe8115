"""Wire structs of preferences as their owner reads them; notifications/domain/preferences.py writes the bytes."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from chalicelib.notifications.domain.preference_form import QuietForm


class TopicRead(Struct, frozen=True, kw_only=True):
    """How one topic is told; the channels in `fixed` cannot be changed."""

    in_app: bool
    mail: Literal["each", "digest", "off"]
    push: bool
    fixed: list[Literal["in_app", "mail", "push"]]


class AddressRead(Struct, frozen=True, kw_only=True):
    """Whether mails reach the account's address; when they came back, since when none is sent."""

    state: Literal["works", "bounced", "complained"]
    since: datetime | None


class PreferencesRead(Struct, frozen=True, kw_only=True):
    """What is told how. Quiet hours and the digest's hour are in `timezone`."""

    actions: dict[str, TopicRead]
    timezone: str
    quiet_hours: QuietForm | None
    digest_hour: int
    address: AddressRead
