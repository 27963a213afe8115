"""An inbox and its count under tags that change with them, and what a query may ask for."""

import json
from typing import Any

import pytest

from chalicelib.core.errors import MalformedRequest
from chalicelib.core.pagination import Page, parse_page
from chalicelib.notifications.domain.notification import Burst, Notification, NotificationAction, Received
from chalicelib.notifications.ports import Counter, InboxPage
from chalicelib.notifications.services.read_inbox import REVISION, ReadInbox, chosen, scope
from tests.unit.orders.builders import clock_at

NOW = 30_000_000 * 60
KEY = b"k" * 32
PAID = Notification("N1", "ada", NotificationAction.ORDER_PAID, "Paid", "<p>1</p>", "/orders/1", NOW - 120)


class World:
    """Ports `Counters` and `Inbox`: the tags of the inbox, look by look, the last one again and again."""

    def __init__(self, *received: Received, tags: tuple[str, ...] = ("tag",), next_after: str = "") -> None:
        self.page, self.tags = InboxPage(list(received), next_after), list(tags)
        self.asked: list[Any] = []

    def service(self, now: float = NOW) -> ReadInbox:
        world: Any = self
        return ReadInbox(world, lambda: world, clock_at(now), lambda: KEY)

    def load_counter(self, user_id: str) -> Counter:
        return Counter(3, self.tags.pop(0) if len(self.tags) > 1 else self.tags[0])

    def newest(self, user_id: str, state: str, page: Page) -> InboxPage:
        self.asked.append(("newest", user_id, state, page))
        return self.page

    def oldest(self, user_id: str, state: str, page: Page) -> InboxPage:
        self.asked.append(("oldest", user_id, state, page))
        return self.page


def test_count_unread_is_the_counter_under_its_tag() -> None:
    assert World().service().count_unread("ada").load() == ("tag", '{"count":3}')


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_list_a_page_reads_it_in_its_order_only_when_asked_for_its_bytes(order: str) -> None:
    world = World()
    found = world.service().list_notifications("ada", "unread", order, Page(7))
    assert (found.tag, world.asked) == (f"tag-{NOW // 60:x}-r{REVISION}-unread-{order}-7", [])
    assert found.load() == (found.tag, '{"items":[],"next_cursor":null}')
    assert world.asked == [(order, "ada", "unread", Page(7))]


def test_list_shows_each_with_its_age_as_of_the_minute() -> None:
    world = World(Received(PAID._replace(group=Burst("key", "3 payments")), has_read=True))
    shown = json.loads(world.service(NOW + 59).list_notifications("ada", "all", "newest", Page()).load()[1])
    assert shown["items"] == [
        {
            "id": "N1",
            "action": "order_paid",
            "title": "Paid",
            "message": "<p>1</p>",
            "received_at": "2027-01-15T07:58:00Z",
            "received_ago": "2 minutes ago",
            "has_read": True,
            "group": {"key": "key", "title": "3 payments"},
            "links": {"mark_read": "/api/v1/notifications/N1/read", "subject": "/orders/1"},
        }
    ]


def test_list_has_another_tag_in_the_next_minute() -> None:
    tags = {
        World().service(now).list_notifications("ada", "all", "newest", Page()).tag for now in (NOW, NOW + 59, NOW + 60)
    }
    assert len(tags) == 2


def test_list_that_goes_on_has_a_cursor_for_this_list_alone() -> None:
    body = World(next_after="N1").service().list_notifications("ada", "all", "newest", Page()).load()[1]
    cursor = json.loads(body)["next_cursor"]
    page = parse_page({"cursor": cursor}, scope=scope("ada", "all", "newest"), key=lambda: KEY)
    assert page.after == "N1"
    with pytest.raises(MalformedRequest):
        parse_page({"cursor": cursor}, scope=scope("ada", "unread", "newest"), key=lambda: KEY)


def test_list_that_changes_while_it_is_read_is_read_again_under_the_tag_that_it_has_then() -> None:
    world = World(tags=("old", "old", "new"))
    found = world.service().list_notifications("ada", "all", "newest", Page())
    assert (found.tag.partition("-")[0], found.load()[0].partition("-")[0], len(world.asked)) == ("old", "new", 2)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [({}, ("all", "newest")), ({"state": "unread", "order": "oldest"}, ("unread", "oldest"))],
)
def test_choose_what_a_query_names_or_the_newest_of_all(query: dict[str, str], wanted: tuple[str, str]) -> None:
    assert chosen(query) == wanted


@pytest.mark.parametrize(
    ("query", "code"), [({"state": "new"}, "invalid_state"), ({"order": "random"}, "invalid_order")]
)
def test_choose_what_there_is_not_is_refused(query: dict[str, str], code: str) -> None:
    with pytest.raises(MalformedRequest) as refusal:
        chosen(query)
    assert refusal.value.code == code
