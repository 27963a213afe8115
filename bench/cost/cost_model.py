"""The arithmetic of docs/cost.md: the usage of an idle month and of an event's month, and its price.

Pure functions: measured units, assumptions, prices and the templates' resources are parameters. Called by
bench/cost/cost_variants.py.
"""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from bench.cost.cost_units import Measured, Use

Quantities = Mapping[str, float]
"""By name in the price list (bench/cost/prices.toml): the quantity used, in single units, or in GB for bytes."""
GB = 1e9


class Price(NamedTuple):
    """A line of the price list: US dollars for a batch of `per` units, by region; `free` batches a month cost nothing.
    `sure` is False for an estimate.
    """

    title: str
    unit: str
    per: float
    dollars: Mapping[str, float]
    free: float
    source: str
    sure: bool

    def cost(self, quantity: float, region: str, *, allowance: bool) -> float:
        """Returns the dollars for a month's quantity. `allowance` subtracts the free batches."""
        batches = max(0.0, quantity / self.per - (self.free if allowance else 0))
        return batches * self.dollars[region]


class Activity(NamedTuple):
    """Something that a function does `count` times a month. `door` is the price list's line for the requests that start
    it, if any; `heavy` code imports slow packages; `calls` and `messages` are per time.
    """

    title: str
    count: float
    use: Use
    function: str
    door: str = ""
    heavy: bool = False
    extra_ms: float = 0
    calls: int = 1
    messages: int = 0


class Assumed(dict[str, float]):
    """The assumptions' values by name, also as attributes."""

    def __getattr__(self, name: str) -> float:
        """Returns one assumption. Raises AttributeError for an unknown name."""
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class Setting(NamedTuple):
    """The facts from the repository: memory of each function in MB, how many secrets each may read, the templates'
    resources that are billed by the month, how many functions the CDN runs for a request, and which files of the
    website browsers cache for ever.
    """

    memory: Mapping[str, int]
    secrets: Mapping[str, int]
    templates: Quantities
    edge_functions: int
    kept: frozenset[str]


class Month(NamedTuple):
    """A scenario: its activities, and the total usage."""

    activities: list[Activity]
    quantities: Quantities


def total(quantities: Quantities, prices: Mapping[str, Price], region: str, *, allowance: bool) -> float:
    """Returns the dollars for a month's quantities in a region."""
    return sum(prices[name].cost(amount, region, allowance=allowance) for name, amount in quantities.items())


def idle(measured: Measured, assumed: Assumed, setting: Setting) -> Month:
    """Returns a month without visitors: timers, storage and monitoring."""
    uses, minutes = measured.uses, assumed.month_minutes
    done = [
        Activity("holds timer", minutes, uses["timer"], "release_holds", heavy=True),
        Activity("waiting list timer", minutes, uses["offers"], "lapse_offers", heavy=True),
        Activity("reconciling timer", minutes / 10, uses["reconciling"], "reconcile_payments", heavy=True),
        Activity("mails timer", minutes / 15, uses["due mails"], "do_what_is_due", heavy=True),
    ]
    return _month(done, _standing(setting, assumed, gigabytes=assumed.idle_gb), assumed, setting)


def event(measured: Measured, assumed: Assumed, setting: Setting) -> Month:
    """Returns the month of the event, which includes the idle month's lines."""
    done = [
        *idle(measured, assumed, setting).activities,
        *_page_activities(measured, assumed),
        *_sale_activities(measured, assumed),
        *_people_activities(measured, assumed),
    ]
    used = Counter(_standing(setting, assumed, gigabytes=assumed.event_gb))
    used.update(_delivery(measured, assumed, setting, done))
    used["mail"] = assumed.tickets * assumed.mails_of_an_order + assumed.sign_ups
    used["socket_minute"] = _signed_in(assumed) * assumed.socket_minutes
    return _month(done, used, assumed, setting)


