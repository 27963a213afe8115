"""Measures one use of each kind in DynamoDB's units, round trips and bytes. Called by bench/cost/__main__.py.

The product does everything once, over the local database and the Stripe double; units come from item sizes by AWS's
rule (bench/capacity.py). Milliseconds are not measured, because a laptop's times say nothing about Lambda's.
"""

import gzip
import hashlib
import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

from bench.cost.cost_meter import CountedGateway, DeafPusher, Meter, SilentMailer, Use
from bench.stage import sessions
from infra.stream_settings import FILTERS
from infra.website import RELEASE, folder_of, release
from local.events.stream_filters import passes
from tests.conftest import sign_up, verified
from tests.harness import environment
from tests.harness.client import Client, Reply

SESSIONS, SPEAKERS = 300, 100
WEB = folder_of(Path(__file__).parents[2])
_STATIC = re.compile(r'(?:href|src)="/static/([^"]+)"')
_NO_SCRIPT = re.compile(r"<noscript>.*?</noscript>", re.DOTALL)
_SOCKET = {"connectionId": "bench=", "domainName": "ws.example.org", "stage": "api", "routeKey": "$default"}


class PageSize(NamedTuple):
    """A page: the bytes of its HTML, compressed, and the website's files that it loads."""

    size: int
    files: tuple[str, ...]


class Measured(NamedTuple):
    """All measured values. Sizes are compressed bytes; `page_seconds` and `answer_seconds` are how long the CDN caches
    pages and public answers.
    """

    uses: dict[str, Use]
    pages: dict[str, PageSize]
    files: dict[str, int]
    stripe_events: int
    page_seconds: int
    answer_seconds: int


