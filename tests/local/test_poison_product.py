"""Poison records in the product's own stream handlers: a bug that affects one order, and items of another release."""

import re
from typing import Any

import pytest

from local.dynamodb.database import Database
from local.events.failures import FailureFile
from local.gateway.handlers import StreamSource, stream_sources
from tests.conftest import new_container
from tests.harness.environment import PREFIX
from tests.harness.shop import Shop, Stock, items_of, stock_of
from tests.local.conftest import call
from tests.local.test_poison import Ledger, answering_in_part, drain

INBOX_BATCH = 25


@pytest.fixture
def product(chalice_app: Any) -> dict[str, StreamSource]:
    """The product's stream handlers by name, wired as in the runner."""
    import app

    return {source.handler.name: source for source in stream_sources(chalice_app, app)}


class Faulty:
    """The port `Payments` with a bug that affects only some objects."""

    def __init__(self, payments: Any) -> None:
        self._payments = payments
        self.stumbles_over: set[str] = set()

    def read_payment(self, object_id: str, *, account: str | None = None) -> Any:
        if object_id in self.stumbles_over:
            raise TypeError("a shape nobody thought of")
        return self._payments.read_payment(object_id, account=account)


@pytest.fixture
def tables(database_endpoint: Any) -> Database:
    """The product's tables, emptied, and new services."""
    database: Database = database_endpoint.database
    database.reset()
    new_container()
    return database


@pytest.fixture
def shop(tables: Database) -> Shop:
    """The same shop as in tests/integration."""
    return Shop()


def effects() -> dict[str, int]:
    """Counts the effects of paid orders."""
    return {
        "charges": len(items_of("ChargeItem", "CHARGE#")),
        "notifications": len(items_of("NotificationItem", "NOTIFICATION#")),
        "mails": len(items_of("MailItem", "MAIL")),
        "unread": sum(int(item.unread) for item in items_of("UnreadCounterItem", "COUNTER")),
    }


def tell(shop: Shop, session: str, event_id: str) -> None:
    """Stores an event as the webhook does."""
    from chalicelib.payments.inbox_port import StripeEvent

    event = StripeEvent(event_id, "checkout.session.completed", session, False, False)
    assert shop.services.payments.inbox.put(event, payload="{}", received_at=1, expires_at=2**31)


def slow_between(index: int) -> Any:
    """Returns a parameter: the first, middle and last index always run, the others are marked slow."""
    return index if index in (0, 12, 24) else pytest.param(index, marks=pytest.mark.slow)


@pytest.mark.parametrize("index", [slow_between(index) for index in range(INBOX_BATCH)])
def test_inbox_poison_anywhere_the_other_orders_are_paid_once(
    shop: Shop, product: dict[str, StreamSource], tables: Database, index: int
) -> None:
    ticket = shop.ticket(30)
    orders = [shop.order((ticket, 1)) for _ in range(INBOX_BATCH)]
    sessions = [shop.checkout(order) for order in orders]
    for number, session in enumerate(sessions):
        shop.payments.pay(session)
        tell(shop, session, f"evt_{number}")
    faulty = Faulty(shop.payments)
    faulty.stumbles_over = {sessions[index]}
    shop.services.payments.stripe = faulty
    failures = FailureFile(None)
    drain(tables, product["on_stripe_inbox"], failures)
    others = INBOX_BATCH - 1
    assert effects() == dict.fromkeys(("charges", "notifications", "mails", "unread"), others)
    assert stock_of(ticket) == Stock(left=5, held=1, sold=others, capacity=30)
    (entry,) = failures.entries
    assert entry["record"]["dynamodb"]["NewImage"]["object_id"] == {"S": sessions[index]}
    assert re.fullmatch(
        r"reported by the handler: TypeError at test_poison_product\.py:\d+ read_payment", entry["reason"]
    )

    faulty.stumbles_over.clear()
    assert [one.succeeded for one in failures.replay()] == [True]
    assert failures.replay() == []
    assert effects() == dict.fromkeys(("charges", "notifications", "mails", "unread"), INBOX_BATCH)
    assert stock_of(ticket) == Stock(left=5, held=0, sold=INBOX_BATCH, capacity=30)


