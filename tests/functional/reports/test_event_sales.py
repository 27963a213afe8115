"""An event's sales over HTTP, for its staff: lists, filters, pages, CSV, totals. Money: test_ledger.py."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from local.dynamodb.database_server import DatabaseEndpoint
from tests.functional.builders import make_event
from tests.functional.payments.test_pay_order import add_ticket
from tests.functional.tickets.test_tickets import FREE, REFUNDED, change_facts, codes
from tests.harness.client import Client, Reply

LISTS = ("orders", "charges", "attendees", "ledger")
NOTHING = {"voided": 0, "gross": 0, "refunded": 0, "charged_back": 0}


@pytest.fixture
def shop(organiser: Client) -> str:
    """A published event."""
    return str(make_event(organiser, state="published").json["id"])


@pytest.fixture
def free(organiser: Client, shop: str) -> str:
    """A free ticket type: its orders are paid at once."""
    return str(add_ticket(organiser, shop, **FREE).json["id"])


@pytest.fixture
def streams(database: DatabaseEndpoint) -> "Streams":
    """The streams of payments and sales."""
    return Streams(database)


class Streams:
    """Gives the streams' records to their functions, as Lambda does."""

    def __init__(self, database: DatabaseEndpoint) -> None:
        self._database = database
        self._seen: dict[str, int] = {}

    def drain(self) -> None:
        """Processes the streams until they are empty."""
        from app import on_sales, on_stripe_inbox
        from chalicelib.aws.dynamo_tables import SalesTable, StripeInboxTable

        functions = {StripeInboxTable.Meta.table_name: on_stripe_inbox, SalesTable.Meta.table_name: on_sales}
        while sum(self._hand(table, function) for table, function in functions.items()):
            pass

    def _hand(self, table: str, function: Any) -> bool:
        found = self._database.database.streams.read(table, self._seen.get(table, 0), 25, 0)
        if found:
            self._seen[table] = found[-1].sequence
            answer = function({"Records": [json.loads(one.json) for one in found]}, None)
            assert answer == {"batchItemFailures": []}
        return bool(found)


def buy(client: Client, shop: str, ticket: str, name: str, email: str, quantity: int = 1, **more: Any) -> Reply:  # noqa: PLR0917
    body = {"lines": [{"ticket_type_id": ticket, "quantity": quantity}], "buyer": {"name": name, "email": email}}
    reply = client.post(f"/v1/events/{shop}/orders", {**body, **more})
    assert reply.status == 201, reply
    return reply


def items(client: Client, shop: str, name: str, query: str = "") -> list[dict[str, Any]]:
    reply = client.get(f"/v1/events/{shop}/{name}{query}")
    assert reply.status == 200, reply
    found: list[dict[str, Any]] = reply.json["items"]
    return found


def pages(client: Client, shop: str, name: str, limit: int, query: str = "") -> Iterator[list[dict[str, Any]]]:
    """Yields every page of a list."""
    cursor = ""
    while True:
        reply = client.get(f"/v1/events/{shop}/{name}?limit={limit}{query}{cursor}")
        assert reply.status == 200, reply
        yield reply.json["items"]
        if reply.json["next_cursor"] is None:
            return
        cursor = f"&cursor={reply.json['next_cursor']}"


def table(reply: Reply) -> list[dict[str, str]]:
    """Returns the rows of a CSV file."""
    assert (reply.status, reply.headers["content-type"]) == (200, "text/csv; charset=utf-8"), reply
    assert reply.body.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(reply.body.decode("utf-8-sig"), newline="")))


def test_list_orders_newest_first_as_staff_read_each(
    anonymous: Client, organiser: Client, shop: str, free: str, streams: Streams
) -> None:
    made = [buy(anonymous, shop, free, f"Person {n}", f"p{n}@example.org").json["id"] for n in range(3)]
    assert items(organiser, shop, "orders") == []
    streams.drain()
    assert items(organiser, shop, "orders") == [organiser.get(f"/v1/orders/{one}").json for one in reversed(made)]


