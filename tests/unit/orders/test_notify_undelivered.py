"""Staff hear once of tickets that did not reach their buyer."""

from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.core.changes import Change, ChangeKind
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.services.notify_undelivered import NotifyUndelivered
from tests.unit.orders.builders import ID, FakeOrders, record


class World:
    """The service over one order; `told` is of which mails staff were told, with what."""

    def __init__(self, *orders: OrderRecord) -> None:
        self.told: list[tuple[Any, ...]] = []
        messages: Any = SimpleNamespace(
            add_undelivered=lambda order: SimpleNamespace(notifications=("to staff",), mails=(order.id,))
        )
        everything: Any = self
        known: Any = FakeOrders(*orders)
        self.service = NotifyUndelivered(orders=known, order_messages=messages, undelivered=everything)

    def notify_once(self, *what: Any) -> bool:
        self.told.append(what)
        return True


def change(before: str | None, after: str | None, tickets_of: str | None = ID) -> Change:
    more = {"tickets_of": tickets_of} if tickets_of else {}
    images = ({"state": state, **more} if state else None for state in (before, after))
    return Change(ChangeKind.CHANGED, "MAIL", "MAIL#key", *images)


@pytest.mark.parametrize("state", ["refused", "returned", "suppressed"])
@pytest.mark.parametrize("before", [None, "queued", "sent"])
def test_react_to_a_mail_with_tickets_that_was_lost_tells_staff(before: str | None, state: str) -> None:
    world = World(record())
    world.service.on_changes([change(before, state)])
    assert world.told == [(f"order_paid {ID}", ("to staff",), (ID,))]


@pytest.mark.parametrize(
    "given",
    [
        change("queued", "sent"),
        change("returned", "returned"),
        change("queued", "returned", None),
        change("sent", None),
    ],
    ids=["arrived", "lost before", "without tickets", "removed"],
)
def test_react_to_another_change_of_a_mail_tells_nobody(given: Change) -> None:
    world = World(record())
    world.service.on_changes([given])
    assert world.told == []


def test_react_to_a_lost_mail_of_an_order_that_is_gone_goes_on_with_the_next() -> None:
    world = World(record())
    world.service.on_changes([change("queued", "refused", "gone"), change("queued", "refused")])
    assert [key for key, *_ in world.told] == [f"order_paid {ID}"]
