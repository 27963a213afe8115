"""Computes the months of bench/cost/cost_model.py, also with changed assumptions or design. Used by
bench/cost/cost_page.py.
"""

from collections.abc import Mapping
from typing import NamedTuple

from bench.cost import cost_model
from bench.cost.cost_model import Assumed, Month, Price, Setting
from bench.cost.cost_units import Measured

MONTHS = {"idle": cost_model.idle, "event": cost_model.event}


class Assumption(NamedTuple):
    """An assumed value and its reason."""

    value: float
    why: str


class Facts(NamedTuple):
    """All the facts that the page needs. `checked` is the day on which the price list was checked."""

    measured: Measured
    assumptions: dict[str, Assumption]
    prices: dict[str, Price]
    checked: str
    setting: Setting

    @property
    def values(self) -> dict[str, float]:
        """The assumptions' values by name."""
        return {name: one.value for name, one in self.assumptions.items()}


class Variant(NamedTuple):
    """A changed scenario. `changed` sets assumptions, `times` multiplies all whose name ends so. `forgets_files`:
    browsers cache no files; `brief_pages`: the CDN caches pages only as long as answers; `http_api`: an HTTP API
    replaces the REST API.
    """

    title: str
    changed: Mapping[str, float] = {}
    times: Mapping[str, float] = {}
    forgets_files: bool = False
    brief_pages: bool = False
    http_api: bool = False


AS_IT_IS = Variant("as above")
DOUBTS = (
    AS_IT_IS,
    Variant("Lambda takes three times as long", times={"_ms": 3}),
    Variant("twice as many page loads by people signed in", times={"signed_in_share": 2}),
    Variant("nobody signed in", {"signed_in_share": 0}),
    Variant("five times as many browsers, so each file is fetched so much oftener", times={"browsers": 5}),
    Variant("readers spread over four caches of the CDN", {"cdn_caches": 4}),
    Variant("readers spread evenly over the month's waking hours", {"sale_loads": 0, "event_loads": 0}),
)
DESIGNS = (
    AS_IT_IS,
    Variant(
        "browsers ask for each file of the website with each page (no release in its path)",
        forgets_files=True,
    ),
    Variant("the CDN keeps pages no longer than answers (ADR 8)", brief_pages=True),
    Variant("each page asks for the unread count beside its socket", {"unread_reads": 1}),
    Variant("the CDN reaches the API through an HTTP API, which the product does not do", http_api=True),
)


def month_of(facts: Facts, name: str, variant: Variant = AS_IT_IS) -> Month:
    """Returns the scenario `name`, idle or event, with the variant's changes."""
    measured, setting = facts.measured, facts.setting
    if variant.forgets_files:
        setting = setting._replace(kept=frozenset())
    if variant.brief_pages:
        measured = measured._replace(page_seconds=measured.answer_seconds)
    month = MONTHS[name](measured, _assumed(facts.values, variant), setting)
    if not variant.http_api:
        return month
    moved = dict(month.quantities)
    moved["http_request"] = moved.get("http_request", 0) + moved.pop("rest_request", 0)
    return month._replace(quantities=moved)


def dollars(facts: Facts, name: str, region: str, *, allowance: bool, variant: Variant = AS_IT_IS) -> float:
    """Returns a scenario's price in dollars."""
    return cost_model.total(month_of(facts, name, variant).quantities, facts.prices, region, allowance=allowance)


def second_deployment(facts: Facts, region: str) -> float:
    """Returns the dollars that another idle deployment in the same account adds. The two share the free allowances."""
    once = month_of(facts, "idle").quantities
    twice = {line: amount * 2 for line, amount in once.items()}
    one, two = (cost_model.total(many, facts.prices, region, allowance=True) for many in (once, twice))
    return two - one


def thousand_signed_in(facts: Facts, region: str) -> float:
    """Returns by how many dollars of list price a thousand page loads of signed-in users exceed those of others."""
    nobody = Variant("", {"signed_in_share": 0})
    some, none = (dollars(facts, "event", region, allowance=False, variant=one) for one in (AS_IT_IS, nobody))
    return (some - none) / (facts.values["signed_in_share"] * facts.values["page_loads"]) * 1000


def most_signed_in(facts: Facts, region: str, limit: float) -> float:
    """Returns how many page loads of signed-in users keep the event's bill below the limit; 0 when none do."""
    low, high = 0.0, 1.0
    for _ in range(20):
        share = (low + high) / 2
        within = (
            dollars(facts, "event", region, allowance=True, variant=Variant("", {"signed_in_share": share})) < limit
        )
        low, high = (share, high) if within else (low, share)
    return low * facts.values["page_loads"]


def _assumed(values: Mapping[str, float], variant: Variant) -> Assumed:
    multiplied = {
        name: value * factor
        for name, value in values.items()
        for ending, factor in variant.times.items()
        if name.endswith(ending)
    }
    return Assumed({**values, **multiplied, **variant.changed})
