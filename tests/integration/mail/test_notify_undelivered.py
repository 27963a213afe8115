"""Tickets whose mail did not arrive: the order's page says so, and staff are notified once."""

import json
from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.core.changes import Change, ChangeKind
from chalicelib.mail.adapters.ses import message_of
from chalicelib.mail.ports import Claimed, paid_mail_key
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.triggers import mail_events
from local.dynamodb.database_server import DatabaseEndpoint
from local.events.mail_events import ses_event, sns_event
from local.mail.mailbox import Mailbox
from tests.harness.shop import BUYER, OWNER, Shop, appoint, inbox
from tests.harness.transactions import sizes_of_transactions

LOST = "Tickets did not arrive: Alpine Python Days"


@pytest.fixture
def shop(database: DatabaseEndpoint) -> Shop:
    return Shop()


@pytest.fixture
def order(shop: Shop) -> OrderRecord:
    """A free order, whose mail with the tickets is queued."""
    return shop.record(shop.order((shop.ticket(5, amount=0), 1)))


def mail_item(order: OrderRecord) -> Any:
    from chalicelib.aws import dynamo_keys as keys
    from chalicelib.notifications.adapters import keys as notification_keys
    from chalicelib.notifications.adapters.items import MailItem

    return MailItem.get(*notification_keys.mail(keys.digest(paid_mail_key(order.id))), consistent_read=True)


def settled(shop: Shop, order: OrderRecord, state: str) -> None:
    """Sets the mail's final state and delivers its stream record."""
    before = mail_item(order)
    before.update([type(before).state.set(state)])
    image = {"state": state, "tickets_of": order.id, "id": before.id, "sk": "MAIL"}
    shop.services.orders.notify_undelivered.on_changes(
        [Change(ChangeKind.CHANGED, "MAIL", before.pk, {**image, "state": "queued"}, image)]
    )


def read(shop: Shop, order: OrderRecord, caller: Any = BUYER) -> tuple[str, dict[str, Any]]:
    found = shop.services.orders.read_order.read_order(order.id, principal=caller, access=None)
    etag, body = found.load()
    assert etag == found.tag
    return etag, json.loads(body)


@pytest.mark.parametrize("state", ["returned", "suppressed", "refused"])
def test_tickets_that_did_not_arrive_are_told_on_the_order_and_to_staff_once(
    shop: Shop, order: OrderRecord, state: str
) -> None:
    etag, before = read(shop, order)
    assert "mail_undelivered" not in before
    for _ in range(2):
        settled(shop, order, state)
    assert inbox(OWNER).count(LOST) == 1
    assert LOST not in inbox(BUYER)
    after, told = read(shop, order)
    assert (told["mail_undelivered"], after != etag) == (True, True)
    staff, seen = read(shop, order, OWNER)
    assert (seen["mail_undelivered"], staff != after) == (True, True)


@pytest.mark.parametrize(("mailed", "unmailed"), [(3, 28), (2, 29)])
def test_tickets_that_did_not_arrive_are_told_to_as_many_staff_as_a_transaction_holds(
    shop: Shop, order: OrderRecord, mailed: int, unmailed: int
) -> None:
    """The 100 items of a transaction: the mail, and 99 items of messages. 3 * 5 + 28 * 3 fits, 2 * 5 + 30 *
    3 does not.
    """
    appoint(shop, 60, topic="payment_in_review", mail="each", choosing=mailed)
    with sizes_of_transactions() as sizes:
        settled(shop, order, "returned")
    assert sizes == [1 + mailed * 5 + unmailed * 3]


@pytest.mark.parametrize("state", ["sent", "unsubscribed", "queued"])
def test_tickets_that_may_have_arrived_are_no_news(shop: Shop, order: OrderRecord, state: str) -> None:
    settled(shop, order, state)
    assert LOST not in inbox(OWNER)
    assert "mail_undelivered" not in read(shop, order)[1]


@pytest.mark.parametrize(("kind", "state"), [("bounce", "returned"), ("full", "sent"), ("complaint", "sent")])
def test_bounce_that_names_an_order_marks_the_mail_with_its_tickets(
    shop: Shop, order: OrderRecord, kind: str, state: str
) -> None:
    from datetime import UTC, datetime

    mail_item(order).update([type(mail_item(order)).state.set("sent")])
    mail = Claimed("ada@example.org", "s", "t", "h", tickets_of=order.id)
    mailbox = Mailbox()
    assert mailbox.send(json.dumps(message_of(mail, sender="tickets@marquee.example")).encode()).status_code == 200
    event = ses_event(mailbox.all()[0], kind, datetime.now(UTC))
    mail_events.hear(sns_event("arn:aws:sns:us-east-1:000000000000:t", json.dumps(event), datetime.now(UTC)))
    assert mail_item(order).state == state


def test_bounce_of_an_order_that_is_unknown_changes_nothing(shop: Shop) -> None:
    bootstrap.services().mail.undelivered.mark_returned(paid_mail_key("01ARZ3NDEKTSV4RRFFQ69G5FAV"))
