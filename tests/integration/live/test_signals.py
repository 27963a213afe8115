"""Signals over sockets about the progress of orders and imports."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib import bootstrap, reactions
from chalicelib.triggers import streams
from local.dynamodb.database_server import DatabaseEndpoint
from tests.conftest import verified
from tests.functional.builders import make_event
from tests.functional.exchange.test_import_event import upload, zipped
from tests.functional.payments.test_pay_order import TICKET
from tests.functional.tour.sale_steps import form
from tests.harness.environment import PREFIX
from tests.integration.conftest import FakePusher, Person, connect

NOTHING_FAILED: dict[str, list[Any]] = {"batchItemFailures": []}
EVENT_JSON = b'{"name": "Imported", "starts-at": "2027-01-01T10:00:00Z", "ends-at": "2027-01-02T10:00:00Z"}'


def news(database: DatabaseEndpoint, table: str, after: int = 0) -> list[dict[str, Any]]:
    """Returns the records of a table's stream."""
    return [json.loads(one.json) for one in database.database.streams.read(f"{PREFIX}{table}", after, 10_000, 0)]


def of_orders(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in records if one["dynamodb"]["Keys"]["sk"]["S"].startswith("ORDER#")]


@pytest.fixture
def sale(database: DatabaseEndpoint, services: bootstrap.Services, ada: Person) -> tuple[str, str]:
    """An event with tickets: its id and the ticket type's."""
    verified(ada.client)
    event = make_event(ada.client, state="published").json["id"]
    ticket = ada.client.post(f"/v1/events/{event}/ticket-types", {**TICKET, "quantity": 50}).json["id"]
    return event, ticket


def buy(buyer: Person, sale: tuple[str, str]) -> str:
    event, ticket = sale
    return str(buyer.client.post(f"/v1/events/{event}/orders", form(ticket)).json["id"])


def test_order_in_another_state_is_told_to_every_socket_of_its_buyer(
    *,
    database: DatabaseEndpoint,
    services: bootstrap.Services,
    sale: tuple[str, str],
    person: Callable[[], Person],
    pusher: FakePusher,
) -> None:
    buyer, other = person(), person()
    tabs = connect(services, buyer, 2)
    connect(services, other)
    order = buy(buyer, sale)
    assert streams.react({"Records": of_orders(news(database, "sales"))}, reactions.SALES) == NOTHING_FAILED
    frame = {"meta": "Order", "order_id": order, "state": "reserved"}
    assert pusher.sent == {tab: [frame] for tab in tabs}


def test_order_that_changed_twice_in_a_batch_is_told_once_as_it_is(
    *,
    database: DatabaseEndpoint,
    services: bootstrap.Services,
    sale: tuple[str, str],
    person: Callable[[], Person],
    pusher: FakePusher,
) -> None:
    buyer = person()
    (tab,) = connect(services, buyer)
    first, second = buy(buyer, sale), buy(buyer, sale)
    assert buyer.client.post(f"/v1/orders/{first}/cancel").status == 200
    streams.react({"Records": of_orders(news(database, "sales"))}, reactions.SALES)
    assert [(one["order_id"], one["state"]) for one in pusher.sent[tab]] == [(second, "reserved"), (first, "cancelled")]


def test_order_that_kept_its_state_and_order_of_a_guest_are_not_told(
    *,
    database: DatabaseEndpoint,
    services: bootstrap.Services,
    sale: tuple[str, str],
    ada: Person,
    person: Callable[[], Person],
    pusher: FakePusher,
) -> None:
    buyer = person()
    connect(services, buyer)
    connect(services, ada)
    ada.client.as_user(None).post(f"/v1/events/{sale[0]}/orders", form(sale[1]))
    buy(buyer, sale)
    records = of_orders(news(database, "sales"))
    for record in records:
        record["eventName"] = "MODIFY"
        record["dynamodb"]["OldImage"] = dict(record["dynamodb"]["NewImage"])
    streams.react({"Records": [records[-1]]}, reactions.SALES)
    records[0]["dynamodb"].pop("OldImage")
    streams.react({"Records": [records[0]]}, reactions.SALES)
    assert pusher.sent == {}


def test_order_that_cannot_be_told_is_tallied_all_the_same(
    *,
    database: DatabaseEndpoint,
    services: bootstrap.Services,
    sale: tuple[str, str],
    person: Callable[[], Person],
    pusher: FakePusher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    tallied: list[str] = []
    buy(person(), sale)
    records = of_orders(news(database, "sales"))
    monkeypatch.setattr(services.live.signal_orders, "on_changes", broken)
    monkeypatch.setattr(services.reports.update_totals, "on_changes", lambda changes: tallied.extend(map(str, changes)))
    answer = streams.react({"Records": records}, reactions.SALES)
    assert len(tallied) == len(records) == len(answer["batchItemFailures"]) == 1


def test_import_says_how_far_it_has_got(
    database: DatabaseEndpoint,
    services: bootstrap.Services,
    ada: Person,
    person: Callable[[], Person],
    pusher: FakePusher,
) -> None:
    (tab,) = connect(services, ada)
    connect(services, person())
    tracks = b'[{"id": 1, "name": "Core"}, {"id": 2, "name": "Web"}]'
    made = upload(ada.client, zipped({"event": EVENT_JSON, "tracks": tracks})).json["import_id"]
    streams.react({"Records": news(database, "content")}, reactions.CONTENT)
    told = [(one["state"], one["done"], one["total"]) for one in pusher.sent[tab]]
    assert {(one["meta"], one["import_id"]) for one in pusher.sent[tab]} == {("Import", made)}
    assert told[-1] == ("done", 2, 2)
    assert set(told[:-1]) == {("running", 0, 2), ("running", 2, 2)}
    assert list(pusher.sent) == [tab]


def test_import_of_nonsense_says_that_it_failed(
    database: DatabaseEndpoint, services: bootstrap.Services, ada: Person, pusher: FakePusher
) -> None:
    (tab,) = connect(services, ada)
    upload(ada.client, b"PK no")
    streams.react({"Records": news(database, "content")}, reactions.CONTENT)
    assert [(one["state"], one["done"], one["total"]) for one in pusher.sent[tab]] == [("failed", 0, 0)]