class Shop:
    """An event with its programme and one ticket type, and everything that users do with it, once."""

    def __init__(self, client: Client, database: Any, stripe: Any, hooks: list[tuple[bytes, str]]) -> None:
        self._guest, self._database, self._stripe, self._hooks = client, database, stripe, hooks
        self._host = verified(sign_up(client))
        self._event = self._programme()
        self._ticket = self._host.post(f"/v1/events/{self._event}/ticket-types", TICKET).json["id"]
        self.stripe_events = 0
        self._seen: dict[str, int] = {}

    def _programme(self) -> str:
        import msgspec

        from chalicelib import bootstrap
        from chalicelib.content.domain.programme import Session, Speaker
        from chalicelib.content.domain.views import written
        from chalicelib.core.kinds import Kind
        from chalicelib.exchange.adapters.dynamo import DynamoImports

        made = self._host.post("/v1/events", EVENT)
        event, ids = str(made.json["id"]), bootstrap.services().ids
        stamp = {"created_at": "2027-01-01T00:00:00Z", "updated_at": "2027-01-01T00:00:00Z"}
        parts = [(Kind.SESSIONS, Session, one) for one in sessions(SESSIONS)]
        parts += [(Kind.SPEAKERS, Speaker, one) for one in speakers(SPEAKERS)]
        DynamoImports().write_resources(
            [written(event, kind, msgspec.convert({**one, **stamp, "id": ids.new_id()}, to)) for kind, to, one in parts]
        )
        published = self._host.patch(f"/v1/events/{event}", {"state": "published"}, if_match=made.etag)
        assert published.status == 200, published
        return event

    def pages(self) -> dict[str, PageSize]:
        """Returns the sizes of the pages that users load, as the CDN sends them."""
        places = {"home": "", "event": "/e/bench", "schedule": "/e/bench/schedule", "order": "/orders/x"}
        return {name: page_size(self._get(f"/pages{place}").body) for name, place in places.items()}

    def cdn_seconds(self) -> tuple[int, int]:
        """Returns how many seconds the CDN caches a page, and a public answer."""
        replies = self._get("/pages/e/bench"), self._get(f"/v1/events/{self._event}/ticket-types")
        page, answer = (re.findall(r"s-maxage=(\d+)", reply.headers["cache-control"])[0] for reply in replies)
        return int(page), int(answer)

    def _get(self, place: str, **headers: str) -> Reply:
        reply = self._guest.get(place, **headers)
        assert reply.status in (200, 304), reply
        return reply

    def uses(self, meter: Meter) -> dict[str, Use]:
        """Returns the usage of each activity in a warm process, with filled caches."""
        people = self._people(meter)
        self._react("notifications", "send_mails")  # the mails of sign-ups
        self._react("notifications", "on_notifications")
        timers = {"timer": self._timer(meter), "reconciling": self._reconciling(meter), "offers": self._offers(meter)}
        timers["due mails"] = self._due_mails(meter)
        return {**self._reads(meter), **people, **self._sale(meter), **self._socket(meter), **timers}

    def _people(self, meter: Meter) -> dict[str, Use]:
        made: list[Reply] = []
        form = {"email": "new@example.org", "name": "Robin Example", "password": "correct horse battery"}
        sign_up = meter.use(lambda: made.append(self._guest.post("/v1/auth/sign-up", form, idempotency_key="new")))
        old = {"refresh_token": made[0].json["refresh_token"]}
        refresh = meter.use(lambda: made.append(self._guest.post("/v1/auth/refresh", old)))
        assert [reply.status for reply in made] == [201, 200], made
        return {"sign-up": sign_up, "token refresh": refresh}

    def _reads(self, meter: Meter) -> dict[str, Use]:
        places = {
            "event page": "/pages/e/bench",
            "schedule page": "/pages/e/bench/schedule",
            "home page": "/pages",
            "shell page": "/pages/orders/x",
            "availability": f"/v1/events/{self._event}/ticket-types",
            "event": f"/v1/events/{self._event}",
        }
        found = {}
        for name, place in places.items():
            tag = self._get(place).etag
            found[name] = meter.use(lambda place=place: self._get(place))  # type: ignore[misc]
            found[f"{name}, 304"] = meter.use(lambda place=place, tag=tag: self._get(place, if_none_match=tag))  # type: ignore[misc]
        count = "/v1/notifications/unread-count"
        self._host.get(count)
        found["unread count"] = meter.use(lambda: self._host.get(count))
        return found

    def _sale(self, meter: Meter) -> dict[str, Use]:
        made: list[Reply] = []
        self._react("sales", "on_sales")  # the writes before the first order
        form = {"lines": [{"ticket_type_id": self._ticket, "quantity": 1}], "buyer": BUYER}
        place = f"/v1/events/{self._event}/orders"
        order = meter.use(lambda: made.append(self._guest.post(place, form, idempotency_key="bench")))
        assert made[0].status == 201, made[0]
        held = meter.use(lambda: self._react("sales", "on_sales"))
        query = f"?access={made[0].json['access']}"
        place = f"/v1/orders/{made[0].json['id']}"
        checkout: list[Reply] = []
        pay = meter.use(lambda: checkout.append(self._guest.post(f"{place}/payment{query}")))
        assert self._stripe.pay(checkout[0].json["checkout_url"].rpartition("/")[2]).paid
        while self._stripe.tick():
            pass
        self.stripe_events = len(self._hooks)
        hooks = meter.use(lambda: [self._hook(*one) for one in self._hooks])
        charge = meter.use(lambda: self._react("stripe_inbox", "on_stripe_inbox"))
        read = meter.use(lambda: self._get(place + query))
        assert self._get(place + query).json["state"] == "paid"
        paid = meter.use(lambda: self._react("sales", "on_sales"))
        lists = {"lists, order held": held, "lists, order paid": paid}
        mail = meter.use(lambda: self._react("notifications", "send_mails"))
        push = meter.use(lambda: self._react("notifications", "on_notifications"))
        sale = {"order": order, "payment": pay, "webhooks": hooks, "charge": charge, "order read": read}
        return {**sale, "mail": mail, "push": push, **lists}

    def _hook(self, body: bytes, signature: str) -> None:
        reply = self._guest.request("POST", "/v1/stripe/webhook", raw=body, stripe_signature=signature)
        assert reply.status == 200, reply

    def _react(self, table: str, function: str) -> None:
        """Gives the new records of a stream to its function."""
        import importlib

        found = self._database.streams.read(f"{environment.PREFIX}{table}", self._seen.get(function, 0), 1000, 0)
        self._seen[function] = found[-1].sequence
        records = [json.loads(record.json) for record in found]
        event = {"Records": [record for record in records if passes(record, FILTERS.get(function, ()))]}
        answer = getattr(importlib.import_module("app"), function)(event, None)
        assert answer == {"batchItemFailures": []}, answer

    def _socket(self, meter: Meter) -> dict[str, Use]:
        from chalicelib.triggers import sockets

        url: list[Reply] = []
        ticket = meter.use(lambda: url.append(self._host.post("/v1/live/tickets")))
        query = {"ticket": url[0].json["url"].partition("?ticket=")[2]}
        event = {"requestContext": _SOCKET, "isBase64Encoded": False}
        hello = {**event, "body": json.dumps({"action": "hello", "since": None})}
        answers: list[Any] = []
        found = {
            "socket ticket": ticket,
            "socket opens": meter.use(
                lambda: answers.append(sockets.connect({**event, "queryStringParameters": query, "headers": {}}))
            ),
            "socket says hello": meter.use(lambda: answers.append(sockets.message(hello))),
            "socket closes": meter.use(lambda: answers.append(sockets.disconnect(event))),
        }
        assert answers == [{"statusCode": 200}] * 3, answers
        return found

    def _timer(self, meter: Meter) -> Use:
        """Returns the usage of a run of the holds timer that finds nothing, a minute after another such run."""
        from chalicelib.payments.ports import Sweep

        services = _at_one_moment()
        last = int(services.clock.now() - services.config.order_hold_seconds) // 60
        assert services.payments.holds.save_sweep(Sweep(last, (), 0))
        return meter.use(services.payments.expire_orders.expire_orders)

    def _offers(self, meter: Meter) -> Use:
        """Returns the usage of a run of the offers timer without expired offers and without waiting people."""
        from chalicelib import bootstrap

        return meter.use(bootstrap.services().waiting_list.offer_tickets.run)

    def _due_mails(self, meter: Meter) -> Use:
        """Returns the usage of a run that finds no due mails, a quarter of an hour after the last run."""
        services = _at_one_moment()
        services.mail.due_index.advance(int(services.clock.now()) - 1800)  # the cursor of the last run
        return meter.use(services.mail.sweep_due.run)

    def _reconciling(self, meter: Meter) -> Use:
        """Returns the usage of a reconciliation that finds nothing new, after one that looked at everything."""
        from chalicelib import bootstrap

        reconciling = bootstrap.services().payments.reconcile
        reconciling.reconcile()
        return meter.use(reconciling.reconcile)


