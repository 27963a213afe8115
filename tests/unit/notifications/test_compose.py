"""The words of notifications and mails: user text cannot become markup, a header line or a link."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.accounts.services import account_mails
from chalicelib.core.money import Money
from chalicelib.notifications.domain.notification import Mail, Notification, NotificationAction
from chalicelib.notifications.services import compose
from chalicelib.notifications.services.compose import EventLabel
from chalicelib.orders.domain.order import Buyer, Order, links_of
from chalicelib.orders.domain.order_state import OrderState
from chalicelib.orders.services import order_texts

EVIL = '<img src=x onerror="alert(1)">\r\nBcc: all@example.org'


MOMENT = datetime(2030, 1, 1, tzinfo=UTC)


def order(currency: str = "EUR", buyer_name: str = "Ada", **fields: Any) -> Order:
    return Order(
        id="ORDER",
        event_id="EVENT",
        state=OrderState.PAID,
        lines=[],
        total=Money(amount=2500, currency=currency),
        buyer=Buyer(name=buyer_name, email="ada@example.org"),
        created_at=MOMENT,
        updated_at=MOMENT,
        links=links_of("ORDER"),
        **fields,
    )


def paid(event_name: str) -> Notification:
    return order_texts.order_notification(
        order_texts.PAID,
        action=NotificationAction.ORDER_PAID,
        order=order(),
        event=EventLabel(event_name),
        user_id="USER",
        notification_id="ID",
        subject="/orders/ORDER",
        received_at=7,
    )


def paid_mail(event_name: str, buyer_name: str = "Ada") -> Mail:
    return order_texts.order_mail(
        order_texts.PAID,
        order=order("JPY", buyer_name),
        event=EventLabel(event_name),
        url="https://x.example/orders/ORDER?access=a&b=1",
        key="order_paid ORDER",
    )


def test_order_paid_says_event_and_amount() -> None:
    assert paid("Conf") == Notification(
        id="ID",
        user_id="USER",
        action=NotificationAction.ORDER_PAID,
        title="Paid: Conf",
        message="<p>Your order for <strong>Conf</strong> is paid: 25.00 EUR.</p>",
        subject="/orders/ORDER",
        received_at=7,
    )


@pytest.mark.parametrize(
    ("language", "until"), [("en", "01 December 2026, 03:16 CET"), ("de", "1. Dezember 2026, 03:16 CET")]
)
def test_offer_is_kept_until_a_time_in_the_zone_of_its_event(language: str, until: str) -> None:
    offered = order(expires_at=datetime(2026, 12, 1, 2, 16, tzinfo=UTC))
    event = EventLabel("Conf", "Europe/Berlin")
    mail = order_texts.order_mail(
        order_texts.OFFERED, order=offered, event=event, url="https://x.example/", key="key", language=language
    )
    assert until in mail.text


def test_order_paid_user_markup_is_escaped() -> None:
    message = paid(EVIL).message
    assert re.findall("<[^>]*>", message) == ["<p>", "<strong>", "</strong>", "</p>"]


@pytest.mark.parametrize("name", [EVIL, "a\nb", "a\u2028b", "a\x00b", "a\x85b"])
def test_titles_and_subjects_stay_on_one_line(name: str) -> None:
    assert paid(name).title.isprintable()
    assert paid_mail(name).subject.isprintable()


def test_titles_too_long_are_cut() -> None:
    title = paid("x" * 500).title
    assert (len(title), title[-1]) == (compose.MAX_TITLE, "…")


def test_order_paid_mail_says_amount_and_links_to_the_order() -> None:
    mail = paid_mail("Conf")
    assert mail.key == "order_paid ORDER"
    assert mail.subject == "Your tickets for Conf"
    assert "is paid: 2,500 JPY." in mail.text
    assert "See your tickets: https://x.example/orders/ORDER?access=a&b=1\n" in mail.text
    assert '<a href="https://x.example/orders/ORDER?access=a&amp;b=1">See your tickets</a>' in mail.html


def test_mails_user_markup_is_escaped() -> None:
    mail = paid_mail(EVIL, buyer_name="<b>Ada</b>")
    assert set(re.findall(r"<([^\s>]+)", mail.html)) <= {"p", "a", "/p", "/a"}
    assert "\nBcc:" not in mail.text


@pytest.mark.parametrize("make", [account_mails.compose_verify_mail, account_mails.compose_reset_mail])
def test_account_mails_carry_key_address_and_link(make: Callable[..., Mail]) -> None:
    mail = make(to="ada@example.org", name="Ada", url="https://x.example/verify#secret", key="verify 1")
    assert (mail.key, mail.to) == ("verify 1", "ada@example.org")
    assert mail.text.startswith("Hello Ada,\n\n")
    assert "https://x.example/verify#secret" in mail.text
    assert 'href="https://x.example/verify#secret"' in mail.html


@pytest.mark.parametrize("name", ["evil.example", "http://evil.example/win", "win/now", "www.evil", "x" * 61, "", "\n"])
def test_greeting_name_that_may_become_a_link_is_left_out(name: str) -> None:
    assert compose.greeting(name) == "Hello,"


@pytest.mark.parametrize("name", ["Ada", "Dr. Ada Lovelace", "J. R. R. Tolkien", "Ąžuolas Şahin-O'Neil"])
def test_greeting_ordinary_name_is_used(name: str) -> None:
    assert compose.greeting(name) == f"Hello {name},"
