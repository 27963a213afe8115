"""All users' notifications, for administrators only: by action, user, state and time, in pages, as CSV."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.core.ids import derive_ulid
from chalicelib.notifications.domain.notification import Notification, NotificationAction
from tests.conftest import sign_up, verified
from tests.harness.client import Client
from tests.harness.crowds import open_accounts, user_id_of

PLACE = "/v1/admin/notifications"
ADMIN = "admin@example.org"
Action = NotificationAction


@pytest.fixture
def admin(anonymous: Client) -> Client:
    """A client signed in with the verified address of the deployment's administrator."""
    appoint(f"other@example.org, {ADMIN.upper()}")
    client = sign_up(anonymous, ADMIN)
    return verified(client)


def appoint(addresses: str) -> None:
    before = bootstrap.services()
    services = bootstrap.Services(before.config.replaced(admin_email=addresses))
    services.clock, services.ids, services.aws.dynamodb = before.clock, before.ids, before.aws.dynamodb
    bootstrap.use(services)


def told(user: int, day: str, action: NotificationAction = Action.ANNOUNCEMENT, title: str = "Hello") -> str:
    """Puts a notification of a day (or time) into a user's inbox. Returns its id."""
    from chalicelib.aws.dynamo_transactions import Transaction
    from chalicelib.notifications.adapters.writes import add_notification

    at = datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()
    id = derive_ulid(int(at * 1000), str(user), action, title)
    transaction = Transaction()
    add_notification(
        transaction, Notification(id, user_id_of(user), action, title, "<p>x</p>", "/events", received_at=int(at))
    )
    transaction.commit()
    return id


def ids(client: Client, query: str = "", *, since: str = "2026-11-01", to: str = "2027-01-31") -> list[str]:
    """Returns all ids that a query finds, over all pages."""
    found: list[str] = []
    cursor = ""
    while True:
        reply = client.get(f"{PLACE}?from={since}&to={to}{query}{cursor}")
        assert reply.status == 200, reply
        found += [one["id"] for one in reply.json["items"]]
        if reply.json["next_cursor"] is None:
            return found
        cursor = f"&cursor={reply.json['next_cursor']}"


def test_oversee_by_a_cursor_of_a_later_end_shows_nothing_behind_its_own(admin: Client) -> None:
    open_accounts([(user_id_of(1), "ada@example.org")])
    early, *_ = [told(1, f"2026-11-{day}T10:00:00") for day in (10, 20, 21)]
    cursor = admin.get(f"{PLACE}?from=2026-11-01&to=2026-11-30&limit=1").json["next_cursor"]
    assert ids(admin, f"&cursor={cursor}", to="2026-11-15") == [early]


def test_sign_in_tells_administrators_and_nobody_else_that_they_are(admin: Client, anonymous: Client) -> None:
    unproven = f"x{ADMIN}"
    appoint(f"{ADMIN}, {unproven}")
    sign_up(anonymous, unproven)
    sign_up(anonymous, "ada@example.org")
    told_so = {
        email: anonymous.post("/v1/auth/sign-in", {"email": email, "password": "correct horse battery"}).json[
            "administrator"
        ]
        for email in (ADMIN, unproven, "ada@example.org")
    }
    assert told_so == {ADMIN: True, unproven: False, "ada@example.org": False}


def test_oversee_shows_what_went_to_whom_and_what_became_of_it(admin: Client) -> None:
    from chalicelib.notifications.adapters import keys as notification_keys
    from chalicelib.notifications.adapters.items import DeliveryItem

    open_accounts([(user_id_of(1), "ada@example.org")])
    id = told(1, "2026-11-20T10:00:00")
    DeliveryItem(*notification_keys.delivery(user_id_of(1), id), pushed=2, pushed_at=1, mailed="sent").save()
    reply = admin.get(f"{PLACE}?from=2026-11-01&to=2026-11-30")
    assert reply.json == {
        "items": [
            {
                "id": id,
                "action": "announcement",
                "user": {"id": user_id_of(1), "email": "ada@example.org"},
                "title": "Hello",
                "received_at": "2026-11-20T10:00:00Z",
                "has_read": False,
                "read_at": None,
                "delivery": {"pushed": 2, "mailed": "sent", "web_pushed": 0},
            }
        ],
        "next_cursor": None,
    }
    assert admin.get(f"{PLACE}?from=2026-11-01&to=2026-11-30", if_none_match=reply.etag).status == 304


def test_oversee_says_when_it_was_read_and_forgets_it_when_unread(admin: Client) -> None:
    from chalicelib.notifications.adapters.writes import DynamoMarks

    id = told(1, "2026-11-20")
    for mark, has_read in ((DynamoMarks().mark_read, True), (DynamoMarks().mark_unread, False)):
        mark(user_id_of(1), [id])
        (item,) = admin.get(f"{PLACE}?user={user_id_of(1)}&from=2026-11-01").json["items"]
        assert (item["has_read"], item["read_at"] is not None) == (has_read, has_read)


