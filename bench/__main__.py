"""`python -m bench`: measures the goals P1 to P3, P5, P8 and P12 and prints each figure beside its limit."""

import json
import sys
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from bench import stage
from bench.cold import cold_start
from bench.live import announcement, push_frames, slow_mails
from bench.reads import calls, read_lists
from bench.sales import confirm_orders, release_holds, sale
from tests.conftest import sign_up, verified


@click.command(help=__doc__)
@click.option("--json", "as_json", is_flag=True, help="Print all figures as JSON.")
@click.option("--strict", is_flag=True, help="Exit with 1 when a limit is missed.")
@click.option("--quick", is_flag=True, help="Fewer rounds; figures are rough.")
def main(*, as_json: bool, strict: bool, quick: bool) -> None:
    """Measures and prints. Exits with 1 when `strict` and a limit is missed."""
    console = Console(stderr=True, quiet=as_json)
    rounds, repeats = (6, 20) if quick else (40, 40)  # many short rounds: other work disturbs only some of them
    with stage.product() as client, calls.logged_to_nowhere():
        console.print("P1, P2: reading lists …")
        figures: dict[str, Any] = {"reads": read_lists.measure(client, rounds=rounds, calls=repeats)}
        console.print("P5: selling a ticket …")
        organiser = verified(sign_up(client))
        figures["sale"] = sale.measure(organiser)
        console.print("P3: cold starts …")
        figures["cold"] = cold_start.measure(client, organiser, rounds=3)
        console.print("P8: from a write to its frame …")
        figures["live"] = push_frames.measure(writes=20 if quick else 100)
        console.print("P8: an announcement …")
        figures["announcement"] = announcement.measure(people=1_000 if quick else announcement.PEOPLE)
        console.print("P12: paid orders are confirmed …")
        figures["confirmed"] = confirm_orders.measure(orders=50 if quick else confirm_orders.ORDERS)
        console.print("P12: releasing holds …")
        figures["holds"] = release_holds.measure(holds=300 if quick else release_holds.HOLDS)
        console.print("P12: pushes beside slow mails …")
        figures["mails"] = slow_mails.measure(pushes=20, mails=100) if quick else slow_mails.measure()
    judged = rows(figures)
    if as_json:
        click.echo(json.dumps({"figures": figures, "rows": judged}, indent=1))
    else:
        _print(judged)
    sys.exit(1 if strict and not all(row["kept"] for row in judged) else 0)


