"""Writes the text and tables of docs/cost.md. Called by bench/cost/__main__.py, which gathers the facts; contains no
arithmetic of costs.
"""

from collections.abc import Iterator
from typing import Any

from bench.cost import cost_model
from bench.cost.cost_model import Activity, Assumed, Price
from bench.cost.cost_variants import (
    DESIGNS,
    DOUBTS,
    Facts,
    Variant,
    dollars,
    month_of,
    most_signed_in,
    second_deployment,
    thousand_signed_in,
)

REGIONS = ("us-east-1", "eu-central-1")
HOME = "eu-central-1"
"""The region of infra/stages.toml, which is the more expensive one."""
LIMITS = {"idle": 1.0, "event": 5.0}
TITLES = {"idle": "An idle month", "event": "An event of 5,000 people with 2 million page loads"}
WATCHING = ("alarm", "composite_alarm", "dashboard")

INTRODUCTION = """# Cost

Computed by `python -m bench.cost`; do not edit. `--check` says when it is out of date.

On paper: units are measured on the product (bench/cost/cost_units.py), what Lambda's time and readers will be is
assumed, prices are AWS's public list, without tax. Nothing here was billed by AWS yet.

*Billed* is after the allowances that AWS gives every account every month for ever. *List* is without them. What an
account gets in its first year only is counted in neither. Stripe's fees, a domain and its DNS zone ($0.50 a month) are
not counted.
"""
NOT_COUNTED = """Counted from the repository: memory of functions (.chalice/config.json); alarms, dashboards, keys and
the like (infra/stacks, all conditions taken as met); how many secrets a new process asks for, all that its function may
read (infra/policies); how long browsers keep files (infra/website.py).

Left out because they cost nothing: the schedule's EventBridge rule, Lambda's reading of streams, Parameter Store's
standard parameters, encryption and TTL of tables, the budget, transfer from API and buckets to the CDN, certificates.
Left out because they cost less than a cent: edits, imports, deployments, the failure queue, alarm mails, metrics that
exist only while something fails. Announcements to everybody are not in the product yet.
"""


def page(facts: Facts) -> str:
    """Returns the whole document."""
    parts = [
        INTRODUCTION,
        _verdicts(facts),
        *(_scenario(facts, name) for name in LIMITS),
        _designs(facts),
        _doubts(facts),
    ]
    return "\n".join([*parts, _measured(facts), _assumptions(facts), NOT_COUNTED, _prices(facts)])


def figures(facts: Facts) -> dict[str, Any]:
    """Returns all computed figures, for `--json`."""
    names = {"billed": True, "list": False}
    return {
        "dollars": {
            name: {
                region: {kind: dollars(facts, name, region, allowance=free) for kind, free in names.items()}
                for region in REGIONS
            }
            for name in LIMITS
        },
        "quantities": {name: month_of(facts, name).quantities for name in LIMITS},
        "measured": {name: use._asdict() for name, use in facts.measured.uses.items()},
        "variants": {
            one.title: dollars(facts, "event", HOME, allowance=True, variant=one) for one in (*DOUBTS, *DESIGNS)
        },
    }


def _verdicts(facts: Facts) -> str:
    rows = [
        f"| {TITLES[name]} | {region} | < ${limit:g} | {_verdict(facts, name, region, allowance=True)} "
        f"| {_verdict(facts, name, region, allowance=False)} |"
        for name, limit in LIMITS.items()
        for region in REGIONS
    ]
    return _table("| month | region | limit | billed | list |", rows) + "\n" + "\n".join(_plainly(facts)) + "\n"


def _verdict(facts: Facts, name: str, region: str, *, allowance: bool) -> str:
    amount = dollars(facts, name, region, allowance=allowance)
    return f"{money(amount)}, {'kept' if amount < LIMITS[name] else '**missed**'}"


def _plainly(facts: Facts) -> Iterator[str]:
    """Yields sentences that explain the table."""
    for name, limit in LIMITS.items():
        billed, listed = (max(dollars(facts, name, r, allowance=free) for r in REGIONS) for free in (True, False))
        dearest = facts.prices[_dearest(facts, name, allowance=billed >= limit)].title
        if billed >= limit:
            yield f"* **{TITLES[name]} misses its limit** even with the allowances. Dearest: {dearest}."
        elif listed >= limit:
            yield f"* {TITLES[name]} keeps its limit **only with the allowances**. Dearest without them: {dearest}."
        else:
            yield f"* {TITLES[name]} keeps its limit with and without the allowances."
    watching = sum(_cost(facts, line, "idle") for line in WATCHING)
    rest = dollars(facts, "idle", HOME, allowance=False) - watching
    yield f"* Of the idle month's list price, dashboards and alarms are {money(watching)}; all else is {money(rest)}."
    more = money(second_deployment(facts, HOME))
    yield f"* Another idle deployment in the same account adds {more}, since both share the account's allowances."


def _cost(facts: Facts, line: str, name: str) -> float:
    return facts.prices[line].cost(month_of(facts, name).quantities.get(line, 0), HOME, allowance=False)


def _dearest(facts: Facts, name: str, *, allowance: bool) -> str:
    quantities, prices = month_of(facts, name).quantities, facts.prices
    return max(quantities, key=lambda line: prices[line].cost(quantities[line], HOME, allowance=allowance))