def _at_one_moment() -> Any:
    """Returns the services with a stopped clock, so that no minute ends between two lines."""
    from chalicelib import bootstrap

    running = bootstrap.services()
    services: Any = bootstrap.Services(running.config)
    now = running.clock.now()
    services.clock = SimpleNamespace(now=lambda: now)
    services.aws.dynamodb = running.aws.dynamodb
    return services


EVENT = {
    "name": "Bench Days",
    "slug": "bench",
    "starts_at": "2027-06-11T07:00:00Z",
    "ends_at": "2027-06-13T18:00:00Z",
    "currency": "EUR",
}
TICKET = {"name": "Standard", "price": {"amount": 2500, "currency": "EUR"}, "quantity": 5000}
BUYER = {"name": "Robin Example", "email": "robin@example.org"}


def speakers(count: int) -> list[dict[str, Any]]:
    """Returns speakers with biographies as long as a session's abstract."""
    biographies = [one["short_abstract"] for one in sessions(count)]
    return [{"name": f"Speaker {n}", "short_biography": text} for n, text in enumerate(biographies)]


def page_size(html: bytes) -> PageSize:
    """Returns a page's bytes and every file that a browser with JavaScript loads for it: a page names all of them,
    also those that its scripts import (chalicelib/website/pages/templating.py).
    """
    found = dict.fromkeys(_STATIC.findall(_NO_SCRIPT.sub("", html.decode())))
    return PageSize(compressed(html, to=1000), tuple(found))


