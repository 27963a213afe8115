"""The money of an event: charges, totals, and a ledger whose sum equals the changes of Stripe's balance."""

import csv
import io
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import stripe as stripe_library

from chalicelib import bootstrap
from local.dynamodb.database_server import DatabaseEndpoint
from local.stripe_double import Settings, StripeDouble, create_double
from tests.functional.builders import make_event
from tests.functional.payments.test_pay_order import SECRET, add_ticket, hook, order
from tests.functional.reports.test_event_sales import Streams
from tests.harness.client import Client
from tests.stripe_double.conftest import serve

AT_ONCE = replace(Settings("", "", ""), settle_after=0.0)


class Till:
    """A shop whose buyers pay at the double, and Stripe's own library to read the double."""

    def __init__(self, double: StripeDouble, url: str, guest: Client, organiser: Client, streams: Streams) -> None:
        self.double, self.guest, self.organiser, self._streams = double, guest, organiser, streams
        self.stripe = stripe_library.StripeClient("sk_test_local", base_addresses={"api": url})
        self.event = str(make_event(organiser, state="published").json["id"])
        self.ticket = str(add_ticket(organiser, self.event, quantity=50).json["id"])

    def pay(self, quantity: int = 2) -> tuple[str, stripe_library.Charge]:
        """Places and pays an order. Returns its id and its charge at Stripe."""
        made = order(self.guest, self.event, self.ticket, quantity)
        place = f"/v1/orders/{made.json['id']}/payment?access={made.json['access']}"
        session = self.guest.post(place).json["checkout_url"].rpartition("/")[2]
        assert self.double.pay(session).paid
        self.tell()
        return str(made.json["id"]), self.stripe.v1.charges.list({"limit": 1}).data[0]

    def refund(self, charge: stripe_library.Charge, amount: int | None = None) -> str:
        """Makes a refund in Stripe's dashboard. Returns its id."""
        made = self.double.refund(str(charge.payment_intent), amount)
        self.tell()
        return str(made["id"])

    def dispute(self, charge: stripe_library.Charge, verdict: Any) -> None:
        """Opens a dispute and ends it with a verdict."""
        made = self.double.dispute(charge.id)
        self.tell()
        self.double.end_dispute(made["id"], verdict)
        self.tell()

    def tell(self) -> None:
        """Delivers all events of Stripe and processes the streams."""
        for _ in range(3):  # the events of a requested refund come in the next round
            while self.double.tick():
                pass
            self._streams.drain()

    def get(self, name: str) -> Any:
        reply = self.organiser.get(f"/v1/events/{self.event}/{name}")
        assert reply.status == 200, reply
        return reply.json

    def table(self, name: str) -> list[dict[str, str]]:
        body = self.organiser.get(f"/v1/events/{self.event}/{name}.csv").body.decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(body, newline="")))


@pytest.fixture
def till(anonymous: Client, organiser: Client, database: DatabaseEndpoint) -> Iterator[Till]:
    """A till without sales."""
    from chalicelib.payments.adapters.stripe import StripeGateway

    def deliver(url: str, headers: dict[str, str], body: bytes, timeout: float) -> int:
        signature = {name.lower(): value for name, value in headers.items()}["stripe-signature"]
        return hook(anonymous, body, signature).status

    def make(url: str) -> StripeDouble:
        return create_double(None, url, "http://hook.test/", SECRET, clock=time.time, post=deliver, settings=AT_ONCE)

    for double, url in serve(make):
        bootstrap.services().payments.stripe = StripeGateway(secret_key="sk_test_local", api_base=url)
        yield Till(double, url, anonymous, organiser, Streams(database))


def mixed(till: Till) -> dict[str, str]:
    """Orders with every kind of payment, refund and dispute. Their ids by kind."""
    made = {"paid": till.pay()[0]}
    made["partial"], charge = till.pay()
    till.refund(charge, 1000)
    made["full"], _ = till.pay()
    refund = till.organiser.post(f"/v1/orders/{made['full']}/refunds", {})
    assert refund.status == 201, refund
    till.tell()
    made["failed"], charge = till.pay()
    failed = till.refund(charge)
    till.double.settle_refund(failed, "failed")
    till.tell()
    made["lost"], charge = till.pay()
    till.dispute(charge, "lost")
    made["won"], charge = till.pay()
    till.dispute(charge, "won")
    till.double.settings = replace(till.double.settings, settlement_currency="eur", exchange_rate=0.93)
    made["elsewhere"], charge = till.pay(1)
    till.refund(charge, 700)
    return made