def _scenario(facts: Facts, name: str) -> str:
    quantities, prices = month_of(facts, name).quantities, facts.prices
    used = [line for line, amount in quantities.items() if amount]
    used.sort(key=lambda line: -prices[line].cost(quantities[line], HOME, allowance=False))
    sums = [dollars(facts, name, region, allowance=free) for region in REGIONS for free in (False, True)]
    rows = [_line(prices[line], quantities[line]) for line in used]
    total = "| **all** | | | " + " | ".join(f"**{money(amount)}**" for amount in sums) + " |"
    head = "| what | quantity | free | " + " | ".join(f"{region} list | billed" for region in REGIONS) + " |"
    return f"## {TITLES[name]}\n\n" + _table(head, [*rows, total])


def _line(price: Price, amount: float) -> str:
    costs = [price.cost(amount, region, allowance=free) for region in REGIONS for free in (False, True)]
    free = _quantity(price, price.free * price.per) if price.free else "-"
    return f"| {price.title} | {_quantity(price, amount)} | {free} | " + " | ".join(map(money, costs)) + " |"


def _quantity(price: Price, amount: float) -> str:
    if price.per > 1 or amount >= 1000:
        return f"{amount:,.0f}"
    return f"{amount:.3g} {price.unit}" + ("s" if amount > 1 and not price.unit.startswith("GB") else "")


def _designs(facts: Facts) -> str:
    rows = [f"| {one.title} | {_event(facts, one)} |" for one in DESIGNS]
    return f"## What the design does\n\nEach alone; the event, billed in {HOME}.\n\n" + _table("| if | event |", rows)


def _doubts(facts: Facts) -> str:
    rows = [
        f"| {one.title} | {_event(facts, one)} | {money(dollars(facts, 'event', HOME, allowance=False, variant=one))} |"
        for one in DOUBTS
    ]
    more, most = money(thousand_signed_in(facts, HOME)), most_signed_in(facts, HOME, LIMITS["event"])
    return (
        f"## If an assumption is wrong\n\nThe event in {HOME}.\n\n"
        + _table("| | billed | list |", rows)
        + f"\nA thousand page loads of people signed in cost {more} more than those of others: each page asks past\n"
        f"the CDN and opens a socket of its own. The limit holds for up to {round(most, -3):,.0f} such page loads.\n"
    )


def _event(facts: Facts, variant: Variant) -> str:
    return money(dollars(facts, "event", HOME, allowance=True, variant=variant))


def _measured(facts: Facts) -> str:
    values = Assumed(facts.values)
    done = month_of(facts, "event").activities
    rows = [_activity(one, values, facts.setting.memory[one.function]) for one in done]
    pages = [f"| {name} | {one.size // 1000} KB | {len(one.files)} |" for name, one in facts.measured.pages.items()]
    kept, files = len(facts.setting.kept), len(facts.measured.files)
    return (
        "## What was measured\n\n"
        "One use of each in a warm process, over an event with 300 sessions and 100 speakers: units by AWS's rule\n"
        "from the sizes of items, round trips, calls of Stripe. Milliseconds are computed from these by the\n"
        "assumptions below, cold starts spread over all. How often: in the month of the event.\n\n"
        + _table("| what | how often | read units | write units | round trips | Stripe | ms | MB |", rows)
        + "\n"
        + _table("| page, as the CDN sends it | size | files of the website |", pages)
        + f"\nBrowsers keep {kept} of the website's {files} files without asking again at each page load. The CDN\n"
        f"keeps pages for {facts.measured.page_seconds} s and public answers for {facts.measured.answer_seconds} s.\n"
    )


def _activity(one: Activity, values: Assumed, memory: int) -> str:
    use, spent = one.use, cost_model.duration_ms(one, values)
    units = f"{use.rru:g} | {use.wru} | {use.trips} | {use.stripe}"
    return f"| {one.title} | {one.count:,.0f} | {units} | {spent:.0f} | {memory} |"


def _assumptions(facts: Facts) -> str:
    rows = [f"| {name} | {one.value:,g} | {one.why} |" for name, one in facts.assumptions.items()]
    return "## What is assumed\n\nbench/cost/cost_assumptions.toml; shares are of 1.\n\n" + _table(
        "| name | value | what and why |", rows
    )


def _prices(facts: Facts) -> str:
    return (
        "## Prices\n\n"
        f"US dollars, compared on {facts.checked} with stored copies of price lists, not with AWS itself: look again\n"
        "before relying on them. One marked ? was not found for Frankfurt and is an estimate. CloudFront's are those\n"
        "of North America and of Europe.\n\n"
        + _table(
            "| what | per | us-east-1 | eu-central-1 | free a month | source |", map(_price, facts.prices.values())
        )
    )


def _price(one: Price) -> str:
    mark = "" if one.sure else " ?"
    us, eu = (f"{one.dollars[region]:.10g}" for region in REGIONS)
    free = f"{one.free * one.per:,g}" if one.free else "-"
    return f"| {one.title} | {one.unit} | {us} | {eu}{mark} | {free} | {one.source} |"


def _table(head: str, rows: Any) -> str:
    return "\n".join([head, "|" + "---|" * (head.count("|") - 1), *rows, ""])


def money(amount: float) -> str:
    """Returns an amount as text in dollars and cents."""
    return "$0" if amount == 0 else "< $0.01" if amount < 0.005 else f"${amount:,.2f}"
