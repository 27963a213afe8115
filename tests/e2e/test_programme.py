"""A conference imported over HTTP, then read, changed and edited concurrently, as any client would do it."""

import io
import json
import re
import time
import urllib.error
import urllib.request
import zipfile
from concurrent.futures import ThreadPoolExecutor
from email.message import Message
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from local.demo import importing
from local.demo.demo import ACCOUNTS, ApiCaller
from tests.harness.server import ServerProcess

REAL = Path(__file__).parents[3] / "shared" / "data" / "open-event" / "FOSSASIASummit2017"
SAMPLE = Path(__file__).parents[1] / "samples" / "open_event"
RACERS = 100


def test_import_command_names_a_page_that_a_browser_opens(server: ServerProcess) -> None:
    done = CliRunner().invoke(importing.main, [str(SAMPLE), "--url", server.origin], catch_exceptions=False)
    (place,) = re.findall(rf"{server.origin}\S*", done.output)
    with urllib.request.urlopen(place, timeout=60) as answer:
        assert (answer.status, answer.headers.get_content_type()) == (200, "text/html")


class Reply(NamedTuple):
    """An HTTP response."""

    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Http:
    """Sends requests as one caller; errors are returned as replies."""

    def __init__(self, api: ApiCaller) -> None:
        self.api = api

    def __call__(self, method: str, path: str, body: object = None, **headers: str) -> Reply:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        fields |= {"Authorization": f"Bearer {self.api.token}", "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.api.origin}{path}", content, fields, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return Reply(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            return Reply(error.code, error.headers, error.read())


def archive() -> bytes:
    folder = REAL if REAL.exists() else SAMPLE
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(folder.rglob("*.json")):
            packed.write(file, file.name)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def http(server: ServerProcess) -> Http:
    api = ApiCaller(server.origin)
    form = {"email": ACCOUNTS[0].email, "password": ACCOUNTS[0].password}
    api.token = api.call("POST", "/api/v1/auth/sign-in", form)["access_token"]
    return Http(api)


@pytest.fixture(scope="module")
def imported(server: ServerProcess, http: Http) -> dict[str, Any]:
    headers = {"Content-Type": "application/zip", "Authorization": f"Bearer {http.api.token}"}
    request = urllib.request.Request(f"{server.origin}/api/v1/events/import", archive(), headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.status == 202
        import_id = json.load(answer)["import_id"]
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        done: dict[str, Any] = http("GET", f"/api/v1/imports/{import_id}").json
        if done["state"] != "running":
            return done
        time.sleep(0.1)
    raise TimeoutError("the import did not end")


def all_items(http: Http, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    url = path
    while True:
        page = http("GET", url).json
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        url = f"{path}?cursor={page['next_cursor']}"


def test_import_takes_everything_there_is(http: Http, imported: dict[str, Any]) -> None:
    assert imported["state"] == "done"
    counts = {
        kind: len(all_items(http, f"/api/v1/events/{imported['event_id']}/{kind}")) for kind in imported["counts"]
    }
    assert counts == imported["counts"]
    if REAL.exists():
        assert counts == {"microlocations": 15, "sessions": 214, "speakers": 207, "sponsors": 17, "tracks": 22}


def test_patch_of_one_session_moves_what_it_should_and_nothing_else(http: Http, imported: dict[str, Any]) -> None:
    base = f"/api/v1/events/{imported['event_id']}"
    sessions, tracks = http("GET", f"{base}/sessions"), http("GET", f"{base}/tracks")
    again = http("GET", f"{base}/sessions", If_None_Match=sessions.headers["ETag"])
    assert (again.status, again.body, again.headers["ETag"]) == (304, b"", sessions.headers["ETag"])
    one = f"{base}/sessions/{sessions.json['items'][0]['id']}"
    before, versions = http("GET", one), http("GET", f"{base}/versions").json
    changed = http("PATCH", one, {"level": "expert"}, If_Match=before.headers["ETag"])
    assert changed.status == 200
    assert changed.headers["ETag"] != before.headers["ETag"]
    assert http("GET", one, If_None_Match=changed.headers["ETag"]).status == 304
    assert http("GET", f"{base}/sessions").headers["ETag"] != sessions.headers["ETag"]
    assert http("GET", f"{base}/tracks", If_None_Match=tracks.headers["ETag"]).status == 304
    assert http("GET", f"{base}/versions").json == {**versions, "session_ver": versions["session_ver"] + 1}
    assert http("PATCH", one, {"level": "x"}, If_Match=before.headers["ETag"]).status == 412
    assert http("PATCH", one, {"level": "x"}).status == 428


def test_patch_by_100_at_once_over_http_lets_exactly_one_win(http: Http, imported: dict[str, Any]) -> None:
    base = f"/api/v1/events/{imported['event_id']}/sessions"
    one = f"{base}/{http('GET', base).json['items'][1]['id']}"
    tag = http("GET", one).headers["ETag"]
    with ThreadPoolExecutor(RACERS) as pool:
        statuses = list(pool.map(lambda n: http("PATCH", one, {"level": f"{n}"}, If_Match=tag).status, range(RACERS)))
    assert sorted(statuses) == [200] + [412] * (RACERS - 1)


def test_webhook_20_times_at_once_is_one_charge(server: ServerProcess, http: Http) -> None:
    """The double sends the same event 20 times at a barrier; a tampered one changes nothing."""
    from local.demo.demo_conference import SLUG
    from local.demo.tour import CARD, pay

    control = {"action": "webhook_fault", "kind": "duplicate", "times": 20, "count": None}
    assert http("POST", "/_local/stripe/control", control).status == 200
    types = http("GET", f"/api/v1/events/{SLUG}/ticket-types").json["items"]
    buyer = {"name": "Demo Organiser", "email": ACCOUNTS[0].email}
    form = {"lines": [{"ticket_type_id": types[0]["id"], "quantity": 1}], "buyer": buyer}
    order = http("POST", f"/api/v1/events/{SLUG}/orders", form).json["id"]
    assert pay(http("POST", f"/api/v1/orders/{order}/payment", {}).json["checkout_url"], CARD) == 303

    def is_delivered() -> bool:
        """Returns whether the order is paid and the double has sent each of its events 20 times."""
        events = http("GET", "/_local/stripe/control").json["events"]
        waits = [one for one in events if one["type"].startswith("checkout.session.") and one["pending_webhooks"]]
        return not waits and http("GET", f"/api/v1/orders/{order}").json["state"] == "paid"

    deadline = time.monotonic() + 20
    while not is_delivered():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert len(http("GET", f"/api/v1/orders/{order}/charges").json["items"]) == 1
    assert http("POST", "/_local/stripe/control", {"action": "clear"}).status == 200
    unsigned = http("POST", "/api/v1/stripe/webhook", {"id": "evt_1"}, Stripe_Signature="t=1,v1=00")
    assert unsigned.status == 400
