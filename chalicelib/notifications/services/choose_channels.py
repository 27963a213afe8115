"""Chooses the channels of each message by its reader's preferences. Called by services that write notifications, before
the transaction of the fact that they report. Also reads preferences for their owner.

A message uses the preferences of the moment when it is written. mail/services/prepare_mail.py checks them again when a
mail is sent.
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
    """A user with the channels and the language of a message to them."""

    user_id: str
    channels: Channels
    language: str


class ChooseChannels:
    """Reads preferences and turns them into channels."""

    def __init__(self, view: PreferencesView, clock: Clock) -> None:
        self._view = view
        self._clock = clock

    def choose_channels(self, user_ids: Iterable[str], action: NotificationAction) -> dict[str, Channels]:
        """Returns the channels for a message about `action`, by user id. Half a read unit per user. Raises Busy."""
        wanted = list(dict.fromkeys(user_ids))
        now = self._clock.now()
        texts = self._view.load_settings(wanted)
        return {id: channels_of(rules.read(text), action, now) for id, text in zip(wanted, texts, strict=True)}

    def find_addressees(
        self, user_ids: Sequence[str], action: NotificationAction, *, contacts: Contacts
    ) -> list[Addressee]:
        """Returns these users in their order, with channels and language for a message about `action`. Raises Busy."""
        if not user_ids:
            return []
        channels, known = self.choose_channels(user_ids, action), contacts.load_contacts(user_ids)
        languages = {user_id: contact.language for user_id, contact in known.items()}
        return [Addressee(one, channels[one], languages.get(one, DEFAULT)) for one in user_ids]

    def load_preferences(self, user_id: str) -> Preferences:
        """Returns the preferences that the user chose."""
        return rules.read(self._view.load_settings([user_id])[0])

    def read_preferences(self, user_id: str) -> Found:
        """Returns the caller's preferences. To read only the tag costs one GetItem."""
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
    """Returns the channels of a message written now. Mails that cannot be switched off do not wait for the end of quiet
    hours.
    """
    setting = preferences.setting(action)
    if not preferences.settings and preferences.quiet is None and setting.mail is not MailChoice.DIGEST:
        return Channels(*setting)
    from chalicelib.notifications.domain.delivery_time import next_digest, quiet_until  # few users need time zones

    quiet = quiet_until(preferences, now)
    return Channels(
        in_app=setting.in_app,
        mail=setting.mail,
        push=setting.push and quiet is None,
        mail_after=quiet if setting.mail is MailChoice.EACH and may_be_switched_off(action) else None,
        digest_at=next_digest(preferences, now) if setting.mail is MailChoice.DIGEST else None,
    )


def current(stored: StoredPreferences | None) -> tuple[str, str]:
    """Returns tag and JSON of stored preferences, rebuilt when another release made them."""
    if stored is None:
        return rules.represent(Preferences({}), Address())
    if stored.revision == rules.CURRENT:
        return stored.etag, stored.body
    return rules.represent(rules.read(stored.settings), address_of(stored))


def address_of(stored: StoredPreferences | None) -> Address:
    """Returns what is stored about the account's address."""
    if stored is None or stored.address_state is None:
        return Address()
    return Address(stored.address_state, stored.address_since)
