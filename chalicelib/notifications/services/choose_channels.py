"""Where each message goes, as its reader wants it. Asked by whoever writes notifications, before the
transaction of the fact they tell; also reads preferences for their owner.

A message that is told goes by what was chosen at that moment; mail/services/prepare_mail.py asks once more when a mail
leaves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from chalicelib.notifications.domain import preferences as rules
from chalicelib.notifications.domain.preferences import Address, Channels, MailChoice, Preferences, may_be_switched_off
from chalicelib.representations.read import Found
from chalicelib.texts import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chalicelib.core.ports import Clock
    from chalicelib.notifications.domain.notification import NotificationAction
    from chalicelib.notifications.ports import Contacts, PreferencesView, StoredPreferences


class Addressee(NamedTuple):
    """Somebody with an account, where a message to them goes, and in which language."""

    user_id: str
    channels: Channels
    language: str


class ChooseChannels:
    """Knows how people want to be told."""

    def __init__(self, view: PreferencesView, clock: Clock) -> None:
        self._view = view
        self._clock = clock

    def choose_channels(self, user_ids: Iterable[str], action: NotificationAction) -> dict[str, Channels]:
        """Where a message about this goes, for each user: half a read unit a person. Raises Busy."""
        wanted = list(dict.fromkeys(user_ids))
        now = self._clock.now()
        texts = self._view.load_settings(wanted)
        return {id: channels_of(rules.read(text), action, now) for id, text in zip(wanted, texts, strict=True)}

    def find_addressees(
        self, user_ids: Sequence[str], action: NotificationAction, *, contacts: Contacts
    ) -> list[Addressee]:
        """These users as a message about this finds them, in their order. Raises Busy."""
        if not user_ids:
            return []
        channels, known = self.choose_channels(user_ids, action), contacts.load_contacts(user_ids)
        languages = {user_id: contact.language for user_id, contact in known.items()}
        return [Addressee(one, channels[one], languages.get(one, DEFAULT)) for one in user_ids]

    def load_preferences(self, user_id: str) -> Preferences:
        """What somebody chose."""
        return rules.read(self._view.load_settings([user_id])[0])

    def read_preferences(self, user_id: str) -> Found:
        """Somebody's preferences for themselves. Knowing the tag costs one read of one item."""
        version = self._view.load_version(user_id)
        if version is None:
            return Found.made(*rules.represent(Preferences({}), Address()))
        tag, revision = version
        if revision != rules.CURRENT:
            return Found.made(*self._current(user_id))
        return Found(tag, lambda: self._current(user_id))

    def _current(self, user_id: str) -> tuple[str, str]:
        stored = self._view.load_stored(user_id)
        return current(stored)


def channels_of(preferences: Preferences, action: NotificationAction, now: float) -> Channels:
    """Where a message told now goes. Mails that nobody can refuse are not held back by quiet hours either."""
    setting = preferences.setting(action)
    if not preferences.settings and preferences.quiet is None and setting.mail is not MailChoice.DIGEST:
        return Channels(*setting)
    from chalicelib.notifications.domain.delivery_time import next_digest, quiet_until  # few people need a calendar

    quiet = quiet_until(preferences, now)
    return Channels(
        in_app=setting.in_app,
        mail=setting.mail,
        push=setting.push and quiet is None,
        mail_after=quiet if setting.mail is MailChoice.EACH and may_be_switched_off(action) else None,
        digest_at=next_digest(preferences, now) if setting.mail is MailChoice.DIGEST else None,
    )


def current(stored: StoredPreferences | None) -> tuple[str, str]:
    """Tag and JSON of stored preferences, made anew when another release made them."""
    if stored is None:
        return rules.represent(Preferences({}), Address())
    if stored.revision == rules.CURRENT:
        return stored.etag, stored.body
    return rules.represent(rules.read(stored.settings), address_of(stored))


def address_of(stored: StoredPreferences | None) -> Address:
    """What is known of the account's address."""
    if stored is None or stored.address_state is None:
        return Address()
    return Address(stored.address_state, stored.address_since)
