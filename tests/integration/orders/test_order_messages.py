"""Messages of a sale follow each recipient's preferences, and are written in the transaction of the change."""

from typing import Any

import pytest

from chalicelib.core.principal import Principal
from chalicelib.orders.domain.charge import PaymentStatus
from chalicelib.orders.ports import SaleChange
from tests.harness.shop import BUYER, OWNER, START, Shop, appoint, inbox, items_of, mails
from tests.harness.transactions import sizes_of_transactions

EVENT = "Alpine Python Days"


def choose(shop: Shop, who: Principal, **topics: dict[str, Any]) -> None:
    """Changes a user's preferences."""
    shop.services.notifications.edit_preferences.update_preferences(
        who.user_id, {"actions": topics}, match=frozenset({"*"})
    )


def dues() -> list[str]:
    """Returns the due items: the kind and, for a digest, the time."""
    return sorted(item.sk.split("#")[2] for item in items_of("DueItem", "DUE#"))


def fail_payment(shop: Shop) -> None:
    """Places an order of the buyer whose payment fails."""
    session = shop.checkout(shop.order((shop.ticket(5), 1)))
    shop.payments.set_status(session, PaymentStatus.FAILED)
    shop.hear(session)


def dispute(shop: Shop) -> None:
    """Places a paid order whose payment is disputed."""
    session = shop.checkout(shop.order((shop.ticket(5), 1)))
    charge_id = shop.payments.pay(session)
    shop.hear(session)
    shop.payments.dispute(charge_id, "needs_response")
    for number in range(2):
        shop.hear(charge_id, kind="charge.dispute.created", event_id=f"evt_d{number}")


@pytest.mark.parametrize(
    ("choice", "expected_inbox", "expected_mails", "expected_dues"),
    [
        ({}, 1, 1, ["MAIL"]),
        ({"mail": "off"}, 1, 0, []),
        ({"mail": "digest"}, 1, 0, ["DIGEST"]),
        ({"in_app": False}, 0, 1, ["MAIL"]),
        ({"in_app": False, "mail": "off"}, 0, 0, []),
    ],
)
def test_failed_payment_is_told_as_the_buyer_wants(
    shop: Shop, choice: dict[str, Any], expected_inbox: int, expected_mails: int, expected_dues: list[str]
) -> None:
    choose(shop, BUYER, order_expired=choice)
    fail_payment(shop)
    assert (len(inbox(BUYER)), len(mails()), dues()) == (expected_inbox, expected_mails, expected_dues)


def test_tickets_are_mailed_whatever_else_was_switched_off(shop: Shop) -> None:
    choose(shop, BUYER, order_paid={"in_app": False, "push": False})
    session = shop.checkout(shop.order((shop.ticket(5), 1)))
    shop.payments.pay(session)
    shop.hear(session)
    assert (inbox(BUYER), mails()) == ([], [f"Your tickets for {EVENT}"])


def test_mail_about_a_notification_names_user_topic_and_notification(shop: Shop) -> None:
    fail_payment(shop)
    (mail,) = items_of("MailItem", "MAIL")
    (notification,) = items_of("NotificationItem", "NOTIFICATION#")
    assert (mail.user_id, mail.action, mail.notification_id) == (BUYER.user_id, "order_expired", notification.id)


def test_collected_notification_waits_for_the_readers_own_morning(shop: Shop) -> None:
    shop.services.notifications.edit_preferences.update_preferences(
        BUYER.user_id,
        {"actions": {"order_expired": {"mail": "digest"}}, "timezone": "Asia/Tokyo", "digest_hour": 9},
        match=frozenset({"*"}),
    )
    fail_payment(shop)
    (notification,) = items_of("NotificationItem", "NOTIFICATION#")
    assert notification.digest_at % 86_400 == 0, "09:00 in Tokyo is midnight UTC"
    assert START < notification.digest_at <= START + 86_400 + 120


@pytest.mark.parametrize(("mail", "expected"), [("off", (1, 0)), ("each", (1, 1)), ("digest", (1, 0))])
def test_dispute_is_mailed_to_staff_who_want_it(shop: Shop, mail: str, expected: tuple[int, int]) -> None:
    choose(shop, OWNER, payment_disputed={"mail": mail})
    dispute(shop)
    found = [item for item in items_of("MailItem", "MAIL") if item.user_id == OWNER.user_id]
    assert (len(inbox(OWNER)), len(found)) == expected
    assert all((one.to, one.subject) == ("", f"Disputed: {EVENT}") for one in found)
    assert dues().count("DIGEST") == (mail == "digest")


def test_mail_told_in_quiet_hours_waits_for_their_end_and_tickets_do_not(shop: Shop) -> None:
    quiet = {"quiet_hours": {"from": "17:00", "to": "18:30"}}  # the shop's clock starts at 17:46:40 UTC
    shop.services.notifications.edit_preferences.update_preferences(BUYER.user_id, quiet, match=frozenset({"*"}))
    fail_payment(shop)
    session = shop.checkout(shop.order((shop.ticket(5), 1)))
    shop.payments.pay(session)
    shop.hear(session, event_id="evt_paid")
    waits = {item.action: item.not_before for item in items_of("MailItem", "MAIL")}
    assert waits == {"order_expired": int(START) // 86_400 * 86_400 + 18 * 3600 + 1800, "order_paid": None}


@pytest.mark.parametrize(("mailed", "unmailed"), [(2, 29), (1, 30)])
def test_dispute_is_told_to_as_many_staff_as_its_transaction_holds(shop: Shop, mailed: int, unmailed: int) -> None:
    """The 100 items of a transaction: order, charge, Stripe's event, and 97 items of messages. 2 * 5 + 29 * 3 fits,
    1 * 5 + 31 * 3 does not.
    """
    appoint(shop, 60, topic="payment_disputed", mail="each", choosing=mailed)
    with sizes_of_transactions() as sizes:
        dispute(shop)
    assert max(sizes) == 3 + mailed * 5 + unmailed * 3


def test_items_of_a_change_are_those_that_are_written(shop: Shop) -> None:
    """For an order that is free, held, paid, paid twice, partly refunded, disputed, and ended."""
    from chalicelib.orders.adapters.dynamo import DynamoOrders
    from chalicelib.orders.services.order_messages import items_of_change

    counted: list[int] = []

    class Counting(DynamoOrders):
        def write_order(self, change: SaleChange) -> None:
            counted.append(items_of_change(change))
            super().write_order(change)

    ticket, free = shop.ticket(20_000), shop.ticket(9, amount=0, max_per_buyer=4)
    shop.services.orders.store = Counting()
    with sizes_of_transactions() as sizes:
        shop.order((free, 1))
        shop.order((free, 1))
        failed = shop.checkout(shop.order((ticket, 1)))
        shop.payments.set_status(failed, PaymentStatus.FAILED)
        shop.hear(failed, event_id="evt_failed")
        session = shop.checkout(shop.order((ticket, 100)))
        paid = [shop.payments.pay(session) for _ in range(2)]
        for charge in paid:
            shop.hear(charge, kind="charge.succeeded", event_id=charge)
        shop.payments.refund_in_dashboard(paid[0], 5000)
        shop.hear(paid[0], kind="charge.refunded", event_id="evt_refunded")
        shop.payments.dispute(paid[0], "lost")
        shop.hear(paid[0], kind="charge.dispute.closed", event_id="evt_disputed")
        shop.carry_out_refunds()
    assert (sizes, len(sizes)) == (counted, 13)
