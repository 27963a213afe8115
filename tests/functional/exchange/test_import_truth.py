"""Imported events equal their source: an independent comparison, in which every difference is explained.
The figures: `python -m pytest tests/functional/exchange/test_import_truth.py -n 0 -rP`.
"""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from tests.functional.exchange.import_comparison import LISTS, Comparison, compare, report_of
from tests.functional.exchange.test_import_event import REAL, SAMPLE, run, zipped
from tests.harness.client import Client

REAL_ONES = ("FOSSASIASummit2017", "NextcloudConference2017", "OpenTechSummit2018")


def sources(path: Path) -> dict[str, Any]:
    return {name: json.loads((path / f"{name}.json").read_text("utf-8")) for name in ("event", *LISTS)}


def fresh(client: Client) -> dict[str, Any]:
    """Creates one record of each kind with only its required fields."""
    times = {"starts_at": "2027-01-01T10:00:00Z", "ends_at": "2027-01-02T10:00:00Z"}
    event = client.post("/v1/events", {"name": "Fresh", **times}).json
    made = {kind: {"title" if kind == "sessions" else "name": "Fresh"} for kind in LISTS}
    return {"events": event} | {
        kind: client.post(f"/v1/events/{event['id']}/{kind}", fields).json for kind, fields in made.items()
    }


def imported(client: Client, source: dict[str, Any]) -> Comparison:
    """Imports the files and compares them with the API's answers."""
    done = run(client, zipped({f"{name}.json": json.dumps(value).encode() for name, value in source.items()}))
    assert done["state"] == "done", done["detail"]
    path = f"/v1/events/{done['event_id']}"
    event = client.get(path).json
    lists = {kind: client.get(f"{path}/{kind}?view=all&limit=500").json["items"] for kind in LISTS}
    return compare(source, event, lists, done["report"], fresh=fresh(client))


def test_import_of_own_sample_says_what_the_source_says(organiser: Client) -> None:
    found = imported(organiser, sources(SAMPLE))
    print(*report_of("sample", found), sep="\n")
    assert found.unexplained == []
    assert found.strangers == []
    assert (sum(found.records.values()), found.fields) == (24, 293)


@pytest.mark.skipif(not REAL.exists(), reason="the real conferences are not at hand")
@pytest.mark.parametrize("name", REAL_ONES)
def test_import_of_real_conference_says_what_the_source_says(organiser: Client, name: str) -> None:
    found = imported(organiser, sources(REAL / name))
    print(*report_of(name, found), *found.unexplained[:50], sep="\n")
    assert found.unexplained == []
    assert found.strangers == []


def test_comparison_finds_what_an_import_would_get_wrong(organiser: Client) -> None:
    """The negative control: the comparison must find each of these changes of the source after its import."""
    source = sources(SAMPLE)
    done = run(organiser, zipped({f"{name}.json": json.dumps(value).encode() for name, value in source.items()}))
    path = f"/v1/events/{done['event_id']}"
    event = organiser.get(path).json
    lists = {kind: organiser.get(f"{path}/{kind}?view=all&limit=500").json["items"] for kind in LISTS}
    changes = {
        ("sessions", 0, "title"): "Another title",
        ("sessions", 1, "starts-at"): "2024-09-20T11:00:00+01:00",
        ("sessions", 2, "speakers"): [{"id": 31, "name": "Somebody Else"}],
        ("sessions", 3, "track"): {"id": 12, "name": "Another track"},
        ("sessions", 4, "video-url"): "https://video.example/other",
        ("sessions", 5, "unheard-of"): "x",
        ("speakers", 0, "country"): "Spain",
        ("speakers", 0, "short-biography"): "<p>Other words.</p>",
        ("tracks", 0, "color"): "#000000",
    }
    bare = fresh(organiser)
    for (kind, number, name), value in changes.items():
        changed = copy.deepcopy(source)
        changed[kind][number][name] = value
        found = compare(changed, event, lists, done["report"], fresh=bare)
        times = 2 if name in ("speakers", "track") else 1  # the reference, and the copy of the record
        assert len(found.unexplained) == times, (kind, name, found.unexplained)
        assert len(found.strangers) == (1 if name == "speakers" else 0)