def origin_requests(requests: float, seconds: float, assumed: Assumed) -> float:
    """Returns how many of `requests` for one URL the CDN forwards to the origin, when they are spread like page loads.
    A cached copy is valid for `seconds`, and the next request fetches a new one. So a cache with `rate` requests a
    second fetches rate / (1 + rate * seconds).
    """
    whole = assumed.page_loads
    rest = whole - assumed.sale_loads - assumed.event_loads
    phases = [
        (assumed.sale_loads, assumed.sale_hours),
        (assumed.event_loads, assumed.event_hours),
        (rest, assumed.other_hours),
    ]
    passed = 0.0
    for part, hours in phases:
        rate = requests * part / whole / (hours * 3600) / assumed.cdn_caches
        passed += assumed.cdn_caches * hours * 3600 * rate / (1 + rate * seconds)
    return passed


def page_shares(assumed: Assumed) -> dict[str, float]:
    """Returns the share of each page in all page loads; the sum is 1."""
    named = {"event": assumed.share_event, "schedule": assumed.share_schedule, "home": assumed.share_home}
    return {**named, "order": 1 - sum(named.values())}


def file_requests(measured: Measured, assumed: Assumed, setting: Setting) -> tuple[float, float]:
    """Returns the requests for the website's files, and their GB. Each browser loads every file once, and revalidates
    the files that it may not keep with every further page load.
    """
    firsts = assumed.browsers * len(measured.files)
    gigabytes = assumed.browsers * sum(measured.files.values()) / GB
    again = 0.0
    for name, share in page_shares(assumed).items():
        asked = [file for file in measured.pages[name].files if file not in setting.kept]
        again += max(0.0, assumed.page_loads - assumed.browsers) * share * len(asked)
    return firsts + again, gigabytes + again * assumed.not_modified_bytes / GB


def duration_ms(activity: Activity, assumed: Assumed) -> float:
    """Returns the billed milliseconds of one activity, with the cold starts' share."""
    own = (assumed.heavy_ms if activity.heavy else assumed.light_ms) * activity.calls + activity.extra_ms
    waited = activity.use.trips * assumed.trip_ms + activity.use.stripe * assumed.stripe_ms
    cold = assumed.cold_share * (assumed.cold_heavy_ms if activity.heavy else assumed.cold_light_ms) * activity.calls
    return own + waited + cold


def _signed_in(assumed: Assumed) -> float:
    return assumed.page_loads * assumed.signed_in_share


def _page_activities(measured: Measured, assumed: Assumed) -> list[Activity]:
    """Returns the requests for pages and availability that the CDN forwards. It sends the ETag, so pages are 304."""
    uses, found = measured.uses, []
    for name, share in page_shares(assumed).items():
        use = uses["shell page, 304" if name == "order" else f"{name} page, 304"]
        passed = origin_requests(assumed.page_loads * share, measured.page_seconds, assumed)
        found.append(Activity(f"{name} page, through the CDN", passed, use, "api_handler", "rest_request"))
    passed = origin_requests(_availability_reads(assumed), measured.answer_seconds, assumed)
    availability = uses["availability"]
    return [*found, Activity("availability, through the CDN", passed, availability, "api_handler", "rest_request")]


def _availability_reads(assumed: Assumed) -> float:
    """Returns how often pages ask for the tickets left. They send no credentials, so the CDN answers all readers
    (web/src/public/ticket-form.ts).
    """
    return assumed.page_loads * assumed.share_event * assumed.availability_reads


def _sale_activities(measured: Measured, assumed: Assumed) -> list[Activity]:
    uses, rest = measured.uses, ("api_handler", "rest_request")
    paid, made = assumed.tickets, assumed.tickets * (1 + assumed.unpaid_share)
    events = measured.stripe_events
    ended = Use(uses["order"].rru, uses["order"].wru, uses["order"].trips, 1)
    lists = "on_sales", "", True
    mails, mail_ms = paid * assumed.mails_of_an_order + assumed.sign_ups, assumed.mail_ms
    return [
        Activity("orders", made, uses["order"], *rest, heavy=True),
        Activity("payments opened", made, uses["payment"], *rest, heavy=True),
        Activity("order reads", made * assumed.order_reads, uses["order read"], *rest),
        Activity("event reads on order pages", made * 2, uses["event"], *rest),
        Activity("webhooks, all of a sale", paid, uses["webhooks"], "stripe_webhook", "http_request", calls=events),
        Activity("charges", paid, uses["charge"], "on_stripe_inbox", heavy=True, calls=events),
        Activity("holds ended (counted as an order)", made - paid, ended, "release_holds", heavy=True, calls=0),
        Activity("lists, orders held and those ended", made + made - paid, uses["lists, order held"], *lists, calls=2),
        Activity("lists, orders paid", paid, uses["lists, order paid"], *lists, calls=4),
        Activity("mails", mails, uses["mail"], "send_mails", heavy=True, extra_ms=mail_ms),
        Activity("notifications", paid, uses["push"], "on_notifications", heavy=True),
        Activity("mails passed over: queued, claimed, settled", mails, Use(), "on_notifications", calls=3),
    ]