def rows(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Returns one row per figure: goal, description, value, limit, and whether it is kept."""
    read, sold, cold = figures["reads"], figures["sale"], figures["cold"]
    confirmed = figures["confirmed"]
    ratios, pushed, announced = cold["ratios"], figures["live"], figures["announcement"]
    held, mailed = figures["holds"], figures["mails"]
    return [
        _row("P1", "304 of 300 sessions: times less CPU than the 2016 way", read["p1_ratio"], ">=", 20),
        _row("P1", "the same, 2016 way without marshalling", read["p1_ratio_without_marshal"], ">=", 20),
        _row("P1", "304, slowest of 10, 300, 5,000 sessions over fastest", read["p1_flat"], "<=", 1.1),
        _row("P1", "304: GetItems", read["p1_requests"].count("GetItem"), "==", 1),
        _row("P1", "304: other requests to the database", _others(read["p1_requests"]), "==", 0),
        _row("P1", "304: RCU", read["p1_rcu"], "<=", 0.5),
        _row("P2", "200 of 300 sessions: times less CPU than the 2016 way", read["p2_ratio"], ">=", 8),
        _row("P2", "the same, 2016 way without marshalling", read["p2_ratio_without_marshal"], ">=", 8),
        _row("P2", "200: RCU", read["p2_rcu"], "<=", 5),
        _row("P2", "one event: requests", len(read["p2_event_requests"]), "==", 1),
        _row("P2", "one event: RCU", read["p2_event_rcu"], "<=", 0.5),
        _row("P2", "one session, public: requests", len(read["p2_single_requests"]), "==", 1),
        _row("P2", "one session, public: RCU", read["p2_single_rcu"], "<=", 0.5),
        _row("P3", f"read route, cold, over the floor ({cold['unit']})", ratios["read route, 304"], "<=", 1.6),
        _row("P3", "webhook intake, cold, over the floor", ratios["webhook intake"], "<=", 1.6),
        _row("P3", "a write (any other route), cold, over the floor", ratios["a write"], "<=", 5),
        _row("P3", "slow packages loaded by app.py", len(cold["loaded"]), "<=", 0),
        _row("P5", "order reserved: WCU", sold["p5_win"], "<=", 4),
        _row("P5", "order reserved: bytes of its item (1,024 make one unit)", sold["p5_order_bytes"], "<=", 1024),
        _row(
            "P5",
            "order reserved with a key, as the web client sends: WCU",
            sold["p5_win_with_key"],
            "<=",
            4,
        ),
        _row("P5", "order finds nothing left: WCU", sold["p5_sold_out"], "<=", 1),
        _row("P5", "the same with an Idempotency-Key: WCU", sold["p5_sold_out_with_key"], "<=", 1),
        _row("P5", "order loses the last ticket to another: WCU", sold["p5_lost_race"], "<=", 4),
        _row("P5", "secondary indexes, which would write too", sold["p5_indexes"], "==", 0),
        _row("P5", "50,000 tickets at 10,000 buyers/s, model: seconds", sold["p5_model_seconds"], "<=", 6),
        _row("P5", "tickets sold, model", sold["p5_model_sold"], "==", 50_000),
        _row("P5", "buyers turned away while tickets are left, model", sold["p5_turned_away"], "==", 0),
        _row("P8", "request that writes a notification to its frame, p50: ms", pushed["p50_ms"], "<=", 100),
        _row("P8", "the same, p95: ms", pushed["p95_ms"], "<=", 100),
        _row("P8", "sockets pushed to by a second of CPU", pushed["sockets_per_cpu_second"], ">=", 200),
        _row("P8", "announcement to 10,000 people: seconds", announced["seconds"], "<=", 60),
        _row("P8", "the same: MB of memory", announced["peak_mb"], "<=", 256),
        _row("P12", "500 paid orders confirmed, Stripe takes 300 ms: seconds", confirmed["seconds"], "<=", 60),
        _row("P12", "requests of Stripe for each of them", confirmed["calls_an_order"], "<=", 1.5),
        _row("P12", "requests of one endpoint in the busiest second", confirmed["busiest_second"], "<=", 25),
        _row("P12", "3,000 abandoned holds released: seconds", _of_all(held, "seconds"), "<=", 180),
        _row(
            "P12",
            "meanwhile, everybody whose turn it is was offered a ticket: seconds",
            _of_all(held, "offers_seconds"),
            "<=",
            180,
        ),
        _row("P12", "pushes beside 1,000 slow mails, slowest: ms", mailed["most_ms"], "<=", 1_000),
        _row("P12", "the same: pushes that did not come in time", mailed["missing"], "==", 0),
        _row("P12", "the same: mails sent twice", mailed["mails_taken_twice"], "==", 0),
    ]


def _of_all(held: dict[str, Any], name: str) -> float:
    """Returns the seconds for 3,000 holds, extrapolated when fewer were made; infinite when some were not released."""
    return float(held.get(name, float("inf"))) * release_holds.HOLDS / held["holds"]


def _others(requests: list[str]) -> int:
    return len(requests) - requests.count("GetItem")


def _row(goal: str, what: str, value: float, sign: str, limit: float) -> dict[str, Any]:
    kept = {">=": value >= limit, "<=": value <= limit, "==": value == limit}[sign]
    return {"goal": goal, "what": what, "value": round(value, 2), "limit": f"{sign} {limit}", "kept": kept}


def _print(judged: list[dict[str, Any]]) -> None:
    table = Table("goal", "what", "measured", "limit", "")
    for row in judged:
        verdict = "[green]kept[/green]" if row["kept"] else "[red]missed[/red]"
        table.add_row(row["goal"], row["what"], f"{row['value']:g}", row["limit"], verdict)
    Console().print(table)


if __name__ == "__main__":
    main()
