"""The arithmetic and the text of docs/cost.md, with small made-up measurements. `python -m bench.cost --check` checks
whether the page is up to date.
"""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bench.cost import __main__ as cost
from bench.cost import cost_model, cost_page, cost_variants
from bench.cost.cost_meter import Use
from bench.cost.cost_model import Activity, Assumed, Price, Setting
from bench.cost.cost_units import Measured, PageSize, page_size
from bench.cost.cost_variants import Facts

RELEASED = "r-0123456789ab/"
FILES = {"a.css": 1000, "b.js": 2000}
PAGES = {name: PageSize(10_000, ("a.css", "b.js")) for name in ("event", "schedule", "home", "order")}
USES = (
    "timer",
    "offers",
    "reconciling",
    "due mails",
    "event page, 304",
    "schedule page, 304",
    "home page, 304",
    "shell page, 304",
    "availability",
    "event",
    "unread count",
    "sign-up",
    "token refresh",
    "order",
    "payment",
    "webhooks",
    "charge",
    "lists, order held",
    "lists, order paid",
    "mail",
    "push",
    "order read",
    "socket ticket",
    "socket opens",
    "socket says hello",
    "socket closes",
)
MEASURED = Measured({name: Use(1, 2, 3, 0) for name in USES}, PAGES, FILES, 5, 60, 5)


@cache
def gathered() -> Facts:
    checked, prices = cost.load_prices()
    memory = dict.fromkeys(cost.load_setting(MEASURED).memory, 1024)
    own = Setting(memory, dict.fromkeys(memory, 3), {"alarm": 12}, 1, frozenset())
    return Facts(MEASURED, cost.load_assumptions(), prices, checked, own)


def setting(**changes: Any) -> Setting:
    return gathered().setting._replace(**changes)


def facts(**changes: Any) -> Facts:
    return gathered()._replace(**changes)


def assumed(**changes: float) -> Assumed:
    return Assumed({**facts().values, **changes})


def price(**changes: Any) -> Price:
    return Price("Things", "million", 1e6, {"here": 2.0}, 1, "https://example.org/", True)._replace(**changes)


@pytest.mark.parametrize(
    ("quantity", "allowance", "dollars"),
    [(3e6, False, 6.0), (3e6, True, 4.0), (5e5, True, 0.0), (0, False, 0.0)],
)
def test_cost_takes_the_allowance_off_once(quantity: float, allowance: bool, dollars: float) -> None:
    assert price().cost(quantity, "here", allowance=allowance) == dollars


def test_total_adds_every_line() -> None:
    prices = {"one": price(), "two": price(free=0, per=1)}
    assert cost_model.total({"one": 2e6, "two": 3}, prices, "here", allowance=True) == 2.0 + 6.0


def test_idle_month_counts_the_timers_storage_and_templates() -> None:
    values = assumed(month_minutes=300, heavy_ms=10, trip_ms=5, cold_share=0, log_bytes=1e9, log_months=2)
    month = cost_model.idle(MEASURED, values, setting())
    assert month.quantities == {
        "alarm": 12,
        "table_storage": values.idle_gb,
        "table_backup": values.idle_gb,
        "bucket_storage": values.bucket_gb,
        "lambda_request": 650,
        "lambda_gb_second": pytest.approx(650 * 0.025),
        "read_unit": 650,
        "write_unit": 1_300,
        "log_ingest": 650,
        "log_storage": 1_300,
        "decryption": 0,
        "parameter": 0,
        "socket_message": 0,
    }


def test_new_processes_read_all_the_secrets_of_their_function() -> None:
    values = assumed(month_minutes=300, cold_share=0.5)
    month = cost_model.idle(MEASURED, values, setting())
    assert month.quantities["parameter"] == month.quantities["decryption"] == 650 * 0.5 * 3