def test_list_pages_show_everything_once_in_one_order(
    anonymous: Client, organiser: Client, shop: str, free: str, streams: Streams
) -> None:
    for number in range(5):
        buy(anonymous, shop, free, f"Person {number}", "p@example.org", quantity=number % 3 + 1)
    streams.drain()
    for name, count in (("orders", 5), ("attendees", 9)):
        for limit in (1, 2, 3, 5, 9, 10):
            found = list(pages(organiser, shop, name, limit))
            assert [one for page in found for one in page] == items(organiser, shop, name)
            assert {len(page) for page in found[:-1]} <= {limit}
        assert len(items(organiser, shop, name)) == count


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=ada", ["Ada Lovelace"]),
        ("q=LOVELACE", ["Ada Lovelace"]),
        ("q=%20ada%20%20lovelace", ["Ada Lovelace"]),
        ("q=example.net", ["Émilie du Châtelet"]),
        ("q=%C3%A9MILIE", ["Émilie du Châtelet"]),
        ("q=nobody", []),
        ("q=", ["Émilie du Châtelet", "Grace Hopper", "Ada Lovelace"]),
        ("state=refunded", ["Grace Hopper"]),
        ("state=paid&q=a", ["Émilie du Châtelet", "Ada Lovelace"]),
        ("state=expired", []),
    ],
)
def test_list_orders_with_filters_shows_those(  # noqa: PLR0917 - fixtures
    anonymous: Client, organiser: Client, shop: str, free: str, streams: Streams, query: str, found: list[str]
) -> None:
    buy(anonymous, shop, free, "Ada Lovelace", "ada@example.org")
    change_facts(buy(anonymous, shop, free, "Grace Hopper", "grace@example.org"), **REFUNDED)
    buy(anonymous, shop, free, "Émilie du Châtelet", "emilie@example.net")
    streams.drain()
    assert [one["buyer"]["name"] for one in items(organiser, shop, "orders", f"?{query}")] == found
    paged = [one["buyer"]["name"] for page in pages(organiser, shop, "orders", 1, f"&{query}") for one in page]
    assert paged == found


def test_list_orders_by_the_beginning_of_an_id(
    anonymous: Client, organiser: Client, shop: str, free: str, streams: Streams
) -> None:
    made = [buy(anonymous, shop, free, "Ada Lovelace", "ada@example.org").json["id"] for _ in range(2)]
    streams.drain()
    assert [one["id"] for one in items(organiser, shop, "orders", f"?q={made[0].lower()}")] == [made[0]]
    assert [one["id"] for one in items(organiser, shop, "orders", f"?q={made[0][:6]}")] == made[::-1]
    assert items(organiser, shop, "orders", f"?q={made[0][1:]}") == []


def test_list_attendees_a_ticket_each_with_state_and_entry(
    anonymous: Client, organiser: Client, shop: str, free: str
) -> None:
    named = [{"name": "Grace Hopper", "email": "grace@example.org"}]
    first = buy(anonymous, shop, free, "Ada Lovelace", "ada@example.org", 2, attendees=named)
    second = buy(anonymous, shop, free, "Mary Somerville", "mary@example.org")
    change_facts(second, **REFUNDED)
    scan = organiser.post(f"/v1/events/{shop}/check-ins", {"code": codes(first)[1]})
    common = {"ticket_type_id": free, "ticket_type": "Day ticket"}
    ada = {"order_id": first.json["id"], **common, "state": "valid"}
    rows = [
        {**ada, "number": 1, "name": "Grace Hopper", "email": "grace@example.org", "checked_in_at": None},
        {**ada, "number": 2, "name": "Ada Lovelace", "email": "ada@example.org"}
        | {"checked_in_at": scan.json["checked_in_at"]},
        {"order_id": second.json["id"], **common, "number": 1, "name": "Mary Somerville", "email": "mary@example.org"}
        | {"state": "void", "checked_in_at": None},
    ]
    assert items(organiser, shop, "attendees") == rows
    assert items(organiser, shop, "attendees", "?state=void") == rows[2:]
    assert items(organiser, shop, "attendees", "?q=grace") == rows[:1]
    assert items(organiser, shop, "attendees", f"?q={first.json['id']}") == rows[:2]
    undone = organiser.delete(f"/v1/events/{shop}/check-ins/{first.json['id']}-2", if_match="*")
    assert undone.status == 204
    assert items(organiser, shop, "attendees")[1]["checked_in_at"] is None


