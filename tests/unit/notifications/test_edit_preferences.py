"""A change that loses a race is repeated with the newly stored preferences, a limited number of times."""

import pytest

from chalicelib.core.errors import Busy
from chalicelib.notifications.domain import preferences as rules
from chalicelib.notifications.domain.preferences import MailChoice
from chalicelib.notifications.ports import StoredPreferences
from chalicelib.notifications.services.edit_preferences import TRIES, EditPreferences


class Preferences:
    """The ports `PreferencesView` and `PreferencesStore`, where another change comes first a given number of times."""

    def __init__(self, overtaken: int) -> None:
        self.looks = 0
        self.kept: StoredPreferences | None = None
        self._overtaken = overtaken

    def load_version(self, user_id: str) -> tuple[str, str] | None:
        return None

    def load_settings(self, user_ids: object) -> list[str | None]:
        return []

    def load_stored(self, user_id: str) -> StoredPreferences | None:
        self.looks += 1
        return None

    def replace(self, user_id: str, fresh: StoredPreferences, *, expected_tag: str | None) -> bool:
        if self.looks <= self._overtaken:
            return False
        self.kept = fresh
        return True


@pytest.mark.parametrize("overtaken", [0, 1, TRIES - 1])
def test_stop_mails_that_is_overtaken_looks_again(overtaken: int) -> None:
    stored = Preferences(overtaken)
    EditPreferences(stored, stored).stop_mails("ada", "order_expired")
    assert stored.looks == overtaken + 1
    assert stored.kept is not None
    assert rules.read(stored.kept.settings).setting("order_expired").mail is MailChoice.OFF


def test_stop_mails_that_is_overtaken_too_often_is_busy() -> None:
    stored = Preferences(TRIES)
    with pytest.raises(Busy):
        EditPreferences(stored, stored).stop_mails("ada", "order_expired")
    assert (stored.looks, stored.kept) == (TRIES, None)