def test_duration_counts_own_time_waits_and_cold_starts() -> None:
    values = assumed(
        light_ms=10, heavy_ms=40, trip_ms=6, stripe_ms=400, cold_share=0.1, cold_light_ms=50, cold_heavy_ms=500
    )
    light = Activity("x", 1, Use(0, 0, 2, 0), "f")
    heavy = Activity("x", 1, Use(0, 0, 3, 1), "f", heavy=True, extra_ms=7, calls=2)
    assert cost_model.duration_ms(light, values) == 10 + 12 + 5
    assert cost_model.duration_ms(heavy, values) == 80 + 7 + 18 + 400 + 100


def test_origin_passes_everything_when_readers_are_rare_and_little_when_many() -> None:
    values = assumed(sale_loads=0, event_loads=0, cdn_caches=1, other_hours=100)
    assert cost_model.origin_requests(10, 5, values) == pytest.approx(10, rel=0.001)
    assert cost_model.origin_requests(1e9, 10, values) == pytest.approx(100 * 360, rel=0.001)


def test_origin_passes_more_when_readers_come_evenly() -> None:
    even, crowded = assumed(sale_loads=0, event_loads=0), assumed()
    assert cost_model.origin_requests(1e6, 5, even) > cost_model.origin_requests(1e6, 5, crowded)


def test_files_are_asked_for_with_every_load_unless_browsers_keep_them() -> None:
    values = assumed(page_loads=1000, browsers=10, not_modified_bytes=300)
    asked, gigabytes = cost_model.file_requests(MEASURED, values, setting())
    assert asked == pytest.approx(10 * 2 + 990 * 2)
    assert gigabytes == pytest.approx((10 * 3000 + 990 * 2 * 300) / 1e9)
    kept = cost_model.file_requests(MEASURED, values, setting(kept=frozenset(FILES)))
    assert kept == (20, 10 * 3000 / 1e9)
    half = cost_model.file_requests(MEASURED, values, setting(kept=frozenset({"a.css"})))
    assert half[0] == pytest.approx(20 + 990)


def test_page_shares_are_of_one() -> None:
    shares = cost_model.page_shares(assumed())
    assert sum(shares.values()) == pytest.approx(1)
    assert min(shares.values()) > 0


def test_event_month_counts_each_call_at_its_door() -> None:
    month = cost_model.event(MEASURED, assumed(), setting())
    doors = dict.fromkeys(("rest_request", "http_request"), 0.0)
    for one in month.activities:
        if one.door:
            doors[one.door] += one.count * one.calls
    assert {door: month.quantities[door] for door in doors} == pytest.approx(doors)
    assert doors["http_request"] == assumed().tickets * MEASURED.stripe_events
    assert month.quantities["write_unit"] == pytest.approx(sum(a.count * a.use.wru for a in month.activities))


def test_nobody_signed_in_opens_no_socket() -> None:
    quantities = cost_model.event(MEASURED, assumed(signed_in_share=0), setting()).quantities
    assert (quantities["socket_message"], quantities["socket_minute"]) == (0, 0)


def test_every_line_of_a_month_has_a_price_and_every_price_a_page_of_aws() -> None:
    _, prices = cost.load_prices()
    used = {line for name in cost_page.LIMITS for line in cost_variants.month_of(facts(), name).quantities}
    assert used | set(cost.PAID_BY_THE_MONTH.values()) == set(prices)
    assert all(one.source.startswith("https://aws.amazon.com/") for one in prices.values())


def test_page_lists_every_assumption_and_price() -> None:
    text = cost_page.page(facts())
    for name, one in facts().assumptions.items():
        assert f"| {name} | {one.value:,g} | {one.why} |" in text
    for line in facts().prices.values():
        assert f"| {line.title} | {line.unit} |" in text


@pytest.mark.parametrize(
    ("dollars", "words"),
    [
        (0.0, "* An idle month keeps its limit with and without the allowances."),
        (0.2, "* An idle month keeps its limit **only with the allowances**. Dearest without them: Things."),
        (1.2, "* **An idle month misses its limit** even with the allowances. Dearest: Things."),
    ],
)
def test_page_says_plainly_whether_the_limit_is_kept(dollars: float, words: str) -> None:
    free = {name: one._replace(dollars=dict.fromkeys(cost_page.REGIONS, 0.0)) for name, one in facts().prices.items()}
    alarm = price(per=1, free=10, dollars=dict.fromkeys(cost_page.REGIONS, dollars))
    assert words in cost_page.page(facts(prices={**free, "alarm": alarm}))