def test_lists_answer_304_until_something_changes(
    anonymous: Client, organiser: Client, shop: str, free: str, streams: Streams
) -> None:
    buy(anonymous, shop, free, "Ada Lovelace", "ada@example.org")
    streams.drain()
    paths = [f"/v1/events/{shop}/{name}" for name in ("orders", "attendees", "sales", "orders.csv", "attendees.csv")]
    tags = {path: organiser.get(path).etag for path in paths}
    for path, tag in tags.items():
        reply = organiser.get(path, if_none_match=tag)
        assert (reply.status, reply.body, reply.etag) == (304, b"", tag)
        assert reply.headers["cache-control"] == "private, no-cache"
    buy(anonymous, shop, free, "Grace Hopper", "grace@example.org")
    streams.drain()
    assert [organiser.get(path, if_none_match=tag).status for path, tag in tags.items()] == [200] * 5


def test_save_as_csv_is_a_private_file_that_runs_no_formula(
    anonymous: Client, organiser: Client, shop: str, free: str, streams: Streams
) -> None:
    evil = '=HYPERLINK("http://evil.example","x")'
    made = buy(anonymous, shop, free, evil, "ada@example.org", 2, attendees=[{"name": '\uff0b1, "Ada"'}])
    streams.drain()
    reply = organiser.get(f"/v1/events/{shop}/orders.csv")
    assert reply.headers["content-disposition"] == f'attachment; filename="orders-{shop}.csv"'
    assert reply.headers["cache-control"] == "private, no-cache"
    assert "link" not in reply.headers
    (row,) = table(reply)
    assert row == {
        "id": made.json["id"],
        "state": "paid",
        "created_at": made.json["created_at"],
        "paid_at": made.json["paid_at"],
        "buyer_name": f"'{evil}",
        "buyer_email": "ada@example.org",
        "tickets": "2",
        "lines": "2 × Day ticket",
        "total": "0.00",
        "refunded": "0.00",
        "currency": "CHF",
        "reason": "",
        "review_reason": "",
    }
    names = [one["name"] for one in table(organiser.get(f"/v1/events/{shop}/attendees.csv"))]
    assert names == ['\'\uff0b1, "Ada"', f"'{evil}"]


