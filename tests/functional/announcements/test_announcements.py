"""Announcements over HTTP: who may send them, what is refused, what staff can read."""

from typing import Any

import pytest

from chalicelib.announcements.domain.announcement import MAX_MESSAGE, MOST_A_DAY
from tests.functional.builders import make_event
from tests.functional.payments.test_pay_order import add_ticket
from tests.harness.client import Client

FORM = {"title": "Doors open at nine", "message": "<p>Bring water.</p>", "audience": {"attendees": True}}


@pytest.fixture
def event(organiser: Client) -> str:
    return str(make_event(organiser, state="published").json["id"])


def place(event: str) -> str:
    return f"/v1/events/{event}/announcements"


def test_announce_answers_before_anything_is_sent(organiser: Client, event: str) -> None:
    made = organiser.post(place(event), FORM)
    assert (made.status, made.headers["location"]) == (202, f"/api{place(event)}/{made.json['id']}")
    assert made.json == {
        **FORM,
        "id": made.json["id"],
        "event_id": event,
        "audience": {"roles": None, "attendees": True, "ticket_type_ids": None},
        "state": "sending",
        "counts": {"recipients": 0, "delivered": 0, "mailed": 0},
        "created_by": organiser.user_id,
        "created_at": made.json["created_at"],
        "finished_at": None,
    }
    read = organiser.get(f"{place(event)}/{made.json['id']}")
    assert read.json == made.json
    assert organiser.get(f"{place(event)}/{made.json['id']}", if_none_match=read.etag).status == 304


def test_announce_is_read_as_sent_once_it_is(organiser: Client, event: str) -> None:
    from chalicelib import bootstrap

    made = organiser.post(place(event), {**FORM, "audience": {"roles": ["owner", "organizer"]}})
    bootstrap.services().announcements.fan_out.fan_out(event, made.json["id"])
    read = organiser.get(f"{place(event)}/{made.json['id']}").json
    assert (read["state"], read["counts"]) == ("sent", {"recipients": 1, "delivered": 1, "mailed": 1})
    inbox = organiser.get("/v1/notifications").json["items"]
    assert [(one["action"], one["title"], one["message"], one["links"]["subject"]) for one in inbox] == [
        ("announcement", "Alpine Python Days: Doors open at nine", "<p>Bring water.</p>", "/events")
    ]


def test_announce_repeated_with_its_key_is_one_announcement(organiser: Client, event: str) -> None:
    first = organiser.post(place(event), FORM, idempotency_key="once")
    again = organiser.post(place(event), FORM, idempotency_key="once")
    assert (again.status, again.json) == (202, first.json)
    assert organiser.get(place(event)).json["items"] == [first.json]
    assert organiser.post(place(event), {**FORM, "title": "Other"}, idempotency_key="once").status == 422


def test_announce_cut_off_and_repeated_answers_what_was_kept(organiser: Client, event: str) -> None:
    from chalicelib import bootstrap
    from chalicelib.announcements.domain.announcement import AnnouncementForm, Audience
    from chalicelib.core.principal import Principal

    form = AnnouncementForm(title="T", message="<p>M</p>", audience=Audience(attendees=True))
    caller, new_id = Principal(organiser.user_id, "family"), bootstrap.services().ids.new_id()
    made = [
        bootstrap.services().announcements.announce.create_announcement(event, form, caller=caller, new_id=new_id).body
        for _ in range(2)
    ]
    assert made[0] == made[1]
    assert len(organiser.get(place(event)).json["items"]) == 1


