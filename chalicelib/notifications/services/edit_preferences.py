"""Writes preferences: for their owner, for a link in a mail, and when mails to the address come back.

Every write is one item, conditional on the tag that was read, so concurrent writes are not lost. The owner's edit needs
If-Match; the other writes are repeated until they succeed.
"""

from collections.abc import Callable
from typing import NamedTuple

from chalicelib.core.errors import PreconditionFailed
from chalicelib.core.preconditions import Match, Overtaken, require_match, until_settled
from chalicelib.core.validation import merge
from chalicelib.notifications.domain import preferences as rules
from chalicelib.notifications.domain.preference_form import chosen
from chalicelib.notifications.domain.preferences import DIGEST, Address, MailChoice, Preferences, may_be_switched_off
from chalicelib.notifications.ports import PreferencesStore, PreferencesView, StoredPreferences
from chalicelib.notifications.services.choose_channels import address_of, current

TRIES = 8


class _State(NamedTuple):
    """What was read: the preferences, what is known about the address, and the stored tag (None: nothing is stored)."""

    preferences: Preferences
    address: Address
    stored_tag: str | None
    tag: str
    body: str


class EditPreferences:
    def __init__(self, view: PreferencesView, store: PreferencesStore) -> None:
        self._view = view
        self._store = store

    def update_preferences(self, user_id: str, patch: object, *, match: Match) -> tuple[str, str]:
        """Applies the owner's merge patch and returns tag and JSON. Raises PreconditionRequired, PreconditionFailed and
        InvalidInput.
        """
        state = self._read(user_id)
        require_match(match, etag=state.tag, body=state.body)
        wanted = chosen(merge(rules.editable(state.preferences), patch))
        made = self._write(user_id, state, wanted, state.address)
        if made is None:
            now = self._read(user_id)
            raise PreconditionFailed(etag=now.tag, body=now.body)
        return made

    def stop_mails(self, user_id: str, topic: str) -> None:
        """Switches the mails about a topic off. For digests, those of all topics that are collected. Raises Busy."""
        self._until_it_fits(user_id, lambda state: (_without(state.preferences, topic), state.address))

    def mark_address(self, user_id: str, address: Address) -> None:
        """Stores whether mails to the owner's address arrive. Raises Busy."""
        self._until_it_fits(user_id, lambda state: (state.preferences, address))

    def _until_it_fits(self, user_id: str, change: Callable[[_State], tuple[Preferences, Address]]) -> None:
        def attempt() -> None:
            state = self._read(user_id)
            wanted = change(state)
            if wanted != (state.preferences, state.address) and not self._write(user_id, state, *wanted):
                raise Overtaken

        until_settled(attempt, tries=TRIES)

    def _read(self, user_id: str) -> _State:
        stored = self._view.load_stored(user_id)
        tag, body = current(stored)
        preferences = rules.read(stored.settings if stored else None)
        return _State(preferences, address_of(stored), stored.etag if stored else None, tag, body)

    def _write(self, user_id: str, state: _State, preferences: Preferences, address: Address) -> tuple[str, str] | None:
        """Writes and returns tag and JSON; None when another write was faster."""
        tag, body = rules.represent(preferences, address)
        works = address == Address()
        fresh = StoredPreferences(
            etag=tag,
            body=body,
            revision=rules.CURRENT,
            settings=rules.write(preferences),
            address_state=None if works else address.state,
            address_since=None if works else address.since,
        )
        written = self._store.replace(user_id, fresh, expected_tag=state.stored_tag)
        return (tag, body) if written else None


def _without(preferences: Preferences, topic: str) -> Preferences:
    """Returns the preferences with the mails of a topic switched off."""
    topics = [topic] if topic != DIGEST else list(rules.DEFAULTS)
    settings = dict(preferences.settings)
    for one in topics:
        setting = preferences.setting(one)
        collected = topic != DIGEST or setting.mail is MailChoice.DIGEST
        if collected and may_be_switched_off(one):
            settings[one] = setting._replace(mail=MailChoice.OFF)
    return preferences._replace(settings={t: s for t, s in settings.items() if s != rules.DEFAULTS[t]})
