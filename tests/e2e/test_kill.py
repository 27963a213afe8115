"""kill -9 of the whole product under load: acknowledged writes are stored, and their notifications are delivered."""

import http.client
import json
import threading
import time
import urllib.error
import urllib.parse
from typing import Any

from websockets.sync.client import connect

from local.demo.demo import ACCOUNTS, ApiCaller
from local.demo.demo_conference import SLUG
from local.demo.tour import CARD, pay
from tests.harness.server import ServerProcess

WRITERS, BEFORE_KILL = 8, 200


def signed_in(origin: str, number: int) -> ApiCaller:
    api = ApiCaller(origin)
    form = {"email": ACCOUNTS[number].email, "password": ACCOUNTS[number].password}
    api.token = api.call("POST", "/api/v1/auth/sign-in", form)["access_token"]
    return api


def write_until_killed(origin: str, token: str, base: str, acknowledged: list[str], enough: threading.Event) -> None:
    """Creates tracks and records each one that the server acknowledged."""
    api = ApiCaller(origin, token)
    while True:
        try:
            made = api.call("POST", f"{base}/tracks", {"name": "T"})
        except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError):  # killed at any byte
            return
        acknowledged.append(made["id"])
        if len(acknowledged) >= BEFORE_KILL:
            enough.set()


def listed(api: ApiCaller, base: str) -> set[str]:
    found: set[str] = set()
    url = f"{base}/tracks?limit=500"
    while True:
        page: dict[str, Any] = api.call("GET", url)
        found |= {item["id"] for item in page["items"]}
        if page["next_cursor"] is None:
            return found
        url = f"{base}/tracks?limit=500&cursor={page['next_cursor']}"


def test_kill_during_200_writes_loses_nothing_acknowledged(mortal: ServerProcess) -> None:
    mortal.start()
    organiser = signed_in(mortal.origin, 0)
    base = f"/api/v1/events/{organiser.call('GET', f'/api/v1/events/{SLUG}')['id']}"
    acknowledged: list[str] = []
    enough = threading.Event()
    arguments = (mortal.origin, organiser.token, base, acknowledged, enough)
    writers = [threading.Thread(target=write_until_killed, args=arguments) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    assert enough.wait(60)
    mortal.kill()
    for writer in writers:
        writer.join()
    mortal.start()
    organiser = signed_in(mortal.origin, 0)
    versions = organiser.call("GET", f"{base}/versions?view=all")
    found = listed(organiser, base)
    assert len(acknowledged) >= BEFORE_KILL
    assert set(acknowledged) <= found
    # A write that was not acknowledged may be stored too; the counter includes all of them.
    assert versions["tracks_ver"] == len(found)
    assert len(found) - len(acknowledged) <= WRITERS + 3


def test_kill_right_after_payment_still_pushes_the_notification(mortal: ServerProcess) -> None:
    mortal.start()
    attendee = signed_in(mortal.origin, 1)
    types = attendee.call("GET", f"/api/v1/events/{SLUG}/ticket-types")["items"]
    form = {
        "lines": [{"ticket_type_id": types[0]["id"], "quantity": 1}],
        "buyer": {"name": "Demo Attendee", "email": ACCOUNTS[1].email},
    }
    order = attendee.call("POST", f"/api/v1/events/{SLUG}/orders", form)["id"]
    checkout = attendee.call("POST", f"/api/v1/orders/{order}/payment", {})["checkout_url"]
    assert pay(checkout, CARD) == 303
    mortal.kill()
    mortal.start()
    attendee = signed_in(mortal.origin, 1)
    with connect(attendee.call("POST", "/api/v1/live/tickets", {})["url"]) as socket:
        socket.send(json.dumps({"action": "hello", "since": None}))
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            frame = json.loads(socket.recv(timeout=30))
            if frame["meta"] == "New notifications" or frame.get("notif_count") == 1:
                break
    assert attendee.call("GET", "/api/v1/notifications/unread-count") == {"count": 1}
    assert attendee.call("GET", f"/api/v1/orders/{order}")["state"] == "paid"
    charges = signed_in(mortal.origin, 0).call("GET", f"/api/v1/orders/{order}/charges")["items"]
    assert len(charges) == 1
