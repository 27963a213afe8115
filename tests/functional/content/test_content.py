"""Events and their parts: create, read, change, delete, references, views, counters."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.functional.builders import make, make_event, versions
from tests.harness.client import Client
from tests.harness.transactions import overtaken_once

PARTS = [
    ("tracks", {"name": "Core"}),
    ("microlocations", {"name": "Room 1", "capacity": 80}),
    ("speakers", {"name": "Ada Example", "email": "ada@example.org"}),
    ("sponsors", {"name": "Acme", "level": "gold"}),
    ("sessions", {"title": "Opening", "state": "accepted"}),
]


def test_create_event_twice_with_one_name_gets_two_slugs(organiser: Client) -> None:
    first, second = make_event(organiser), make_event(organiser)
    assert first.json["slug"] == "alpine-python-days"
    assert second.json["slug"] == f"alpine-python-days-{second.json['id'][-6:].lower()}"


def test_change_of_an_events_name_keeps_its_slug(organiser: Client) -> None:
    event = make_event(organiser, name="Smørrebrød", slug="smrrebrd").json
    reply = organiser.request("PATCH", f"/v1/events/{event['id']}", {"name": "Smørrebrød Days"}, if_match="*")
    assert (reply.status, reply.json["slug"]) == (200, "smrrebrd")
    assert make_event(organiser, name="Smørrebrød").json["slug"] == "smorrebrod"


def test_create_event_with_taken_slug_is_refused(organiser: Client) -> None:
    make_event(organiser, slug="days")
    reply = organiser.post("/v1/events", {**make_event(organiser).json, "slug": "days"} | {})
    assert reply.status == 400  # clients cannot set id, created_at and updated_at
    fields = {k: v for k, v in make_event(organiser).json.items() if k not in ("id", "created_at", "updated_at")}
    reply = organiser.post("/v1/events", {**fields, "slug": "days"})
    assert (reply.status, reply.code) == (409, "slug_taken")


@pytest.mark.parametrize(("kind", "fields"), PARTS)
def test_part_lives_through_all_verbs(organiser: Client, kind: str, fields: dict[str, object]) -> None:
    event = make_event(organiser).json["id"]
    made = make(organiser, event, kind, **fields)
    path = f"/v1/events/{event}/{kind}/{made.json['id']}"
    assert made.headers["location"] == f"/api{path}"
    read = organiser.get(path)
    assert (read.status, read.body, read.etag) == (200, made.body, made.etag)
    assert organiser.get(path, if_none_match=made.etag).status == 304
    title = "title" if kind == "sessions" else "name"
    changed = organiser.patch(path, {title: "Renamed"}, if_match=made.etag)
    assert changed.status == 200
    assert changed.json == {**made.json, title: "Renamed", "updated_at": changed.json["updated_at"]}
    assert organiser.get(path, if_none_match=changed.etag).status == 304
    assert organiser.delete(path, if_match=made.etag).status == 412
    assert organiser.delete(path, if_match=changed.etag).status == 204
    assert organiser.get(path).status == 404
    assert organiser.get(f"/v1/events/{event}/{kind}").json == {"items": [], "next_cursor": None}


def test_change_session_moves_its_list_and_no_other(organiser: Client) -> None:
    event = make_event(organiser).json["id"]
    session = make(organiser, event, "sessions", title="Opening")
    path = f"/v1/events/{event}"
    before = {kind: organiser.get(f"{path}/{kind}").etag for kind, _ in PARTS}
    counters = versions(organiser, event)
    changed = organiser.patch(f"{path}/sessions/{session.json['id']}", {"level": "beginner"}, if_match=session.etag)
    assert changed.etag != session.etag
    after = {kind: organiser.get(f"{path}/{kind}").etag for kind, _ in PARTS}
    assert {kind for kind in before if before[kind] != after[kind]} == {"sessions"}
    assert versions(organiser, event) == {**counters, "session_ver": counters["session_ver"] + 1}


def test_change_by_100_at_once_lets_exactly_one_win(organiser: Client) -> None:
    event = make_event(organiser).json["id"]
    track = make(organiser, event, "tracks", name="Core")
    path = f"/v1/events/{event}/tracks/{track.json['id']}"

    def change(number: int) -> int:
        return organiser.patch(path, {"name": f"Core {number}"}, if_match=track.etag).status

    with ThreadPoolExecutor(16) as pool:
        statuses = sorted(pool.map(change, range(100)))
    assert statuses == [200] + [412] * 99
    assert versions(organiser, event)["tracks_ver"] == 2


@pytest.mark.parametrize("of_event", [True, False])
def test_change_of_whatever_there_is_goes_on_when_somebody_was_faster(organiser: Client, *, of_event: bool) -> None:
    event = make_event(organiser).json["id"]
    path = f"/v1/events/{event}"
    if not of_event:
        path += f"/tracks/{make(organiser, event, 'tracks', name='Core').json['id']}"
    with overtaken_once(lambda: organiser.patch(path, {"name": "First"}, if_match="*")):
        assert organiser.patch(path, {"name": "Second"}, if_match="*").status == 200
    assert organiser.get(f"{path}?view=all").json["name"] == "Second"


def test_public_view_shows_only_what_is_public(organiser: Client, anonymous: Client) -> None:
    event = make_event(organiser).json
    path = f"/v1/events/{event['id']}"
    draft = make(organiser, event["id"], "sessions", title="Maybe")
    accepted = make(organiser, event["id"], "sessions", title="Sure", state="accepted")
    speaker = make(organiser, event["id"], "speakers", name="Ada Example", email="ada@example.org")
    for url in (path, f"{path}/sessions", f"{path}/versions", f"{path}/speakers/{speaker.json['id']}"):
        assert anonymous.get(url).status == 404, url
    published = organiser.patch(path, {"state": "published"}, if_match=organiser.get(path).etag)
    assert published.status == 200
    assert [s["id"] for s in anonymous.get(f"{path}/sessions").json["items"]] == [accepted.json["id"]]
    assert anonymous.get(f"{path}/sessions/{draft.json['id']}").status == 404
    assert "email" not in anonymous.get(f"{path}/speakers/{speaker.json['id']}").json
    assert anonymous.get(f"/v1/events/{event['slug']}").json["id"] == event["id"]
    assert [e["id"] for e in anonymous.get("/v1/events").json["items"]] == [event["id"]]
    assert organiser.patch(path, {"state": "draft"}, if_match=published.etag).status == 200
    assert anonymous.get(f"{path}/sessions/{accepted.json['id']}").status == 404
    assert anonymous.get("/v1/events").json["items"] == []


def test_publish_without_proven_address_is_refused(anonymous: Client) -> None:
    from tests.conftest import sign_up

    newcomer = sign_up(anonymous)
    event = make_event(newcomer)
    reply = newcomer.patch(f"/v1/events/{event.json['id']}", {"state": "published"}, if_match=event.etag)
    assert (reply.status, reply.code) == (403, "unverified")


def test_stranger_meets_the_same_404_as_for_nothing(organiser: Client, stranger: Client, anonymous: Client) -> None:
    event = make_event(organiser)
    nothing = "/v1/events/01HZZZZZZZZZZZZZZZZZZZZZZZ"
    mine = f"/v1/events/{event.json['id']}"

    def shape(client: Client, url: str) -> dict[str, object]:
        reply = client.get(url)
        return {k: v for k, v in reply.json.items() if k != "request_id"} | {"http": reply.status}

    for client in (stranger, anonymous):
        assert shape(client, mine) == shape(client, nothing)
    for method, suffix in (("PATCH", ""), ("DELETE", ""), ("POST", "/tracks")):
        body = None if method == "DELETE" else {"name": "x"}
        replies = [stranger.request(method, f"{url}{suffix}", body, if_match="*") for url in (mine, nothing)]
        assert [reply.status for reply in replies] == [404, 404], method


def test_refer_to_nothing_is_refused_with_pointers(organiser: Client) -> None:
    event = make_event(organiser).json["id"]
    other = make(organiser, make_event(organiser).json["id"], "tracks", name="Elsewhere").json["id"]
    body = {"title": "Talk", "track_id": other, "speaker_ids": ["01HZZZZZZZZZZZZZZZZZZZZZZZ"]}
    reply = organiser.post(f"/v1/events/{event}/sessions", body)
    assert reply.status == 422
    assert {e["pointer"] for e in reply.json["errors"]} == {"/track_id", "/speaker_ids/0"}
    assert organiser.get(f"/v1/events/{event}/sessions").json["items"] == []


def test_delete_referenced_track_names_the_referrers(organiser: Client) -> None:
    event = make_event(organiser).json["id"]
    track = make(organiser, event, "tracks", name="Core")
    session = make(organiser, event, "sessions", title="Talk", track_id=track.json["id"])
    path = f"/v1/events/{event}/tracks/{track.json['id']}"
    reply = organiser.delete(path, if_match=track.etag)
    assert (reply.status, reply.code) == (409, "still_referenced")
    assert reply.json["referrers"] == [session.json["id"]]
    organiser.delete(f"/v1/events/{event}/sessions/{session.json['id']}", if_match=session.etag)
    assert organiser.delete(path, if_match=track.etag).status == 204


def test_write_html_keeps_only_what_is_harmless(organiser: Client) -> None:
    html = '<p onclick="x()">Hi <script>alert(1)</script><a href="javascript:x()">a</a><b>b</b></p>'
    track = make(organiser, make_event(organiser).json["id"], "tracks", name="<img onerror=x>", description=html)
    assert track.json["description"] == '<p>Hi <a rel="noopener noreferrer nofollow">a</a><b>b</b></p>'
    assert track.json["name"] == "<img onerror=x>"


def test_list_pages_cover_everything_once(organiser: Client) -> None:
    event = make_event(organiser).json["id"]
    made = [make(organiser, event, "tracks", name=f"T{n}").json["id"] for n in range(5)]
    path = f"/v1/events/{event}/tracks?limit=2"
    seen, url, tags = [], path, set()
    while True:
        reply = organiser.get(url)
        assert organiser.get(url, if_none_match=reply.etag).status == 304
        tags.add(reply.etag)
        seen += [item["id"] for item in reply.json["items"]]
        if reply.json["next_cursor"] is None:
            break
        url = f"{path}&cursor={reply.json['next_cursor']}"
    assert seen == made
    assert len(tags) == 3


def test_delete_event_leaves_nothing_to_read(organiser: Client, anonymous: Client) -> None:
    event = make_event(organiser, state="published")
    path = f"/v1/events/{event.json['id']}"
    track = make(organiser, event.json["id"], "tracks", name="Core")
    assert organiser.delete(path, if_match=event.etag).status == 204
    for url in (path, f"{path}/tracks", f"{path}/tracks/{track.json['id']}", f"/v1/events/{event.json['slug']}"):
        assert anonymous.get(url).status == 404, url
    assert anonymous.get("/v1/events").json["items"] == []
    assert organiser.post(f"{path}/tracks", {"name": "Late"}).status == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [("q=alpine+bern", 1), ("q=sydney", 0), ("country=CH", 1), ("country=DE", 0), ("from=2027-06-12", 1)]
    + [("from=2027-06-13", 0), ("to=2027-06-11", 1), ("to=2027-06-10", 0)],
)
def test_list_events_filtered_finds_what_fits(organiser: Client, query: str, found: int) -> None:
    make_event(organiser, state="published")
    reply = organiser.get(f"/v1/events?{query}")
    assert len(reply.json["items"]) == found
    assert organiser.get(f"/v1/events?{query}", if_none_match=reply.etag).status == 304


def test_own_events_include_drafts_and_no_others(organiser: Client, stranger: Client) -> None:
    mine = make_event(organiser).json["id"]
    make_event(stranger)
    reply = organiser.get("/v1/events?view=all")
    assert [event["id"] for event in reply.json["items"]] == [mine]
    assert organiser.get("/v1/events?view=all", if_none_match=reply.etag).status == 304
