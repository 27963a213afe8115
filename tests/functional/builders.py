"""Requests that many functional tests start with."""

from typing import Any

from tests.harness.client import Client, Reply

EVENT = {
    "name": "Alpine Python Days",
    "starts_at": "2027-06-11T07:00:00Z",
    "ends_at": "2027-06-12T16:00:00Z",
    "timezone": "Europe/Zurich",
    "currency": "CHF",
    "venue": {"name": "Kursaal", "city": "Bern", "country": "CH"},
}


def make_event(client: Client, **fields: Any) -> Reply:
    """Creates an event; `fields` override the defaults."""
    reply = client.post("/v1/events", {**EVENT, **fields})
    assert reply.status == 201, reply
    return reply


def make(client: Client, event_id: str, kind: str, **fields: Any) -> Reply:
    """Creates a part of an event."""
    reply = client.post(f"/v1/events/{event_id}/{kind}", fields)
    assert reply.status == 201, reply
    return reply


def versions(client: Client, event_id: str, view: str = "all") -> dict[str, Any]:
    """Returns the version counters of an event."""
    counters: dict[str, Any] = client.get(f"/v1/events/{event_id}/versions?view={view}").json
    return counters
