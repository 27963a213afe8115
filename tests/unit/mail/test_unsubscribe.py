"""A signed link in a mail switches its topic off, for the account and for the address; any other link is refused."""

from typing import Any

import pytest

from chalicelib.core.errors import NotFound
from chalicelib.mail.ports import MailRecipient
from chalicelib.mail.services.unsubscribe import Unsubscribe

ID, OTHER_ID = "ab" * 32, "cd" * 32
TOPIC = "order_expired"
GUEST, BUYER = MailRecipient(None, "hash", TOPIC), MailRecipient("ada", None, TOPIC)
KEY, OLD_KEY, FOREIGN_KEY = b"k" * 32, b"o" * 32, b"f" * 32


class World:
    """Every port of the service: one mail, which went to this recipient."""

    def __init__(self, recipient: MailRecipient | None = GUEST, keys: tuple[bytes, ...] = (KEY, OLD_KEY)) -> None:
        self.recipient = recipient
        self.stopped: list[tuple[str, str]] = []
        self.refused: list[tuple[str, str]] = []
        world: Any = self
        self.service = Unsubscribe(world, lambda: world, lambda: world, lambda: keys)

    def load_recipient(self, mail_id: str) -> MailRecipient | None:
        return self.recipient if mail_id == ID else None

    def stop_mails(self, user_id: str, topic: str) -> None:
        self.stopped.append((user_id, topic))

    def refuse(self, address_hash: str, topic: str) -> None:
        self.refused.append((address_hash, topic))


def token(mail_id: str = ID, key: bytes = KEY) -> str:
    return World(keys=(key,)).service.make_token(mail_id)


@pytest.mark.parametrize(
    ("recipient", "stopped", "refused"),
    [
        (GUEST, [], [("hash", TOPIC)]),
        (BUYER, [("ada", TOPIC)], []),
        (MailRecipient("ada", "hash", TOPIC), [("ada", TOPIC)], [("hash", TOPIC)]),
    ],
    ids=["guest", "account", "both"],
)
def test_unsubscribe_switches_the_topic_off_for_whom_the_mail_went_to(
    recipient: MailRecipient, stopped: list[Any], refused: list[Any]
) -> None:
    world = World(recipient)
    assert world.service.unsubscribe(token()) == TOPIC
    assert (world.stopped, world.refused) == (stopped, refused)


def test_unsubscribe_by_a_link_of_the_old_key_works_as_well() -> None:
    world = World()
    world.service.unsubscribe(token(key=OLD_KEY))
    assert world.refused == [("hash", TOPIC)]


def test_read_topic_changes_nothing() -> None:
    world = World(MailRecipient("ada", "hash", TOPIC))
    assert world.service.read_topic(token()) == TOPIC
    assert (world.stopped, world.refused) == ([], [])


def test_make_token_signs_with_the_newest_key() -> None:
    assert World(keys=(KEY, OLD_KEY)).service.make_token(ID) == token(key=KEY) != token(key=OLD_KEY)


@pytest.mark.parametrize(
    "link",
    [
        token(key=FOREIGN_KEY),
        token(OTHER_ID)[:40] + token()[40:],
        token()[:-4],
        f"{token()[:8]}!{token()[8:]}",
        "",
        "no base64!",
        "ключ",
    ],
    ids=["foreign key", "another mail", "cut off", "stray character", "empty", "no base64", "no ASCII"],
)
def test_unsubscribe_by_a_link_that_we_did_not_sign_is_not_found(link: str) -> None:
    world = World()
    with pytest.raises(NotFound) as refusal:
        world.service.unsubscribe(link)
    assert refusal.value.code == "token_not_valid"
    assert (world.stopped, world.refused) == ([], [])


@pytest.mark.parametrize(
    ("recipient", "mail_id"),
    [(GUEST, OTHER_ID), (None, ID), (MailRecipient("ada", "hash", "order_paid"), ID)],
    ids=["mail that is not there", "forgotten mail", "topic that nobody can refuse"],
)
def test_unsubscribe_from_what_cannot_be_refused_is_not_found(recipient: MailRecipient | None, mail_id: str) -> None:
    world = World(recipient)
    with pytest.raises(NotFound):
        world.service.unsubscribe(token(mail_id))
    with pytest.raises(NotFound):
        world.service.read_topic(token(mail_id))
    assert (world.stopped, world.refused) == ([], [])