def _people_activities(measured: Measured, assumed: Assumed) -> list[Activity]:
    """Returns the activities of the pages of signed-in users: tokens, unread counts and sockets."""
    uses, pages, rest = measured.uses, _signed_in(assumed), ("api_handler", "rest_request")
    hellos = pages * (1 + assumed.socket_pings)
    renewed = pages / assumed.page_loads_of_a_token
    sign_ups, slow = assumed.sign_ups, assumed.password_ms
    return [
        Activity("sign-ups", sign_ups, uses["sign-up"], *rest, heavy=True, extra_ms=slow),
        Activity("token refreshes", renewed, uses["token refresh"], *rest, heavy=True),
        Activity("unread counts", pages * assumed.unread_reads, uses["unread count"], *rest),
        Activity("socket tickets", pages, uses["socket ticket"], *rest, heavy=True),
        Activity("sockets opened", pages, uses["socket opens"], "websocket_connect", heavy=True),
        Activity("hellos and pings", hellos, uses["socket says hello"], "websocket_message", heavy=True, messages=2),
        Activity("sockets closed", pages, uses["socket closes"], "websocket_disconnect", heavy=True),
    ]


def _standing(setting: Setting, assumed: Assumed, *, gigabytes: float) -> dict[str, float]:
    """Returns the quantities that are billed without any use: storage, backups and the templates' resources."""
    stored = {"table_storage": gigabytes, "table_backup": gigabytes, "bucket_storage": assumed.bucket_gb}
    return {**stored, **setting.templates}


def _delivery(measured: Measured, assumed: Assumed, setting: Setting, done: list[Activity]) -> dict[str, float]:
    """Returns the CDN's quantities. Every page and answer counts in full, although browsers get many 304 responses."""
    loads, shares = assumed.page_loads, page_shares(assumed)
    files, file_gigabytes = file_requests(measured, assumed, setting)
    public = _availability_reads(assumed)
    doors, through = ("rest_request", "http_request"), ", through the CDN"
    own = sum(a.count * a.calls for a in done if a.door in doors and not a.title.endswith(through))
    html = sum(loads * share * measured.pages[name].size for name, share in shares.items()) / GB
    answers = (public + own) * assumed.answer_bytes / GB
    fetched = len(measured.files) * assumed.cdn_caches * 30.0
    requests = loads + files + public + own
    used = {"cdn_request": requests, "cdn_transfer": html + file_gigabytes + answers}
    return {**used, "cdn_function": setting.edge_functions * requests, "bucket_get": fetched}


def _month(done: list[Activity], used: Quantities, assumed: Assumed, setting: Setting) -> Month:
    """Returns the month with the functions' usage added."""
    quantities: Counter[str] = Counter(used)
    for one in done:
        calls = one.count * one.calls
        seconds = one.count * duration_ms(one, assumed) / 1000
        quantities["lambda_request"] += calls
        quantities["lambda_gb_second"] += seconds * setting.memory[one.function] / 1024
        quantities["read_unit"] += one.count * one.use.rru
        quantities["write_unit"] += one.count * one.use.wru
        quantities["log_ingest"] += calls * assumed.log_bytes / GB
        for each_secret in ("decryption", "parameter"):
            quantities[each_secret] += calls * assumed.cold_share * setting.secrets[one.function]
        quantities["socket_message"] += one.count * one.messages
        if one.door:
            quantities[one.door] += calls
    quantities["log_storage"] = quantities["log_ingest"] * assumed.log_months
    return Month(done, dict(quantities))
