"""The demo conference that a fresh data directory starts with.

The runner calls `load` once the product answers, and prints what it returns. All data goes through the public API, as
from an organiser's own client. The data are in demo_conference.py.
"""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from local.demo import demo_conference as data
from local.environment import ADMIN_EMAIL

PASSWORD = "difference engine"  # noqa: S105 - the demo's, printed at every start
MAIL_SECONDS = 10


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account that the user can sign in with."""

    role: str
    email: str
    password: str


ACCOUNTS = [
    DemoAccount("organiser", "organiser@marquee.example", PASSWORD),
    DemoAccount("attendee", "attendee@marquee.example", PASSWORD),
    DemoAccount("administrator", ADMIN_EMAIL, PASSWORD),
]


class ApiCaller:
    """Calls the public API for one account."""

    def __init__(self, origin: str, token: str = "") -> None:
        self.origin = origin
        self.token = token
        self.etag = ""

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """Returns the JSON of the answer, and keeps its ETag in `etag`. Raises urllib.error.HTTPError."""
        fields = {"Content-Type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}}
        if self.token:
            fields["Authorization"] = f"Bearer {self.token}"
        content = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{self.origin}{path}", content, fields, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            self.etag = answer.headers.get("ETag", "")
            text = answer.read()
        return json.loads(text) if text else None


def load(origin: str) -> list[DemoAccount]:
    """Creates the demo data through the API at `origin`. Returns the accounts. Safe to repeat after a kill."""
    organiser = _account(origin, ACCOUNTS[0], "Demo Organiser")
    _account(origin, ACCOUNTS[1], "Demo Attendee")
    _account(origin, ACCOUNTS[2], "Demo Administrator")
    if not any(event["slug"] == data.SLUG for event in organiser.call("GET", "/api/v1/events?view=all")["items"]):
        _conference(organiser)
    return ACCOUNTS


def _account(origin: str, account: DemoAccount, name: str) -> ApiCaller:
    """Signs up, or signs in when the account exists, and follows the mailed link."""
    api = ApiCaller(origin)
    credentials = {"email": account.email, "password": account.password}
    try:
        answer = api.call("POST", "/api/v1/auth/sign-up", {**credentials, "name": name})
    except urllib.error.HTTPError as error:
        if error.code != 409:
            raise
        answer = api.call("POST", "/api/v1/auth/sign-in", credentials)
    api.token = answer["access_token"]
    if not answer["user"]["verified"]:
        api.call("POST", "/api/v1/auth/verify", {"token": mailed_token(origin, account.email)})
    return api


def mailed_token(origin: str, address: str) -> str:
    """Returns the token of the verification link in the newest mail to an address. Raises TimeoutError."""
    deadline = time.monotonic() + MAIL_SECONDS
    while time.monotonic() < deadline:
        for mail in ApiCaller(origin).call("GET", "/_local/mail.json")["items"]:
            found = re.search(r"/verify#([\w-]+)", mail.get("text") or "")
            if address in str(mail["to"]) and found:
                return found[1]
        time.sleep(0.02)
    raise TimeoutError(f"no verification mail for {address}")


def _conference(api: ApiCaller) -> None:
    """Creates the event with all its parts. Publishes it last, so that it appears complete."""
    first = datetime.now(UTC).date() + timedelta(days=data.DAYS_AHEAD)
    fields = {
        "name": data.NAME,
        "slug": data.SLUG,
        "description": data.DESCRIPTION,
        "starts_at": _at(first, 0, 9.0),
        "ends_at": _at(first, 1, 17.0),
        "timezone": data.TIMEZONE,
        "currency": data.CURRENCY,
        "venue": data.VENUE,
        "website_url": "https://example.com/difference-engine-days",
        "contact_email": "hello@marquee.example",
    }
    event = api.call("POST", "/api/v1/events", fields, Idempotency_Key=f"demo {first}")["id"]
    base = f"/api/v1/events/{event}"

    def add(kind: str, **part: object) -> str:
        return str(api.call("POST", f"{base}/{kind}", part)["id"])

    tracks = [add("tracks", name=n, color=c, description=f"<p>{d}</p>") for n, c, d in data.TRACKS]
    rooms = [add("microlocations", name=n, floor=f, capacity=c) for n, f, c in data.ROOMS]
    speakers = [add("speakers", name=n, country=c, short_biography=f"<p>{b}</p>") for n, c, b in data.SPEAKERS]
    for name, level, url in data.SPONSORS:
        add("sponsors", name=name, level=level, url=url)
    for title, track, room, who, day, hour, minutes, abstract in data.SESSIONS:
        add(
            "sessions",
            title=title,
            track_id=None if track is None else tracks[track],
            microlocation_id=rooms[room],
            speaker_ids=[speakers[index] for index in who],
            starts_at=_at(first, day, hour),
            ends_at=_at(first, day, hour + minutes / 60),
            short_abstract=f"<p>{abstract}</p>",
            language="en",
            state="confirmed",
        )
    for position, (name, description, price, quantity, most) in enumerate(data.TICKETS):
        ticket: dict[str, object] = {"name": name, "description": description, "position": position}
        ticket |= {"price": {"amount": price, "currency": data.CURRENCY}, "quantity": quantity, "max_per_order": most}
        api.call("POST", f"{base}/ticket-types", ticket)
    api.call("GET", base)
    api.call("PATCH", base, {"state": "published"}, If_Match=api.etag)


def _at(first: date, day: int, hour: float) -> str:
    """Returns a local hour of a day of the event, as RFC 3339 in UTC."""
    midnight = datetime.combine(first + timedelta(days=day), datetime.min.time(), ZoneInfo(data.TIMEZONE))
    moment = (midnight + timedelta(hours=hour)).astimezone(UTC)
    return moment.isoformat().replace("+00:00", "Z")
