"""Wire structs of preferences as their owner reads them; notifications/domain/preferences.py writes the bytes."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from chalicelib.notifications.domain.preference_form import QuietForm


class TopicRead(Struct, frozen=True, kw_only=True):
    """The channels of one topic; those in `fixed` cannot be changed."""

    in_app: bool
    mail: Literal["each", "digest", "off"]
    push: bool
    fixed: list[Literal["in_app", "mail", "push"]]


class AddressRead(Struct, frozen=True, kw_only=True):
    """Whether mails reach the account's address. After a bounce or complaint, none is sent from `since` on."""

    state: Literal["works", "bounced", "complained"]
    since: datetime | None


class PreferencesRead(Struct, frozen=True, kw_only=True):
    """Which notifications use which channels. Quiet hours and the digest's hour are in `timezone`."""

    actions: dict[str, TopicRead]
    timezone: str
    quiet_hours: QuietForm | None
    digest_hour: int
    address: AddressRead