def test_save_a_long_list_leads_to_its_next_part(  # noqa: PLR0917 - fixtures
    anonymous: Client,
    organiser: Client,
    shop: str,
    free: str,
    streams: Streams,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from chalicelib.reports.services import list_orders

    for number in range(5):
        buy(anonymous, shop, free, f"Person {number}", "p@example.org")
    streams.drain()
    monkeypatch.setattr(list_orders, "SHEET_ROWS", 2)
    for name, column in (("orders", "buyer_name"), ("attendees", "name")):
        path, found = f"/v1/events/{shop}/{name}.csv?q=Person", []
        while path:
            reply = organiser.get(path)
            found.append([row[column] for row in table(reply)])
            link = reply.headers.get("link", "")
            path = link.removeprefix("</api").partition(">")[0]
            assert link in ("", f'</api{path}>; rel="next"')
        numbers = (4, 3, 2, 1, 0) if name == "orders" else range(5)
        assert [len(part) for part in found] == [2, 2, 1]
        assert [one for part in found for one in part] == [f"Person {number}" for number in numbers]


def test_answers_stay_below_lambdas_limit_however_long_rows_are(
    anonymous: Client, organiser: Client, shop: str, free: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.representations import rows as parts

    for _ in range(2):
        buy(anonymous, shop, free, "é" * 200, "p@example.org", 20)
    monkeypatch.setattr(parts, "MAX_BYTES", 20_000)
    found = list(pages(organiser, shop, "attendees", 500))
    assert [len(page) for page in found] == [15, 15, 10]
    assert max(len(json.dumps(json.dumps(page, ensure_ascii=False))) for page in found) < 22_000


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("owner", 200),
        ("organizer", 200),
        ("coorganizer", 200),
        ("registrar", 200),
        ("moderator", 403),
        ("track_organizer", 403),
        (None, 404),
    ],
)
def test_lists_are_for_those_whose_role_allows_it(
    stranger: Client, anonymous: Client, shop: str, role: str | None, status: int
) -> None:
    from chalicelib.accounts.adapters.items import RoleItem
    from chalicelib.aws import dynamo_keys as keys

    if role:
        RoleItem(*keys.role_of_user(stranger.user_id, shop), role=role, granted_at=1).save()
    names = [*LISTS, *(f"{name}.csv" for name in LISTS), "sales"]
    assert [stranger.get(f"/v1/events/{shop}/{name}").status for name in names] == [status] * 9
    assert [anonymous.get(f"/v1/events/{shop}/{name}").status for name in names] == [401] * 9
    missing = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
    assert [stranger.get(f"/v1/events/{missing}/{name}").status for name in names] == [404] * 9


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("orders?state=sold", "invalid_filter"),
        ("orders?state=valid", "invalid_filter"),
        ("attendees?state=paid", "invalid_filter"),
        (f"orders?q={'x' * 101}", "invalid_filter"),
        ("charges?state=succeeded", "unknown_parameter"),
        ("sales?q=x", "unknown_parameter"),
        ("orders?limit=0", "invalid_limit"),
        ("orders?limit=501", "invalid_limit"),
        ("orders?cursor=x", "invalid_cursor"),
        ("orders.csv?limit=5", "unknown_parameter"),
        ("ledger.csv?cursor=AAAA", "invalid_cursor"),
        ("orders?state=paid&state=paid", "repeated_parameter"),
    ],
)
def test_lists_with_a_bad_query_are_refused(organiser: Client, shop: str, path: str, code: str) -> None:
    reply = organiser.get(f"/v1/events/{shop}/{path}")
    assert (reply.status, reply.code) == (400, code)


def test_cursor_of_another_list_or_event_is_refused(
    anonymous: Client, organiser: Client, shop: str, free: str, streams: Streams
) -> None:
    for _ in range(2):
        buy(anonymous, shop, free, "Ada Lovelace", "ada@example.org")
    streams.drain()
    cursor = organiser.get(f"/v1/events/{shop}/orders?limit=1").json["next_cursor"]
    other = make_event(organiser).json["id"]
    for path in (f"{shop}/charges", f"{shop}/attendees", f"{shop}/ledger", f"{other}/orders"):
        reply = organiser.get(f"/v1/events/{path}?cursor={cursor}")
        assert (reply.status, reply.code) == (400, "invalid_cursor")


def test_log_lines_of_lists_hold_nothing_that_was_searched_for(
    organiser: Client, shop: str, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    assert organiser.get(f"/v1/events/{shop}/orders?q=canary@example.org").status == 200
    assert organiser.get(f"/v1/events/{shop}/attendees.csv?q=canary@example.org").status == 200
    captured = capsys.readouterr()
    assert "canary" not in captured.out + captured.err + caplog.text


def test_sales_of_an_event_without_any_are_nothing(organiser: Client, shop: str, free: str) -> None:
    nothing = {"currency": "CHF", "sold": 0, **NOTHING}
    assert organiser.get(f"/v1/events/{shop}/sales").json == {
        "currencies": [{**nothing, "orders": 0, "fees": 0, "net": 0}],
        "types": [
            {"ticket_type_id": free, "name": "Day ticket", **nothing, "held": 0, "left": 50, "capacity": 50},
        ],
        "days": [],
    }


def test_sales_of_a_type_that_was_removed_still_count(
    anonymous: Client, organiser: Client, shop: str, free: str, streams: Streams
) -> None:
    change_facts(buy(anonymous, shop, free, "Ada Lovelace", "ada@example.org", 2), **REFUNDED)
    streams.drain()
    place = f"/v1/events/{shop}/ticket-types/{free}"
    assert organiser.delete(place, if_match=organiser.get(place).etag).status == 204
    (one,) = organiser.get(f"/v1/events/{shop}/sales").json["types"]
    assert (one["name"], one["sold"], one["voided"], one["capacity"]) == (None, 0, 2, 0)
