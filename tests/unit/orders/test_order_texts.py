"""What is said of an order: which parts a mail has, to whom it goes, and which amounts and times it names."""

from datetime import UTC, datetime

import pytest

from chalicelib.notifications.domain.notification import Burst, Mail, Notification, NotificationAction
from chalicelib.notifications.services.compose import EventLabel
from chalicelib.orders.services import order_texts
from chalicelib.orders.services.order_texts import Words
from tests.unit.orders.builders import ID, order

EVENT = EventLabel("R&D", "Europe/Zurich")
URL = "https://m.example/there"


def buyer_mail(words: Words, language: str = "en") -> Mail:
    offered = order(expires_at=datetime(2030, 7, 1, 12, tzinfo=UTC))
    return order_texts.order_mail(words, order=offered, event=EVENT, url=URL, key="key", language=language)


def notification(words: Words, action: NotificationAction) -> Notification:
    return order_texts.order_notification(
        words,
        action=action,
        order=order(),
        event=EVENT,
        user_id="ada",
        notification_id="N",
        subject="/there",
        received_at=7200,
    )


def test_write_to_the_buyer_of_paid_tickets_says_that_they_are_attached() -> None:
    mail = buyer_mail(order_texts.PAID)
    assert (mail.key, mail.to, mail.subject) == ("key", "ada@example.org", "Your tickets for R&D")
    assert mail.text.split("\n\n") == [
        "Hello Ada,",
        "Your order for R&D is paid: 50.00 EUR.",
        "Your tickets are attached, a page each. If you change who comes, print them again from your order.",
        f"Order {ID}",
        f"See your tickets: {URL}\n",
    ]


def test_write_to_the_buyer_of_what_has_no_words_of_its_own_takes_the_title_and_the_usual_link() -> None:
    mail = buyer_mail(order_texts.refunded(700))
    assert (mail.subject, mail.text.split("\n\n")[1:]) == (
        "Refunded: R&D",
        ["7.00 EUR of your order for R&D is on its way back to you.", f"Order {ID}", f"See your order: {URL}\n"],
    )


@pytest.mark.parametrize(
    ("language", "until"), [("en", "01 July 2030, 14:00 CEST; pay by"), ("de", "1. Juli 2030, 14:00 CEST")]
)
def test_write_to_the_buyer_of_offered_tickets_names_the_time_at_the_event(language: str, until: str) -> None:
    mail = buyer_mail(order_texts.OFFERED, language)
    assert (until in mail.text, mail.language) == (True, language)


def test_write_to_staff_goes_to_their_account_and_greets_nobody_by_name() -> None:
    mail = order_texts.staff_mail(order_texts.part_lost(700), order=order(), event=EVENT, url=URL, key="key")
    assert (mail.to, mail.subject) == ("", "Part of a dispute lost: R&D")
    assert mail.text.split("\n\n") == [
        "Hello,",
        "A dispute about a part of an order for R&D was lost: 7.00 EUR of 50.00 EUR were charged back. "
        "Its tickets stay valid.",
        f"Order {ID}",
        f"See the order: {URL}\n",
    ]


def test_notify_of_an_order_escapes_the_event_in_its_message_alone() -> None:
    made = notification(order_texts.taken_back(700), NotificationAction.ORDER_REFUNDED)
    assert made.title == "Part of your payment taken back: R&D"
    assert made.message == (
        "<p>Your bank took back 7.00 EUR of your payment for <strong>R&amp;D</strong>. Your tickets stay valid.</p>"
    )
    assert made.group is None


def test_notify_of_what_comes_in_bursts_groups_an_hour_of_the_event() -> None:
    made = notification(order_texts.IN_REVIEW, NotificationAction.PAYMENT_IN_REVIEW)
    assert made.group == Burst("payment_in_review.E.2", "Payments need a look: R&D")