AWKWARD: dict[str, Any] = {
    "event": {
        "id": 1,
        "name": "Rust & C++ <vector> Day",
        "starts-at": "2027-05-01T09:00:00+02:00",
        "ends-at": "2027-05-02T18:00:00+02:00",
        "timezone": "Europe/Berlin",
        "external-event-url": "https://day.example.org/",
    },
    "tracks": [{"id": 5, "name": "Core", "color": "#111111"}, {"id": 5, "name": "Web", "color": "#222222"}],
    "microlocations": [{"id": 8, "name": "Hall"}],
    "speakers": [{"id": 7, "name": "Ada One"}, {"id": 7, "name": "Bo Two"}, {"id": 9, "name": "JÃ¼rgen"}],
    "sponsors": [{"id": 3, "name": "KrÃ¤uter", "type": "Tea"}, {"id": 3, "name": "Bakers", "type": "Bread"}],
    "sessions": [
        {
            "id": id_,
            "title": title,
            "state": "accepted",
            "starts-at": f"2027-05-01T{start}:00+02:00",
            "ends-at": f"2027-05-01T{end}:00+02:00",
            "speakers": [{"id": who, "name": name}],
            "track": {"id": 5, "name": track},
            "microlocation": {"id": 8, "name": room},
        }
        for id_, title, start, end, who, name, track, room in (
            (1, "Maps: Map<K, V>", "09:00", "09:30", 7, "Ada One", "Core", "Hall"),
            (2, "<script>alert(1)</script>", "10:00", "10:30", 7, "Bo Two", "Web", "Hall"),
            (2, "Using <canvas> & more", "11:00", "11:30", 9, "JÃ¼rgen", "Core", "Hall"),
            (4, "Ãœber <b>", "22:00", "24:00", 9, "Cleo Unlisted", "Other", "Tent"),
            (5, "Into the night", "23:00", "01:00", 7, "Ada One", "Core", "Hall"),
        )
    ],
}


def test_import_of_awkward_archive_publishes_what_it_says(organiser: Client) -> None:
    done = run(organiser, zipped({f"{name}.json": json.dumps(value).encode() for name, value in AWKWARD.items()}))
    path = f"/v1/events/{done['event_id']}"
    event = organiser.get(path).json
    lists = {kind: organiser.get(f"{path}/{kind}?view=all&limit=500").json["items"] for kind in LISTS}
    names = {item["id"]: item["name"] for kind in LISTS[:3] for item in lists[kind]}
    assert (event["name"], event["website_url"]) == ("Rust & C++ <vector> Day", "https://day.example.org/")
    assert [
        (
            item["title"],
            item["starts_at"][8:16],
            item["ends_at"][8:16],
            names[item["speaker_ids"][0]],
            names[item["track_id"]],
            names[item["microlocation_id"]],
        )
        for item in lists["sessions"]
    ] == [
        ("Maps: Map<K, V>", "01T07:00", "01T07:30", "Ada One", "Core", "Hall"),
        ("<script>alert(1)</script>", "01T08:00", "01T08:30", "Bo Two", "Web", "Hall"),
        ("Using <canvas> & more", "01T09:00", "01T09:30", "Jürgen", "Core", "Hall"),
        ("Über <b>", "01T20:00", "01T22:00", "Cleo Unlisted", "Other", "Tent"),
        ("Into the night", "01T21:00", "01T23:00", "Ada One", "Core", "Hall"),
    ]
    assert [item["name"] for item in lists["sponsors"]] == ["Kräuter", "Bakers"]
    found = compare(AWKWARD, event, lists, done["report"], fresh=fresh(organiser))
    assert (found.unexplained, found.strangers) == ([], ["2 Using <canvas> & more"])  # JÃ¼rgen is mended, and reported
