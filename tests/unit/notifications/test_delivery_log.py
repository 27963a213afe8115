"""Who may read the log of deliveries, what a query asks for, and where its pages begin and end."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.core.errors import MalformedRequest, NotFound
from chalicelib.core.ids import make_ulid
from chalicelib.core.pagination import Page, parse_page
from chalicelib.core.principal import Principal
from chalicelib.notifications.domain.notification import Notification, NotificationAction
from chalicelib.notifications.ports import Contact, DeliveryRecord, LogEntry, Overseen
from chalicelib.notifications.services.delivery_log import COLUMNS, MONTHS_AT_ONCE, SCOPE, DeliveryLog
from tests.unit.orders.builders import clock_at

NOW = datetime(2030, 7, 10, 12, tzinfo=UTC)
KEY = b"k" * 32
FIRST = Page()
ADMIN = Principal("admin", "f")
ADDRESS = Contact("admin@example.org", True, "en")
PAID, EXPIRED = NotificationAction.ORDER_PAID, NotificationAction.ORDER_EXPIRED
ADA = "01HZZZZZZZZZZZZZZZZZZZ0001"


def id_at(text: str, number: int = 0) -> str:
    at = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return make_ulid(int(at.timestamp() * 1000), number.to_bytes(10, "big"))


def overseen(id: str, action: NotificationAction = PAID, user_id: str = ADA, *, has_read: bool = False) -> Overseen:
    told = Notification(id, user_id, action, "Title", "", "/", int(NOW.timestamp()) - 60)
    record = DeliveryRecord(pushed=2, mailed="sent", web_pushed=1)
    return Overseen(told, has_read, int(NOW.timestamp()) if has_read else None, record)


class World:
    """Ports `NotificationLog` and `Contacts` in memory."""

    def __init__(
        self, *kept: Overseen, contact: Contact | None = ADDRESS, admins: frozenset[str] | None = None
    ) -> None:
        self.kept = {one.notification.id: one for one in kept}
        self.months: list[tuple[str, str]] = []
        self.inboxes: list[tuple[str, str, str]] = []
        self.known = {"admin": contact} if contact else {}
        known: Any = frozenset({"admin@example.org"}) if admins is None else admins
        self.service = DeliveryLog(self, self, clock_at(NOW.timestamp()), admins=known, key=lambda: KEY)

    def list_month(self, action: str, month: str, *, first: str, last: str, step: int) -> Iterator[LogEntry]:
        self.months.append((action, month))
        begin, end = id_at(f"{month}-01"), id_at(f"{month}-28") + "Z"
        told = (one.notification for one in self.kept.values())
        found = [one for one in told if one.action == action and first <= one.id <= last and begin <= one.id <= end]
        return iter(sorted((LogEntry(one.id, one.user_id) for one in found), reverse=True))

    def list_inbox(self, user_id: str, *, first: str, last: str, step: int) -> Iterator[LogEntry]:
        self.inboxes.append((user_id, first, last))
        return iter(sorted((LogEntry(id, user_id) for id in self.kept if first <= id <= last), reverse=True))

    def load_details(self, entries: Sequence[LogEntry]) -> list[Overseen]:
        return [self.kept[one.notification_id] for one in entries]

    def load_contacts(self, user_ids: Iterable[str]) -> dict[str, Contact]:
        return {one: self.known[one] for one in user_ids if one in self.known}

    def read(self, page: Page = FIRST, **query: str) -> tuple[list[str], str]:
        """Ids of a page, and where its cursor goes on."""
        shown = self.shown(page, **query)
        cursor = shown["next_cursor"]
        after = parse_page({"cursor": cursor}, scope=SCOPE, key=lambda: KEY).after if cursor else ""
        return [one["id"] for one in shown["items"]], after

    def shown(self, page: Page = FIRST, **query: str) -> Any:
        given = {name.rstrip("_"): value for name, value in query.items()}
        return json.loads(self.service.list_delivery_log(given, page, caller=ADMIN).load()[1])


@pytest.mark.parametrize(
    ("contact", "admins"),
    [
        (ADDRESS._replace(verified=False), None),
        (ADDRESS._replace(email="ada@example.org"), None),
        (None, None),
        (ADDRESS, frozenset[str]()),
    ],
    ids=["not proven", "somebody else", "no account", "no administrator"],
)
def test_list_and_export_for_others_are_not_found(contact: Contact | None, admins: frozenset[str] | None) -> None:
    world = World(contact=contact, admins=admins)
    with pytest.raises(NotFound):
        world.shown()
    with pytest.raises(NotFound):
        world.service.export_delivery_log({}, Page(), caller=ADMIN)
    assert world.months == []


JUNE, JULY, JULY_LATER = id_at("2030-06-20"), id_at("2030-07-01"), id_at("2030-07-02")


def test_list_gives_all_actions_of_some_months_newest_first() -> None:
    world = World(overseen(JULY), overseen(JULY_LATER, EXPIRED), overseen(JUNE))
    assert world.read() == ([JULY_LATER, JULY, JUNE], "")
    assert sorted({month for _, month in world.months}) == ["2030-04", "2030-05", "2030-06", "2030-07"]
    assert {action for action, _ in world.months} == {one.value for one in NotificationAction}


def test_list_an_action_looks_at_that_alone() -> None:
    world = World(overseen(JULY), overseen(JULY_LATER, EXPIRED))
    assert world.read(action="order_paid", from_="2030-07-01") == ([JULY], "")
    assert world.months == [("order_paid", "2030-07")]


def test_list_somebody_s_looks_into_their_inbox_and_leaves_out_other_actions() -> None:
    world = World(overseen(JULY), overseen(JULY_LATER, EXPIRED))
    assert world.read(user=ADA, action="order_paid") == ([JULY], "")
    assert ([one[0] for one in world.inboxes], world.months) == ([ADA], [])


@pytest.mark.parametrize(("state", "ids"), [("read", [JULY]), ("unread", [JUNE]), ("all", [JULY, JUNE])])
def test_list_a_state_leaves_out_the_other(state: str, ids: list[str]) -> None:
    world = World(overseen(JULY, has_read=True), overseen(JUNE))
    assert world.read(state=state)[0] == ids


def test_list_pages_follow_each_other_without_gap() -> None:
    world = World(overseen(JULY), overseen(JULY_LATER), overseen(JUNE))
    ids, after = world.read(Page(2))
    assert (ids, after) == ([JULY_LATER, JULY], JULY)
    assert world.read(Page(2, after)) == ([JUNE], "")


def test_list_more_months_than_at_once_goes_on_behind_the_last_it_looked_through() -> None:
    old = id_at("2030-01-15")
    world = World(overseen(JULY), overseen(old))
    ids, after = world.read(from_="2030-01-01", action="order_paid")
    assert (ids, after, len(world.months)) == ([JULY], id_at("2030-04-01"), MONTHS_AT_ONCE)
    assert world.read(Page(after=after), from_="2030-01-01", action="order_paid") == ([old], "")


def test_list_a_day_ends_with_it() -> None:
    last, next_day = id_at("2030-07-01T23:59:59.999"), id_at("2030-07-02")
    world = World(overseen(last), overseen(next_day))
    assert world.read(from_="2030-07-01", to="2030-07-01")[0] == [last]


def test_list_a_cursor_behind_another_end_does_not_go_past_that_end() -> None:
    world = World(overseen(JULY), overseen(JULY_LATER))
    assert world.read(Page(after=JULY_LATER + "Z"), to="2030-07-01")[0] == [JULY]


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ({"action": "nonsense"}, "action is none that we know."),
        ({"user": "ada"}, "user is the id of an account."),
        ({"state": "lost"}, "state is one of all, unread, read."),
        ({"from": "2030-07-02", "to": "2030-07-01"}, "from must be before to."),
        ({"from": "yesterday"}, "from is a date or an RFC 3339 time of this century."),
        ({"to": "1999-12-30"}, "to is a date or an RFC 3339 time of this century."),
        ({"to": "2100-01-01"}, "to is a date or an RFC 3339 time of this century."),
    ],
)
def test_list_by_a_filter_that_there_is_not_is_refused(query: dict[str, str], detail: str) -> None:
    with pytest.raises(MalformedRequest) as refusal:
        World().service.list_delivery_log(query, Page(), caller=ADMIN)
    assert (refusal.value.code, refusal.value.detail) == ("invalid_filter", detail)


def test_list_shows_what_became_of_each() -> None:
    world = World(overseen(JULY, user_id="admin", has_read=True))
    assert world.shown()["items"] == [
        {
            "id": JULY,
            "action": "order_paid",
            "user": {"id": "admin", "email": "admin@example.org"},
            "title": "Title",
            "received_at": "2030-07-10T11:59:00Z",
            "has_read": True,
            "read_at": "2030-07-10T12:00:00Z",
            "delivery": {"pushed": 2, "mailed": "sent", "web_pushed": 1},
        }
    ]


def test_export_gives_a_line_of_each_under_the_columns() -> None:
    sheet = World(overseen(JULY)).service.export_delivery_log({}, Page(), caller=ADMIN)
    head, line = csv.reader(sheet.found.load()[1].lstrip("\ufeff").splitlines())
    assert (tuple(head), sheet.next_cursor) == (COLUMNS, None)
    assert line == [JULY, "order_paid", ADA, "", "Title", "2030-07-10T11:59:00Z", "no", "", "2", "sent", "1"]