def test_announce_html_that_could_run_is_taken_out(organiser: Client, event: str) -> None:
    evil = '<p onclick="x()">Hi<script>alert(1)</script> <a href="javascript:x()">you</a></p><img src=x onerror=y()>'
    made = organiser.post(place(event), {**FORM, "message": evil})
    assert made.json["message"] == '<p>Hi <a rel="noopener noreferrer nofollow">you</a></p>'


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"title": ""}, "/title"),
        ({"title": " "}, "/title"),
        ({"title": "a\nBcc: b"}, "/title"),
        ({"title": "x" * 101}, "/title"),
        ({"message": "<script>x</script>"}, "/message"),
        ({"message": "x" * (MAX_MESSAGE + 1)}, "/message"),
        ({"audience": {}}, "/audience"),
        ({"audience": {"attendees": True, "roles": ["owner"]}}, "/audience"),
        ({"audience": {"roles": []}}, "/audience/roles"),
        ({"audience": {"roles": ["king"]}}, "/audience/roles/0"),
        (
            {"audience": {"roles": ["owner"], "ticket_type_ids": ["01ARZ3NDEKTSV4RRFFQ69G5FAV"]}},
            "/audience/ticket_type_ids",
        ),
        ({"audience": {"attendees": True, "ticket_type_ids": ["x"]}}, "/audience/ticket_type_ids/0"),
        (
            {"audience": {"attendees": True, "ticket_type_ids": ["01ARZ3NDEKTSV4RRFFQ69G5FAV"]}},
            "/audience/ticket_type_ids/0",
        ),
    ],
)
def test_announce_what_breaks_a_rule_is_422_and_nothing_is_kept(
    organiser: Client, event: str, fields: dict[str, Any], pointer: str
) -> None:
    refused = organiser.post(place(event), {**FORM, **fields})
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, pointer)
    assert organiser.get(place(event)).json == {"items": [], "next_cursor": None}


def test_announce_to_a_ticket_type_of_the_event_is_taken(organiser: Client, event: str) -> None:
    ticket = add_ticket(organiser, event).json["id"]
    made = organiser.post(place(event), {**FORM, "audience": {"attendees": True, "ticket_type_ids": [ticket]}})
    assert (made.status, made.json["audience"]["ticket_type_ids"]) == (202, [ticket])


@pytest.mark.parametrize(
    ("role", "status"), [("coorganizer", 202), ("organizer", 202), ("registrar", 403), ("moderator", 403)]
)
def test_announce_is_for_those_who_run_the_event(
    organiser: Client, stranger: Client, event: str, role: str, status: int
) -> None:
    from chalicelib.accounts.adapters.items import RoleItem
    from chalicelib.aws import dynamo_keys as keys

    RoleItem(*keys.role_of_user(stranger.user_id, event), role=role, granted_at=1).save()
    assert stranger.post(place(event), FORM).status == status
    assert organiser.get(place(event)).status == 200


def test_announcements_of_somebody_elses_event_do_not_exist(
    organiser: Client, stranger: Client, anonymous: Client, event: str
) -> None:
    made = organiser.post(place(event), FORM).json["id"]
    for path in (place(event), f"{place(event)}/{made}"):
        assert (stranger.get(path).status, anonymous.get(path).status) == (404, 401)
    assert (stranger.post(place(event), FORM).status, anonymous.post(place(event), FORM).status) == (404, 401)
    other = make_event(organiser).json["id"]
    assert organiser.get(f"{place(other)}/{made}").status == 404


def test_announce_more_than_a_day_bears_is_429_until_tomorrow(organiser: Client, event: str) -> None:
    assert {organiser.post(place(event), FORM).status for _ in range(MOST_A_DAY)} == {202}
    refused = organiser.post(place(event), FORM)
    assert (refused.status, refused.code) == (429, "too_many_announcements")
    assert 0 < int(refused.headers["retry-after"]) <= 86_400
    assert organiser.post(place(make_event(organiser).json["id"]), FORM).status == 202


def test_list_announcements_newest_first_in_pages(organiser: Client, event: str) -> None:
    made = [organiser.post(place(event), {**FORM, "title": str(number)}).json["id"] for number in range(5)]
    seen, cursor = [], ""
    while True:
        page = organiser.get(f"{place(event)}?limit=2{cursor}").json
        seen.append([one["id"] for one in page["items"]])
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == [made[:2:-1], made[2:0:-1], made[:1]]