def test_mail_poison_is_set_apart_and_the_others_are_sent_once(
    tables: Database, product: dict[str, StreamSource]
) -> None:
    from chalicelib import bootstrap
    from chalicelib.mail.adapters.mails import DynamoMails
    from chalicelib.mail.services.send_mail import SendMail
    from chalicelib.notifications.domain.notification import Mail
    from tests.integration.mail_steps import queue

    sent: list[str] = []

    class Stumbling:
        def send(self, mail: Any) -> None:
            if mail.to == "robin3@example.org":
                raise TypeError("a shape nobody thought of")
            sent.append(mail.to)

    services = bootstrap.services()
    waits: Any = {"pace": lambda: True, "sleep": lambda seconds: None}
    mailing = SendMail(DynamoMails(), Stumbling(), services.clock, services.mail.prepare_mail, **waits)
    services.mail.send_mail = mailing
    for number in range(8):
        queue(Mail(f"mail {number}", f"robin{number}@example.org", "News", "News", "<p>News</p>"))
    failures = FailureFile(None)
    drain(tables, product["send_mails"], failures)
    assert sorted(sent) == [f"robin{number}@example.org" for number in range(8) if number != 3]
    assert [entry["handler"] for entry in failures.entries] == ["send_mails"]


STRANGE = {
    "on_stripe_inbox": ("stripe_inbox", "STRIPE_EVENT#evt_new", "INBOX", "KeyError"),  # an item without its fields
    "on_notifications": ("notifications", "USER#U", "NOTIFICATION#N", "ValueError"),  # an action of a later release
}


@pytest.mark.parametrize("handler", STRANGE)
def test_drain_item_of_another_release_waits_in_the_queue_and_makes_no_loop(
    tables: Database, product: dict[str, StreamSource], handler: str
) -> None:
    table, partition, sort_key, error = STRANGE[handler]
    item = {"pk": {"S": partition}, "sk": {"S": sort_key}, "id": {"S": "N"}, "action": {"S": "order_teleported"}}
    names = ("user_id", "title", "message", "subject", "received_at")
    item |= {name: {"S": "1"} for name in names} if table == "notifications" else {}
    assert call(tables, "PutItem", TableName=PREFIX + table, Item=item)[0] == 200
    failures = FailureFile(None)
    drain(tables, product[handler], failures)
    (entry,) = failures.entries
    assert (entry["handler"], entry["attempts"]) == (handler, 5)
    assert entry["reason"].startswith(f"reported by the handler: {error} at ")


def test_drain_noun_that_nobody_reacts_to_is_no_failure(tables: Database, product: dict[str, StreamSource]) -> None:
    item = {"pk": {"S": "USER#U"}, "sk": {"S": "HOLOGRAM#1"}}
    call(tables, "PutItem", TableName=f"{PREFIX}notifications", Item=item)
    failures = FailureFile(None)
    drain(tables, product["on_notifications"], failures)
    assert failures.entries == []


def record(number: int, **changes: Any) -> dict[str, Any]:
    """Returns a stream record with this number."""
    keys = {"pk": {"S": "P#0"}, "sk": {"S": f"NOTE#{number:03d}"}}
    told = {"SequenceNumber": str(number), "Keys": keys, "NewImage": keys}
    return {"eventName": "INSERT", "dynamodb": told} | changes


@pytest.mark.parametrize(
    "strange",
    [
        {"eventName": "TRUNCATE"},
        {"dynamodb": {"SequenceNumber": "1"}},
        {"dynamodb": {"SequenceNumber": "1", "Keys": {"pk": {"S": "P#0"}}}},
        {"dynamodb": {"SequenceNumber": "1", "Keys": {"pk": {"S": "P"}, "sk": {"S": "NOTE#1"}}, "NewImage": {"n": {}}}},
    ],
    ids=["unknown kind", "no keys", "no sort key", "empty value"],
)
def test_react_record_of_an_unknown_shape_is_reported_and_the_others_handled(strange: dict[str, Any]) -> None:
    ledger = Ledger()
    event = {"Records": [record(0), record(1, **strange), record(2)]}
    assert answering_in_part(ledger)(event) == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert ledger.noted == ["NOTE#000", "NOTE#002"]
