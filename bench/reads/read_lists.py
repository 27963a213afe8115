"""P1 and P2: the cost of conditional and full GETs of a list, compared with the 2016 way in the same run."""

from typing import Any

from bench.capacity import item_bytes, read_units
from bench.reads.calls import prepared
from bench.reads.way_2016 import row_by_hand, server
from bench.stage import Requests, cpu, event_with, sessions
from tests.harness.client import Client

SIZE, SIZES = 300, (10, 300, 5000)


def measure(client: Client, *, rounds: int, calls: int) -> dict[str, Any]:
    """Returns the figures of P1 and P2: CPU milliseconds, ratios, database requests and read units."""
    events = {size: event_with(size) for size in SIZES}
    paths = {size: f"/v1/events/{event}/sessions?limit=500" for size, event in events.items()}
    tags = {size: client.get(path).etag for size, path in paths.items()}
    old = server(sessions(SIZE))
    _, old_tag, _ = old(None)
    _check(client, paths[SIZE], tags[SIZE], old, old_tag)
    work: dict[str, Any] = {f"304 of {size}": prepared(client, paths[size], if_none_match=tags[size]) for size in SIZES}
    work["200"] = prepared(client, paths[SIZE])
    by_hand = server(sessions(SIZE), shape=row_by_hand)
    hand_tag = by_hand(None)[1]
    slow = {
        "2016 304": lambda: old(old_tag),
        "2016 200": lambda: old(None),
        "2016 304 without marshal": lambda: by_hand(hand_tag),
        "2016 200 without marshal": lambda: by_hand(None),
    }
    best = {name: float("inf") for name in (*work, *slow)}
    for _ in range(rounds):
        for some, repeats in ((work, calls), (slow, max(2, calls // 20))):
            for name, ms in cpu(some, rounds=1, calls=repeats).items():
                best[name] = min(best[name], ms)
    return {"cpu_ms": best, **_ratios(best), **_units(client, paths[SIZE], tags[SIZE], events[SIZE])}


def _check(client: Client, path: str, tag: str, old: Any, old_tag: str) -> None:
    """Asserts that both ways give the same answers."""
    assert client.get(path, if_none_match=tag).status == 304
    assert len(client.get(path).json["items"]) == SIZE
    assert old(old_tag)[0] == 304
    assert old(None)[0] == 200


def _ratios(best: dict[str, float]) -> dict[str, float]:
    flat = [best[f"304 of {size}"] for size in SIZES]
    return {
        "p1_ratio": best["2016 304"] / best[f"304 of {SIZE}"],
        "p1_flat": max(flat) / min(flat),
        "p1_ratio_without_marshal": best["2016 304 without marshal"] / best[f"304 of {SIZE}"],
        "p2_ratio": best["2016 200"] / best["200"],
        "p2_ratio_without_marshal": best["2016 200 without marshal"] / best["200"],
    }


def _units(client: Client, path: str, tag: str, event_id: str) -> dict[str, Any]:
    """Returns the database requests of each answer and their read units."""
    watch = Requests()
    conditional = watch.during(lambda: client.get(path, if_none_match=tag))
    full = watch.during(lambda: client.get(path))
    one = client.get(path).json["items"][0]["id"]
    single = watch.during(lambda: client.get(f"/v1/events/{event_id}/sessions/{one}"))
    event = watch.during(lambda: client.get(f"/v1/events/{event_id}"))
    return {
        "p1_requests": [name for name, _ in conditional],
        "p1_rcu": sum(units(*request) for request in conditional),
        "p2_requests": [name for name, _ in full],
        "p2_rcu": sum(units(*request) for request in full),
        "p2_single_requests": [name for name, _ in single],
        "p2_single_rcu": sum(units(*request) for request in single),
        "p2_event_requests": [name for name, _ in event],
        "p2_event_rcu": sum(units(*request) for request in event),
    }


def units(operation: str, request: dict[str, Any]) -> float:
    """Returns the read units of one request, from the sizes of the items that it reads."""
    from chalicelib import bootstrap

    ask = bootstrap.services().aws.dynamodb.call
    if operation == "GetItem":
        asked = [(request["TableName"], request["Key"], request["ConsistentRead"])]
    else:
        asked = [
            (table, key, group.get("ConsistentRead", False))
            for table, group in request["RequestItems"].items()
            for key in group["Keys"]
        ]
    total = 0.0
    for table, key, consistent in asked:
        item = ask("GetItem", {"TableName": table, "Key": key}).get("Item", {})
        total += read_units(item_bytes(item), consistent=consistent)
    return total
