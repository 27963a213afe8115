"""Where a message goes, as its reader chose it, and what of preferences is made anew."""

from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.notifications.domain import preferences as rules
from chalicelib.notifications.domain.notification import NotificationAction
from chalicelib.notifications.domain.preferences import Address, Channels, MailChoice, Preferences, Quiet, Setting
from chalicelib.notifications.ports import Contact, StoredPreferences
from chalicelib.notifications.services.choose_channels import (
    Addressee,
    ChooseChannels,
    address_of,
    channels_of,
    current,
)
from tests.unit.orders.builders import clock_at

MIDNIGHT = 1_800_057_600
"""A midnight in UTC."""
NOW = MIDNIGHT + 23 * 3600
PAID, EXPIRED = NotificationAction.ORDER_PAID, NotificationAction.ORDER_EXPIRED
RECEIVED = NotificationAction.SUBMISSION_RECEIVED
OFF = Setting(False, MailChoice.OFF, False)
AT_NIGHT = Quiet(22 * 60, 7 * 60)
MORNING = MIDNIGHT + 31 * 3600


class View:
    """Port `PreferencesView`: what people chose, and how one of them is stored."""

    def __init__(self, settings: dict[str, Preferences] | None = None, stored: StoredPreferences | None = None) -> None:
        self.settings, self.stored = settings or {}, stored
        self.asked: list[Any] = []

    def load_version(self, user_id: str) -> tuple[str, str] | None:
        return None if self.stored is None else (self.stored.etag, self.stored.revision)

    def load_stored(self, user_id: str) -> StoredPreferences | None:
        self.asked.append(user_id)
        return self.stored

    def load_settings(self, user_ids: Sequence[str]) -> list[str | None]:
        self.asked.append(list(user_ids))
        return [rules.write(self.settings[one]) if one in self.settings else None for one in user_ids]


def service(view: View) -> ChooseChannels:
    return ChooseChannels(view, clock_at(NOW))


def stored(revision: str = rules.CURRENT, **changes: Any) -> StoredPreferences:
    settings = rules.write(Preferences({EXPIRED: OFF}))
    made = StoredPreferences("kept tag", "kept body", revision, settings, "bounced", 500)
    return made._replace(**changes)


def test_choose_for_several_asks_once_for_each() -> None:
    view = View({"ada": Preferences({EXPIRED: OFF})})
    found = service(view).choose_channels(["ada", "bob", "ada"], EXPIRED)
    assert found == {"ada": Channels(*OFF), "bob": Channels()}
    assert view.asked == [["ada", "bob"]]


@pytest.mark.parametrize(
    ("preferences", "action", "channels"),
    [
        (Preferences({}), EXPIRED, Channels()),
        (Preferences({EXPIRED: OFF}), EXPIRED, Channels(False, MailChoice.OFF, False)),
        (Preferences({}, quiet=AT_NIGHT), EXPIRED, Channels(push=False, mail_after=MORNING)),
        (Preferences({}, quiet=AT_NIGHT), PAID, Channels(push=False)),
        (Preferences({}, quiet=Quiet(60, 120)), EXPIRED, Channels()),
        (Preferences({EXPIRED: OFF}, quiet=AT_NIGHT), EXPIRED, Channels(False, MailChoice.OFF, False)),
        (
            Preferences({}, quiet=AT_NIGHT, digest_hour=9),
            RECEIVED,
            Channels(True, MailChoice.DIGEST, False, digest_at=MIDNIGHT + 33 * 3600),
        ),
        (Preferences({}), RECEIVED, Channels(True, MailChoice.DIGEST, False, digest_at=MIDNIGHT + 32 * 3600)),
    ],
    ids=["default", "off", "at night", "always mailed", "other hours", "off at night", "digest", "default digest"],
)
def test_choose_by_setting_and_hour_of_the_day(
    preferences: Preferences, action: NotificationAction, channels: Channels
) -> None:
    assert channels_of(preferences, action, NOW) == channels


def test_find_addressees_gives_each_their_language_in_order() -> None:
    def load_contacts(user_ids: Iterable[str]) -> dict[str, Contact]:
        return {one: Contact(f"{one}@example.org", True, "de") for one in user_ids if one != "gone"}

    known: Any = SimpleNamespace(load_contacts=load_contacts)
    found = service(View({"ada": Preferences({EXPIRED: OFF})})).find_addressees(
        ["gone", "ada"], EXPIRED, contacts=known
    )
    assert found == [Addressee("gone", Channels(), "en"), Addressee("ada", Channels(*OFF), "de")]


def test_find_no_addressees_asks_for_nothing() -> None:
    view: Any = View()
    assert service(view).find_addressees([], EXPIRED, contacts=view) == []
    assert view.asked == []


def test_load_preferences_is_what_somebody_chose_or_nothing() -> None:
    view = View({"ada": Preferences({EXPIRED: OFF}, quiet=AT_NIGHT)})
    assert service(view).load_preferences("ada") == Preferences({EXPIRED: OFF}, quiet=AT_NIGHT)
    assert service(view).load_preferences("bob") == Preferences({})


def test_read_preferences_knows_their_tag_before_it_reads_them() -> None:
    view = View(stored=stored())
    found = service(view).read_preferences("ada")
    assert (found.tag, view.asked) == ("kept tag", [])
    assert (found.load(), view.asked) == (("kept tag", "kept body"), ["ada"])


def test_read_preferences_of_whoever_never_chose_are_the_defaults() -> None:
    view = View()
    found = service(view).read_preferences("ada")
    assert (found.load(), view.asked) == (rules.represent(Preferences({}), Address()), [])


def test_read_preferences_of_another_release_are_made_anew() -> None:
    found = service(View(stored=stored("old"))).read_preferences("ada")
    made = rules.represent(Preferences({EXPIRED: OFF}), Address("bounced", 500))
    assert (found.tag, found.load()) == (made[0], made)


def test_represent_what_is_gone_meanwhile_is_the_defaults() -> None:
    assert current(None) == rules.represent(Preferences({}), Address())


@pytest.mark.parametrize(
    ("kept", "address"),
    [
        (None, Address()),
        (stored(address_state=None, address_since=None), Address()),
        (stored(), Address("bounced", 500)),
    ],
)
def test_read_address_works_unless_mails_came_back(kept: StoredPreferences | None, address: Address) -> None:
    assert address_of(kept) == address