def test_designs_change_what_they_name() -> None:
    def event(variant: cost_variants.Variant) -> float:
        known = facts(setting=setting(kept=frozenset(FILES)))
        return cost_variants.dollars(known, "event", cost_page.HOME, allowance=False, variant=variant)

    as_it_is, forgets, brief, asks, http = map(event, cost_variants.DESIGNS)
    assert min(forgets, brief, asks) > as_it_is > http


def test_second_deployment_pays_what_the_first_had_free() -> None:
    prices = {name: one._replace(dollars=dict.fromkeys(cost_page.REGIONS, 0.0)) for name, one in facts().prices.items()}
    prices["alarm"] = price(per=1, free=20, dollars=dict.fromkeys(cost_page.REGIONS, 0.5))
    assert cost_variants.second_deployment(facts(prices=prices), cost_page.HOME) == 2.0


def test_standing_counts_what_costs_by_the_month() -> None:
    metric = {"Id": "m", "MetricStat": {}}
    sum_of_two = {"Metrics": [metric, metric, {"Id": "e", "Expression": "m + m"}]}
    resources = [
        {"Type": "AWS::CloudWatch::Alarm", "Properties": {"MetricName": "Errors"}},
        {"Type": "AWS::CloudWatch::Alarm", "Properties": sum_of_two},
        {"Type": "AWS::CloudWatch::Dashboard"},
        {"Type": "AWS::S3::Bucket"},
    ]
    assert cost.standing(resources) == {"alarm": 3, "dashboard": 1}


def test_resources_are_read_whatever_functions_the_template_uses(tmp_path: Path) -> None:
    template = tmp_path / "x.yaml"
    template.write_text("Resources:\n  A: {Type: X, Name: !Sub 'a-${B}', Or: !If [C, !Ref D, !GetAtt E.F]}\n")
    assert cost.resources_of(template) == [{"Type": "X", "Name": "a-${B}", "Or": ["C", "D", "E.F"]}]


def test_page_size_counts_every_file_that_the_page_names_once() -> None:
    at = f"/static/{RELEASED}"
    html = (
        f'<link href="{at}css/base.css"><noscript><link href="{at}css/noscript.css"></noscript>'
        f'<link rel="modulepreload" href="{at}js/shared/client.js"><link rel="preload" href="{at}js/shared/client.js">'
        f'<script type="module" src="{at}js/public/site.js"></script><a href="/static-not"></a>'
    )
    files = ("css/base.css", "js/shared/client.js", "js/public/site.js")
    assert page_size(html.encode()) == PageSize(1000, tuple(RELEASED + name for name in files))


def test_files_of_a_release_are_kept_by_browsers() -> None:
    measured = MEASURED._replace(files={"css/base.css": 1, f"{RELEASED}css/base.css": 1})
    assert cost.load_setting(measured).kept == {f"{RELEASED}css/base.css"}


def test_memory_is_known_for_every_function_that_the_model_names() -> None:
    real = cost.load_setting(MEASURED).memory
    assert {one.function for one in cost_model.event(MEASURED, assumed(), setting()).activities} <= set(real)


def test_most_signed_in_is_where_the_bill_reaches_the_limit() -> None:
    def bill(share: float) -> float:
        variant = cost_variants.Variant("", {"signed_in_share": share})
        return cost_variants.dollars(facts(), "event", cost_page.HOME, allowance=True, variant=variant)

    most = cost_variants.most_signed_in(facts(), cost_page.HOME, bill(0.3))
    assert most == pytest.approx(0.3 * assumed().page_loads, rel=0.001)
    assert cost_variants.most_signed_in(facts(), cost_page.HOME, bill(0) / 2) == pytest.approx(0, abs=5)