def test_ledger_adds_up_to_the_balance_transactions_that_stripe_reports(till: Till) -> None:
    mixed(till)
    reported = list(till.stripe.v1.balance_transactions.list({"limit": 100}).auto_paging_iter())
    ledger = till.get("ledger")
    rows = [(one["id"], one["amount"], one["fee"], one["net"], one["currency"]) for one in ledger["items"]]
    assert sorted(rows) == sorted((one.id, one.amount, one.fee, one.net, one.currency.upper()) for one in reported)
    by_currency = {one["currency"]: one for one in ledger["sums"]}
    assert sorted(by_currency) == ["CHF", "EUR"]
    for currency, sums in by_currency.items():
        moved = [one for one in reported if one.currency.upper() == currency]
        assert sums["charges"] + sums["refunds"] + sums["disputes"] == sum(one.amount for one in moved)
        assert (sums["fees"], sums["net"]) == (sum(one.fee for one in moved), sum(one.net for one in moved))
        by_kind: Counter[str] = Counter()
        for one in moved:
            by_kind[one.reporting_category] += one.amount
        assert sums["charges"] == by_kind["charge"]
        assert sums["refunds"] == by_kind["refund"] + by_kind["refund_failure"]
        assert sums["disputes"] == by_kind["dispute"] + by_kind["dispute_reversal"]


def test_ledger_names_every_kind_of_movement_and_pages_through_them(till: Till) -> None:
    made = mixed(till)
    rows = till.get("ledger")["items"]
    kinds = {name: sorted(one["kind"] for one in rows if one["order_id"] == made[name]) for name in made}
    assert kinds == {
        "paid": ["charge"],
        "partial": ["charge", "refund"],
        "full": ["charge", "refund"],
        "failed": ["charge", "refund", "refund_failure"],
        "lost": ["charge", "dispute"],
        "won": ["charge", "dispute", "dispute_reversal"],
        "elsewhere": ["charge", "refund"],
    }
    for limit in (1, 2, 3, 7, 14, 15):
        paged, cursor = [], ""
        while cursor is not None:
            page = till.get(f"ledger?limit={limit}{cursor and f'&cursor={cursor}'}")
            paged += page["items"]
            cursor = page["next_cursor"]
        assert paged == rows
    assert [one["id"] for one in till.table("ledger")] == [one["id"] for one in rows]
    nets = Counter[str]()
    for one in till.table("ledger"):
        nets[one["currency"]] += Decimal(one["net"])  # type: ignore[assignment]
    assert {name: int(net * 100) for name, net in nets.items()} == {
        one["currency"]: one["net"] for one in till.get("ledger")["sums"]
    }


def test_sales_sum_up_what_became_of_every_order(till: Till) -> None:
    mixed(till)
    sales = till.get("sales")
    sums = {one["currency"]: one for one in till.get("ledger")["sums"]}
    taken = {"voided": 4, "gross": 6 * 5000 + 2500, "refunded": 1000 + 5000 + 700, "charged_back": 5000}
    assert sales["types"] == [
        {
            "ticket_type_id": till.ticket,
            "name": "Day ticket",
            "currency": "CHF",
            "sold": 9,
            "held": 0,
            "left": 41,
            "capacity": 50,
            **taken,
        }
    ]
    chf, eur = sales["currencies"]
    assert chf == {"currency": "CHF", "orders": 7, "sold": 9, **taken} | {
        "fees": sums["CHF"]["fees"],
        "net": sums["CHF"]["net"],
    }
    assert (eur["currency"], eur["orders"], eur["gross"]) == ("EUR", 0, 0)
    assert (eur["fees"], eur["net"]) == (sums["EUR"]["fees"], sums["EUR"]["net"])
    (day,) = sales["days"]
    assert {name: day[name] for name in ("currency", "orders", "sold", *taken)} == {
        "currency": "CHF",
        "orders": 7,
        "sold": 9,
        **taken,
    }


def test_charges_of_an_event_are_those_of_its_orders(till: Till) -> None:
    made = mixed(till)
    listed = till.get("charges")["items"]
    own = [till.organiser.get(f"/v1/orders/{one}/charges").json["items"] for one in reversed(made.values())]
    assert listed == [charge for charges in own for charge in charges]
    assert till.get(f"charges?q={made['won']}")["items"] == own[1]
    assert till.get(f"charges?q={own[2][0]['id'][:20]}")["items"] == own[2]
    assert till.get(f"charges?limit=3&cursor={till.get('charges?limit=3')['next_cursor']}")["items"] == listed[3:6]
    (row,) = [one for one in till.table("charges") if one["order_id"] == made["elsewhere"]]
    assert (row["amount"], row["currency"], row["refunded"], row["fee_currency"]) == ("25.00", "CHF", "7.00", "EUR")
    assert (row["method"], row["last4"], row["livemode"]) == ("visa", "4242", "no")
    disputes = {one["order_id"]: one["dispute"] for one in till.table("charges")}
    assert (disputes[made["lost"]], disputes[made["won"]], disputes[made["paid"]]) == ("lost", "won", "")


def test_ledger_and_charges_answer_304_until_money_moves(till: Till) -> None:
    _, charge = till.pay()
    paths = [f"/v1/events/{till.event}/{name}" for name in ("ledger", "charges", "sales", "ledger.csv", "charges.csv")]
    tags = {path: till.organiser.get(path).etag for path in paths}
    assert [till.organiser.get(path, if_none_match=tag).status for path, tag in tags.items()] == [304] * 5
    till.refund(charge, 100)
    assert [till.organiser.get(path, if_none_match=tag).status for path, tag in tags.items()] == [200] * 5