def test_oversee_filters_by_action_user_state_and_time(admin: Client) -> None:
    from chalicelib.notifications.adapters.writes import DynamoMarks

    first = told(1, "2026-11-29T23:59:59")
    second = told(2, "2026-12-01", Action.ORDER_PAID)
    third = told(1, "2026-12-02", Action.ORDER_PAID)
    fourth = told(3, "2027-01-01")
    DynamoMarks().mark_read(user_id_of(2), [second])
    assert ids(admin) == [fourth, third, second, first]
    assert ids(admin, "&action=order_paid") == [third, second]
    assert ids(admin, f"&user={user_id_of(1)}") == [third, first]
    assert ids(admin, f"&user={user_id_of(1)}&action=order_paid") == [third]
    assert (ids(admin, "&state=read"), ids(admin, "&state=unread")) == ([second], [fourth, third, first])

    def between(query: str) -> list[str]:
        return [one["id"] for one in admin.get(f"{PLACE}?{query}").json["items"]]

    assert between("from=2026-11-29&to=2026-12-01") == [second, first]
    assert between("from=2026-12-01&to=2026-12-01T23:59:59Z") == [second]
    assert between("from=2026-11-29T23:59:59Z&to=2026-11-30&action=announcement") == [first]


@pytest.mark.parametrize("query", ["", "&action=announcement", f"&user={user_id_of(3)}"])
def test_oversee_pages_hold_everything_once_newest_first(admin: Client, query: str) -> None:
    made = sorted(
        (
            told(3 if query.startswith("&user") else number % 7, f"2026-{1 + number % 12:02d}-10T00:00:{number:02d}")
            for number in range(40)
        ),
        reverse=True,
    )
    assert ids(admin, f"{query}&limit=7", since="2026-01-01", to="2026-12-31") == made


def test_oversee_csv_has_all_of_it_and_no_formulas(admin: Client) -> None:
    open_accounts([(user_id_of(1), "ada@example.org")])
    id = told(1, "2026-11-20T10:00:00", title="=HYPERLINK(1)")
    reply = admin.get(f"{PLACE}.csv?from=2026-11-01&to=2026-11-30")
    assert reply.headers["content-disposition"] == 'attachment; filename="notifications.csv"'
    assert reply.body.decode().splitlines() == [
        '\ufeff"id","action","user_id","email","title","received_at","has_read","read_at","pushed","mailed","web_pushed"',
        f'"{id}","announcement","{user_id_of(1)}","ada@example.org","\'=HYPERLINK(1)","2026-11-20T10:00:00Z","no","",0,"",0',
    ]


def test_oversee_csv_too_long_for_one_file_links_to_the_next(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from chalicelib.notifications.services import delivery_log

    monkeypatch.setattr(delivery_log, "SHEET_ROWS", 2)
    made = [told(1, f"2026-11-{day:02d}") for day in (3, 2, 1)]
    first = admin.get(f"{PLACE}.csv?from=2026-11-01&to=2026-11-30")
    link = first.headers["link"]
    assert link.endswith('>; rel="next"')
    second = admin.get(link.removeprefix("</api").partition(">")[0])
    rows = [line.split(",")[0].strip('"') for one in (first, second) for line in one.body.decode().splitlines()[1:]]
    assert (rows, "link" in second.headers) == (made, False)


@pytest.mark.parametrize(
    "query",
    ["action=x", "user=x", "state=x", "from=x", "to=2026-13-01", "from=1999-01-01", "from=2026-02-01&to=2026-01-01"]
    + ["limit=0", "cursor=x", "from=9999-12-31T23:59:59-14:00", "unknown=1"],
)
def test_oversee_with_a_filter_that_makes_no_sense_is_400(admin: Client, query: str) -> None:
    assert admin.get(f"{PLACE}?{query}").status == 400


def test_oversee_does_not_exist_for_anybody_else(anonymous: Client) -> None:
    people: list[tuple[str, Any]] = [
        ("", ADMIN),  # no administrator is configured
        (ADMIN, "somebody@example.org"),
        (f"x{ADMIN}", ADMIN),
    ]
    for number, (appointed, address) in enumerate(people):
        appoint(appointed)
        client = verified(sign_up(anonymous, f"{number}{address}" if number else address))
        for path in (PLACE, f"{PLACE}.csv"):
            assert client.get(path).status == 404
    assert anonymous.get(PLACE).status == 401


def test_oversee_needs_the_address_proven(anonymous: Client) -> None:
    appoint(ADMIN)
    client = sign_up(anonymous, ADMIN)
    assert client.get(PLACE).status == 404
    verified(client)
    assert client.get(PLACE).status == 200
