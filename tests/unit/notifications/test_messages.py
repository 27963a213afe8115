"""Whether a person gets a notification, its mail or both, and how many of them fit in a transaction."""

from functools import reduce

import pytest

from chalicelib.notifications.domain.notification import Mail, Notification, NotificationAction
from chalicelib.notifications.domain.preferences import Channels, MailChoice
from chalicelib.notifications.services.compose import NO_ACCOUNT, Messages, compose, fit, items_of

NOTIFICATION = Notification(
    id="ID",
    user_id="USER",
    action=NotificationAction.ANNOUNCEMENT,
    title="News",
    message="<p>News</p>",
    subject="/events",
    received_at=7,
)
MAIL = Mail(key="news 1", to="", subject="News", text="News", html="<p>News</p>")


def test_compose_wanted_everywhere_gives_both_and_the_mail_names_the_notification() -> None:
    mail = MAIL._replace(user_id="USER", action="announcement", notification_id="ID", not_before=9)
    assert compose(Channels(mail_after=9), NOTIFICATION, MAIL) == ((NOTIFICATION,), (mail,))


def test_compose_collected_gives_no_mail_and_the_notification_names_its_digest() -> None:
    channels = Channels(mail=MailChoice.DIGEST, digest_at=99)
    assert compose(channels, NOTIFICATION, MAIL) == ((NOTIFICATION._replace(digest_at=99),), ())


def test_compose_unwanted_in_the_inbox_gives_the_mail_alone() -> None:
    assert compose(Channels(in_app=False), NOTIFICATION, MAIL) == (
        (),
        (MAIL._replace(user_id="USER", action="announcement"),),
    )


def test_compose_without_account_gives_a_mail_to_the_address() -> None:
    mail = MAIL._replace(to="ada@example.org")
    made = compose(NO_ACCOUNT, NOTIFICATION._replace(user_id=""), mail)
    assert made == ((), (mail._replace(action="announcement"),))


def test_compose_where_nothing_is_said_by_mail_gives_the_notification_alone() -> None:
    assert compose(Channels(), NOTIFICATION, None) == ((NOTIFICATION,), ())


def to(user_id: str, channels: Channels | None = None) -> Messages:
    return compose(channels or Channels(), NOTIFICATION._replace(user_id=user_id), MAIL)


BOTH = to("ADA")
COLLECTED = to("EVE", Channels(mail=MailChoice.DIGEST, digest_at=99))


@pytest.mark.parametrize(
    ("messages", "items"),
    [(Messages(), 0), (BOTH, 5), (COLLECTED, 4), (BOTH.plus(COLLECTED), 9), (BOTH.plus(BOTH), 9)],
)
def test_items_of_counts_what_the_store_writes(messages: Messages, items: int) -> None:
    assert items_of(messages) == items


@pytest.mark.parametrize(("room", "people"), [(-1, 0), (4, 0), (5, 1), (9, 1), (10, 2), (99, 3)])
def test_fit_keeps_the_first_people_that_there_is_room_for(room: int, people: int) -> None:
    everybody = [BOTH, to("BEA"), to("CLEO")]
    fitting = reduce(Messages.plus, everybody[:people], Messages())
    assert fit(everybody, room=room) == fitting


def test_fit_leaves_out_everybody_behind_the_first_that_does_not_fit() -> None:
    assert fit([BOTH, to("BEA"), COLLECTED], room=9) == BOTH


@pytest.mark.parametrize(("user_id", "room", "fits"), [("ADA", 9, True), ("ADA", 8, False), ("BEA", 9, False)])
def test_fit_counts_what_readers_share_with_the_messages_beside(user_id: str, room: int, fits: bool) -> None:
    assert fit([to(user_id)], room=room, beside=BOTH) == (to(user_id) if fits else Messages())
