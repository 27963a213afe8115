"""P12: the time to confirm paid orders while Stripe takes 300 ms for each answer. Also runs alone:
`python -m bench.sales.confirm_orders`.

The product runs in a separate process, as `make run` starts it, with Stripe's test double. Checkouts are opened while
the double is fast. Then all orders are paid at once, and the time is measured until every order's state is paid. The
double counts its requests.
"""

import json
import tempfile
import time
import urllib.error
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import click

from local.demo.demo import ACCOUNTS, ApiCaller
from local.demo.demo_conference import SLUG
from tests.harness.server import ServerProcess

ORDERS = 500
ANSWER_SECONDS = 0.3
PATIENCE_SECONDS = 1800
BUYERS_AT_ONCE = 8
CONTROL = "/_local/stripe/control"


def measure(*, orders: int = ORDERS) -> dict[str, Any]:
    """Returns the seconds from the first payment to the last confirmed order, and the requests to Stripe meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        server = ServerProcess(Path(folder) / "data")
        server.start()
        try:
            return _measure(server.origin, orders)
        finally:
            server.stop()


def _measure(origin: str, orders: int) -> dict[str, Any]:
    place, ticket = _shop(origin, orders)
    guest = ApiCaller(origin)
    with ThreadPoolExecutor(BUYERS_AT_ONCE) as buyers:
        waiting = list(buyers.map(lambda number: _order(origin, place, ticket, number), range(orders)))
        sessions = list(buyers.map(lambda order: _open(origin, order), waiting))
        guest.call("POST", CONTROL, {"action": "api_fault", "kind": "slow", "seconds": ANSWER_SECONDS, "count": None})
        before = guest.call("GET", CONTROL)["traffic"]["endpoints"]
        began = time.monotonic()
        list(buyers.map(lambda session: guest.call("POST", CONTROL, {"action": "pay", "session": session}), sessions))
        paid = time.monotonic() - began
    for number, order in enumerate(waiting):  # one order at a time: polling all of them would slow the product down
        while guest.call("GET", order)["state"] == "reserved":
            missing = f"{orders - number} of {orders} are not paid after {PATIENCE_SECONDS} s"
            assert time.monotonic() - began < PATIENCE_SECONDS, missing
            time.sleep(0.2)
    seconds = time.monotonic() - began
    _until_quiet(guest)
    return {"orders": orders, "seconds": seconds, "paying_seconds": paid, **_asked(guest, before, orders)}


def _shop(origin: str, orders: int) -> tuple[str, str]:
    """Creates a ticket type of the demo conference with a ticket for each order. Returns the event's path
    and its id.
    """
    owner = ApiCaller(origin)
    form = {"email": ACCOUNTS[0].email, "password": ACCOUNTS[0].password}
    owner.token = owner.call("POST", "/api/v1/auth/sign-in", form)["access_token"]
    place = f"/api/v1/events/{owner.call('GET', f'/api/v1/events/{SLUG}')['id']}"
    fields = {"name": "Rush", "price": {"amount": 2500, "currency": "EUR"}, "quantity": orders}
    return place, owner.call("POST", f"{place}/ticket-types", fields)["id"]


def _order(origin: str, place: str, ticket: str, number: int) -> str:
    """Places a guest's order. Returns the path at which it can be read."""
    buyer = {"name": "Ada Lovelace", "email": f"ada{number}@example.org"}
    form = {"lines": [{"ticket_type_id": ticket, "quantity": 1}], "buyer": buyer}
    made = ApiCaller(origin).call("POST", f"{place}/orders", form)
    return f"/api/v1/orders/{made['id']}?access={made['access']}"


def _open(origin: str, order: str) -> str:
    """Opens the checkout of an order and returns its session's id. On 503, waits for Retry-After and tries again."""
    path, _, access = order.partition("?")
    while True:
        try:
            url = ApiCaller(origin).call("POST", f"{path}/payment?{access}")["checkout_url"]
        except urllib.error.HTTPError as refused:
            if refused.code != 503:
                raise
            time.sleep(int(refused.headers["Retry-After"]))
        else:
            return str(url).rpartition("/")[2]


def _until_quiet(guest: ApiCaller) -> None:
    """Waits until Stripe has no event left to send and gets no more requests."""
    calls = -1
    while True:
        seen = guest.call("GET", CONTROL)
        now = sum(one["calls"] for one in seen["traffic"]["endpoints"].values())
        if not seen["waiting"] and now == calls:
            return
        calls = now
        time.sleep(3)


def _asked(guest: ApiCaller, before: dict[str, Any], orders: int) -> dict[str, Any]:
    """Returns the GET requests to Stripe since the first payment, per order, and in the busiest second of
    an endpoint.
    """
    traffic = guest.call("GET", CONTROL)["traffic"]
    calls = {name: one["calls"] - before.get(name, {"calls": 0})["calls"] for name, one in traffic["endpoints"].items()}
    reads = {name: count for name, count in calls.items() if count and name.startswith("GET")}
    busiest = max(traffic["endpoints"][name]["busiest_second"] for name in reads)
    return {"calls_an_order": sum(reads.values()) / orders, "calls": reads, "busiest_second": busiest}


@click.command(help=__doc__)
@click.option("--orders", default=ORDERS, show_default=True)
def main(*, orders: int) -> None:
    """Measures and prints JSON."""
    click.echo(json.dumps(measure(orders=orders), indent=1))


if __name__ == "__main__":
    main()
