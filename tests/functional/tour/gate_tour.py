"""The part of the grand tour (grand_tour.py) about tickets: reading, printing, changing the holder, check-in."""

from typing import Any

from chalicelib import bootstrap
from chalicelib.tickets.domain.ticket import tickets_of
from tests.harness.functions import Functions, Traveller

NOON = "2027-06-11T10:00:00Z"


def come_in(on: Functions, host: Traveller, event: str, made: Any) -> None:
    """A guest reads tickets, one gets another holder, both are checked in, one is undone; the host's socket is
    notified.
    """
    place, access = f"/v1/orders/{made['id']}", f"?access={made['access']}"
    on.web.get(f"{place}/tickets{access}")
    on.web.get(f"{place}/tickets/1/qr.svg{access}")
    on.web.get(f"{place}/tickets.pdf{access}", accept="application/pdf")
    host.get(f"{place}/tickets")
    on.web.patch(f"{place}/attendees{access}", {"attendees": [{"number": 1, "name": "Grace Hopper"}]}, if_match="*")
    for name in ("gate=", "left="):
        on.connect(host, name)
    on.recorder.gone.add("left=")
    first, second = codes_of(made["id"])
    gate = f"/v1/events/{event}/check-ins"
    host.post(gate, {"code": first, "device": "gate"}, idempotency_key="scan")
    host.refused(409).post(gate, {"code": first})
    host.refused(404).post(gate, {"code": "nonsense"})
    on.drain()
    host.get(gate)
    host.get(f"{gate}/offline")
    host.delete(f"{gate}/{made['id']}-1", if_match="*")
    host.post(f"{gate}/reconcile", {"device": "gate", "scans": [{"code": second, "at": NOON}]})
    on.drain()
    assert on.socket("$disconnect", "gate=") == 200
    on.web.get(f"/pages/events/{event}/check-in")


def codes_of(order_id: str) -> list[str]:
    """Returns the codes of an order's tickets, as in their QR codes."""
    record = bootstrap.services().orders.store.load_order(order_id)
    assert record is not None
    return [ticket.code for ticket in tickets_of(record)]
