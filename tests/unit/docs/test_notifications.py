"""Every action of a notification needs a producer, and every producer needs a row."""

import ast

import pytest

from chalicelib.notifications.domain.notification import NotificationAction
from docs.generators.notifications import actions, explained, producers

SAID = {action.name: ("Something happened", "everybody") for action in NotificationAction}
MADE = {action.name: {"orders/services/order_messages"} for action in NotificationAction}
TREES = {
    "orders/services/order_messages": "def news():\n    yield News(NotificationAction.ORDER_PAID)",
    "orders/services/read": "def is_paid(one):\n    return one.action is NotificationAction.ORDER_EXPIRED",
    "content/domain/rules": "RULES = {1: NotificationAction.SESSION_ACCEPTED}\ndef decided(one):\n    return RULES[one]",
    "content/services/notify": "def about(one):\n    return decided(one)",
    "announcements/domain/item": "class Item:\n    action: NotificationAction = NotificationAction.ANNOUNCEMENT",
    "announcements/services/announce": "def write():\n    return Item(id=1)",
    "cfp/services/announce_call": "def write():\n    return Item(action=NotificationAction.CALL_FOR_PAPERS_OPEN)",
    "notifications/domain/preferences": "DEFAULTS = {NotificationAction.PAYMENT_DISPUTED: 1}",
}


def test_producers_are_services_that_name_an_action_or_use_a_rule_that_does() -> None:
    assert producers({path: ast.parse(text) for path, text in TREES.items()}) == {
        "ORDER_PAID": {"orders/services/order_messages"},
        "SESSION_ACCEPTED": {"content/services/notify"},
        "ANNOUNCEMENT": {"announcements/services/announce"},
        "CALL_FOR_PAPERS_OPEN": {"cfp/services/announce_call"},
    }


def test_every_action_has_a_row_with_its_producer() -> None:
    rows = actions(SAID, MADE).splitlines()[2:]
    assert len(rows) == len(NotificationAction)
    assert (
        "| `order_paid` | Something happened | everybody | at once; always | `orders/services/order_messages.py` |"
        in rows
    )


def test_action_without_producer_is_an_error() -> None:
    with pytest.raises(ValueError, match="ORDER_PAID"):
        actions(SAID, {name: made for name, made in MADE.items() if name != "ORDER_PAID"})


def test_producer_of_an_unknown_action_is_an_error() -> None:
    with pytest.raises(ValueError, match="ORDER_LOST"):
        actions(SAID, MADE | {"ORDER_LOST": {"orders/services/order_messages"}})


def test_action_without_a_line_under_its_name_is_an_error() -> None:
    enum = 'class NotificationAction:\n    ONE = "one"\n    """When. To: whom."""\n    TWO = "two"\n'
    assert explained(ast.parse(enum)) == {"ONE": ("When", "whom")}
    with pytest.raises(ValueError, match="ANNOUNCEMENT"):
        actions(explained(ast.parse(enum)), MADE)