def file_of(path: str) -> Path:
    """Returns the file of a path below /static/, with or without a release's name."""
    return WEB / RELEASE.sub("", path, count=1)


def compressed(content: bytes, *, to: int) -> int:
    """Returns the bytes as sent, rounded up to a multiple of `to`, so that random ids and other versions of zlib give
    the same number.
    """
    content = _steady(content)
    size = len(gzip.compress(content, 6, mtime=0)) if len(content) >= 1000 else len(content)
    return -(-size // to) * to


def measure() -> Measured:
    """Runs every activity once and returns what was measured."""
    with _stage() as (shop, gateway):
        pages, seconds = shop.pages(), shop.cdn_seconds()
        with Meter(gateway) as meter:
            uses = shop.uses(meter)
    files = sorted({file for page in pages.values() for file in page.files})
    sizes = {file: compressed(file_of(file).read_bytes(), to=500) for file in files}
    return Measured(uses, pages, sizes, shop.stripe_events, *seconds)


@contextmanager
def _stage() -> Iterator[tuple[Shop, CountedGateway]]:
    """Runs the product with its own database and Stripe double, all in this process."""
    from local.dynamodb.database_server import running_database

    with running_database() as endpoint:
        environment.prepare(endpoint)
        os.environ["WEBSITE"] = release(WEB)  # as `infra up` does
        import logging

        from app import app
        from chalicelib import bootstrap
        from chalicelib.aws import dynamo_tables as tables

        logging.getLogger("telemetry").setLevel(logging.CRITICAL)
        tables.create_missing()
        hooks: list[tuple[bytes, str]] = []
        for stripe, url in _stripe(hooks):
            gateway = _quiet_services(url)
            yield Shop(Client(app), endpoint.database, stripe, hooks), gateway
        bootstrap.services().aws.dynamodb.close()


def _stripe(hooks: list[tuple[bytes, str]]) -> Iterator[tuple[Any, str]]:
    """Yields the Stripe double and its URL. Its webhook events go to `hooks`."""
    from local.stripe_double import create_double
    from tests.stripe_double.conftest import serve

    def deliver(_url: str, headers: dict[str, str], body: bytes, _timeout: float) -> int:
        hooks.append((body, {name.lower(): value for name, value in headers.items()}["stripe-signature"]))
        return 200

    secret = environment.VARIABLES["STRIPE_WEBHOOK_SECRET"]
    yield from serve(lambda url: create_double(None, url, "http://hook.test/", secret, clock=time.time, post=deliver))


def _quiet_services(stripe_url: str) -> CountedGateway:
    """Replaces Stripe by the double with a counter, and discards mails and pushes."""
    from chalicelib import bootstrap
    from chalicelib.payments.adapters.stripe import StripeGateway

    services = bootstrap.services()
    gateway = CountedGateway(StripeGateway(secret_key="sk_test_local", api_base=stripe_url))
    services.payments.stripe = gateway
    services.live.pusher = DeafPusher()
    services.mail.mailer = SilentMailer()
    return gateway


def _steady(content: bytes) -> bytes:
    """Replaces random ids by fixed ones, because random ids compress to different sizes in each run."""
    ids: dict[bytes, bytes] = {}

    def steady(found: re.Match[bytes]) -> bytes:
        return ids.setdefault(found[0], hashlib.sha256(b"%d" % len(ids)).hexdigest()[:26].upper().encode())

    return re.sub(rb"\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b", steady, content)
