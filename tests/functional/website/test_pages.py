"""Pages over HTTP: validators, headers, changes of pages, and missing pages."""

import re

import pytest

from chalicelib import bootstrap
from tests.functional.builders import make, make_event
from tests.harness.client import Client

HTML = "text/html; charset=utf-8"
PLACES = ["/pages", "/pages/e/alpine", "/pages/e/alpine/schedule", "/pages/sign-in", "/pages/orders/x/pay"]


@pytest.fixture
def event_id(organiser: Client) -> str:
    """A published event with the slug `alpine`."""
    return str(make_event(organiser, slug="alpine", state="published").json["id"])


def ticket_type(client: Client, event_id: str, name: str) -> None:
    fields = {"name": name, "price": {"amount": 12000, "currency": "CHF"}, "quantity": 5}
    reply = client.post(f"/v1/events/{event_id}/ticket-types", fields)
    assert reply.status == 201, reply


@pytest.mark.parametrize("path", PLACES)
def test_page_is_html_and_its_tag_answers_304(event_id: str, anonymous: Client, path: str) -> None:
    full = anonymous.get(path)
    assert (full.status, full.headers["content-type"]) == (200, HTML)
    assert full.headers["cache-control"] == "public, max-age=0, s-maxage=60, must-revalidate"
    again = anonymous.get(path, if_none_match=full.etag)
    assert (again.status, again.body, again.etag) == (304, b"", full.etag)
    assert anonymous.get(path).body == full.body
    assert anonymous.request("HEAD", path).etag == full.etag


@pytest.mark.parametrize("path", [*PLACES, "/pages/e/nothing"])
def test_page_forbids_what_it_does_not_need(event_id: str, anonymous: Client, path: str) -> None:
    headers = anonymous.get(path).headers
    policy = headers["content-security-policy"]
    assert "unsafe" not in policy
    for part in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"]:
        assert part in policy.split("; ")
    assert "connect-src 'self' ws://127.0.0.1:8000" in policy
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"


def test_every_public_change_shows_and_changes_the_tag(event_id: str, organiser: Client, anonymous: Client) -> None:
    def pages() -> list[str]:
        found = [anonymous.get(path) for path in ("/pages/e/alpine", "/pages/e/alpine/schedule")]
        tags.append(tuple(reply.etag for reply in found))
        return [reply.body.decode() for reply in found]

    tags: list[tuple[str, ...]] = []
    pages()
    session = make(organiser, event_id, "sessions", title="A talk on tides", state="confirmed")
    assert "A talk on tides" in pages()[1]
    place = f"/v1/events/{event_id}/sessions/{session.json['id']}"
    organiser.patch(place, {"title": "A talk on stars"}, if_match=session.etag)
    assert "A talk on stars" in pages()[1]
    make(organiser, event_id, "speakers", name="Ada Example", email="ada@example.org")
    assert "Ada Example" in (event_page := pages()[0])
    assert "ada@example.org" not in event_page
    ticket_type(organiser, event_id, "Early bird")
    assert "CHF\u00a0120.00" in pages()[0]
    assert len({tag for pair in tags for tag in pair}) == len(tags)
    assert all(event_tag == schedule_tag for event_tag, schedule_tag in tags)


def test_draft_session_and_hidden_ticket_stay_unseen(event_id: str, organiser: Client, anonymous: Client) -> None:
    before = anonymous.get("/pages/e/alpine/schedule")
    make(organiser, event_id, "sessions", title="Secret draft", state="draft")
    after = anonymous.get("/pages/e/alpine/schedule")
    assert (after.etag, b"Secret draft" in after.body) == (before.etag, False)
    fields = {"name": "Crew", "price": {"amount": 0, "currency": "CHF"}, "quantity": 5, "hidden": True}
    assert organiser.post(f"/v1/events/{event_id}/ticket-types", fields).status == 201
    assert b"Crew" not in anonymous.get("/pages/e/alpine").body


def test_home_changes_when_an_event_is_published_and_when_it_is_not(organiser: Client, anonymous: Client) -> None:
    empty = anonymous.get("/pages")
    made = make_event(organiser, name="Harbour Lights", state="published")
    shown = anonymous.get("/pages", if_none_match=empty.etag)
    assert (shown.status, b"Harbour Lights" in shown.body) == (200, True)
    organiser.patch(f"/v1/events/{made.json['id']}", {"state": "draft"}, if_match=made.etag)
    gone = anonymous.get("/pages", if_none_match=shown.etag)
    assert (gone.status, b"Harbour Lights" in gone.body) == (200, False)


@pytest.mark.parametrize("place", ["", "/schedule"])
def test_unknown_and_unpublished_events_are_the_same_404_page(organiser: Client, anonymous: Client, place: str) -> None:
    make_event(organiser, slug="draft-one")
    unknown, draft = (anonymous.get(f"/pages/e/{slug}{place}") for slug in ("nothing", "draft-one"))
    assert (unknown.status, unknown.headers["content-type"]) == (404, HTML)
    assert (draft.status, draft.body) == (404, unknown.body)
    assert unknown.headers["cache-control"] == "no-store"


def test_page_is_reached_by_id_and_with_any_query(event_id: str, anonymous: Client) -> None:
    assert anonymous.get(f"/pages/e/{event_id}").etag == anonymous.get("/pages/e/alpine?utm_source=x&fbclid=y").etag


def test_more_sessions_than_one_query_page_are_all_there(
    event_id: str, organiser: Client, anonymous: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.website.render.MAX_LIMIT", 2)
    for number in range(5):
        make(organiser, event_id, "sessions", title=f"Talk {number}", state="accepted")
    assert anonymous.get("/pages/e/alpine/schedule").body.count(b'<li class="talk"') == 5


def test_page_names_files_of_this_release_and_its_tag_changes_with_it(
    anonymous: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shown(release: str) -> tuple[str, str]:
        settings = bootstrap.services().config.replaced(website=release)
        bootstrap.use(bootstrap.Services(settings))
        page = anonymous.get("/pages/sign-in")
        return page.etag, page.body.decode()

    before = bootstrap.services()
    try:
        (plain, _), (first, html), (second, _) = shown(""), shown("r-0123456789ab"), shown("r-ba9876543210")
    finally:
        bootstrap.use(before)
    assert len({plain, first, second}) == 3
    assert set(re.findall(r'(?:href|src)="(/static/[^/"]+/)', html)) == {"/static/r-0123456789ab/"}


@pytest.mark.parametrize(
    "path", ["nothing", "missing", "order", "events/x/missing", "events/x/order", "orders/x/sales"]
)
def test_name_that_is_no_page_of_its_place_is_missing(anonymous: Client, path: str) -> None:
    reply = anonymous.get(f"/pages/{path}")
    assert (reply.status, reply.headers["cache-control"], b"data-" in reply.body) == (404, "no-store", True)
