"""One mail for what was not read: which notifications it lists, where it goes, and when there is none."""

from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.mail.ports import Due
from chalicelib.mail.services.digest import MOST_LISTED, Digest
from chalicelib.notifications.domain.notification import Mail, Notification, NotificationAction
from chalicelib.notifications.domain.preferences import MailChoice, Preferences, Setting
from chalicelib.notifications.ports import Contact

URL = "https://m.example"
ADA = Contact("ada@example.org", True, "en")
DUE = Due(900, "DIGEST", "ada")
RECEIVED = NotificationAction.SUBMISSION_RECEIVED
OPEN = NotificationAction.CALL_FOR_PAPERS_OPEN


def notification(number: int, action: NotificationAction = RECEIVED) -> Notification:
    return Notification(f"N{number}", "ada", action, f"Title {number}", "<p>text</p>", f"/proposals#{number}", 800)


class World:
    """Every port of the service, with this unread."""

    def __init__(
        self,
        *unread: Notification,
        off: NotificationAction | None = None,
        contact: Contact | None = ADA,
        queued_before: bool = False,
    ) -> None:
        self.unread, self.queued_before = list(unread), queued_before
        self.dropped: list[Due] = []
        self.mails: list[Mail] = []
        self.preferences = Preferences({off: Setting(True, MailChoice.OFF, True)} if off else {})
        self.contacts = SimpleNamespace(load_contacts=lambda user_ids: {"ada": contact} if contact else {})

    def queue_digest(self) -> bool:
        world: Any = self
        return Digest(world, world, world, world.contacts, public_url=URL).queue_digest(DUE)

    def list_unread(self, user_id: str, *, digest_at: int) -> list[Notification]:
        assert (user_id, digest_at) == ("ada", 900)
        return self.unread

    def load_preferences(self, user_id: str) -> Preferences:
        return self.preferences

    def put(self, due: Due, mail: Mail) -> bool:
        self.mails.append(mail)
        return not self.queued_before

    def drop(self, due: Due) -> None:
        self.dropped.append(due)


def test_queue_digest_lists_what_was_not_read_in_one_mail() -> None:
    world = World(notification(1), notification(2))
    assert world.queue_digest() is True
    (mail,) = world.mails
    assert (mail.key, mail.to, mail.user_id, mail.action) == ("digest ada 900", "", "ada", "digest")
    assert f"* Title 1\n  {URL}/proposals#1\n* Title 2\n  {URL}/proposals#2\n" in mail.text
    assert world.dropped == []


def test_queue_digest_of_one_notification_has_its_title_as_subject() -> None:
    one, two = World(notification(1)), World(notification(1), notification(2))
    one.queue_digest()
    two.queue_digest()
    assert (one.mails[0].subject, two.mails[0].subject == "Title 1") == ("Title 1", False)


def test_queue_digest_with_nothing_unread_drops_it() -> None:
    world = World()
    assert world.queue_digest() is False
    assert (world.dropped, world.mails) == ([DUE], [])


def test_queue_digest_leaves_out_a_topic_that_was_switched_off_meanwhile() -> None:
    world = World(notification(1, OPEN), notification(2), off=RECEIVED)
    assert world.queue_digest() is True
    assert ("Title 1" in world.mails[0].text, "Title 2" in world.mails[0].text) == (True, False)


def test_queue_digest_of_nothing_but_switched_off_topics_drops_it() -> None:
    world = World(notification(1), off=RECEIVED)
    assert world.queue_digest() is False
    assert (world.dropped, world.mails) == ([DUE], [])


def test_queue_digest_keeps_a_topic_that_was_changed_to_single_mails_meanwhile() -> None:
    world = World(notification(1))
    world.preferences = Preferences({RECEIVED: Setting(True, MailChoice.EACH, True)})
    assert world.queue_digest() is True


def test_queue_digest_that_was_queued_before_says_so_and_drops_nothing() -> None:
    world = World(notification(1), queued_before=True)
    assert world.queue_digest() is False
    assert world.dropped == []


@pytest.mark.parametrize(
    ("contact", "language"), [(Contact("ada@example.org", True, "de"), "de"), (None, "en")], ids=["german", "gone"]
)
def test_queue_digest_is_in_the_language_of_its_reader(contact: Contact | None, language: str) -> None:
    world = World(notification(1), contact=contact)
    world.queue_digest()
    assert world.mails[0].language == language


@pytest.mark.parametrize(("number", "rest"), [(MOST_LISTED, []), (MOST_LISTED + 3, ["and 3 more."])])
def test_queue_digest_of_many_lists_the_oldest_and_counts_the_rest(number: int, rest: list[str]) -> None:
    world = World(*(notification(one) for one in range(number)))
    world.queue_digest()
    lines = world.mails[0].text.splitlines()
    assert [line for line in lines if line.startswith("* ")] == [f"* Title {one}" for one in range(MOST_LISTED)]
    assert [line for line in lines if line.startswith("and ")] == rest
