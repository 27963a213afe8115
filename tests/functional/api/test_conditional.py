"""Conditional requests, case by case of RFC 9110 section 13."""

import pytest

from tests.functional.builders import make_event
from tests.harness.client import Client

MATCHING = ['"{t}"', 'W/"{t}"', '"a", "{t}"', '"a,b" , W/"{t}"', "*", '  "{t}"  ', '"","{t}"']
MATCHING += ['"{t}",', ',"{t}"', '"a",,"{t}"', ' ,\t, W/"{t}" , ,']  # empty elements are ignored: RFC 9110 5.6.1.2
OTHER = ['"x"', '"x", "y"', '"x",', "{t}", '"{t}', "", ",", " , ", '"{t}" "x"', 'w/"{t}"', '*, "{t}"', '"{t}"\n']
READABLE = ('"x"', '"x", "y"', '"x",')


@pytest.mark.parametrize("header", MATCHING)
def test_get_with_matching_tag_is_304_with_the_same_validators(organiser: Client, header: str) -> None:
    event = make_event(organiser)
    path = f"/v1/events/{event.json['id']}"
    full = organiser.get(path)
    reply = organiser.get(path, if_none_match=header.format(t=event.etag.strip('"')))
    assert (reply.status, reply.body) == (304, b"")
    assert {n: reply.headers[n] for n in ("etag", "cache-control")} == {
        n: full.headers[n] for n in ("etag", "cache-control")
    }


@pytest.mark.parametrize("header", OTHER)
def test_get_with_other_or_unreadable_tag_is_200(organiser: Client, header: str) -> None:
    event = make_event(organiser)
    reply = organiser.get(f"/v1/events/{event.json['id']}", if_none_match=header.format(t=event.etag.strip('"')))
    assert (reply.status, reply.etag) == (200, event.etag)


def test_get_ignores_if_modified_since(organiser: Client) -> None:
    path = f"/v1/events/{make_event(organiser).json['id']}"
    assert organiser.get(path, if_modified_since="Fri, 01 Jan 2100 00:00:00 GMT").status == 200


@pytest.mark.parametrize("header", [h for h in MATCHING if h != "*"] + ["*"])
def test_patch_with_matching_tag_is_done(organiser: Client, header: str) -> None:
    event = make_event(organiser)
    path = f"/v1/events/{event.json['id']}"
    match = header.format(t=event.etag.strip('"'))
    assert organiser.patch(path, {"name": "New"}, if_match=match).json["name"] == "New"


def test_patch_without_if_match_is_428_and_changes_nothing(organiser: Client) -> None:
    event = make_event(organiser)
    path = f"/v1/events/{event.json['id']}"
    assert organiser.patch(path, {"name": "New"}).code == "precondition_required"
    assert organiser.get(path).etag == event.etag


def test_patch_with_stale_tag_is_412_with_the_current_version(organiser: Client) -> None:
    event = make_event(organiser)
    path = f"/v1/events/{event.json['id']}"
    current = organiser.patch(path, {"name": "New"}, if_match=event.etag)
    reply = organiser.patch(path, {"name": "Newer"}, if_match=event.etag)
    assert (reply.status, reply.code, reply.etag) == (412, "precondition_failed", current.etag)
    assert reply.json["current"] == {"etag": current.etag, "representation": current.json}
    assert organiser.get(path).etag == current.etag


@pytest.mark.parametrize("header", [h for h in OTHER if h not in READABLE])
def test_patch_with_unreadable_if_match_is_400_and_changes_nothing(organiser: Client, header: str) -> None:
    event = make_event(organiser)
    path = f"/v1/events/{event.json['id']}"
    reply = organiser.patch(path, {"name": "New"}, if_match=header.format(t=event.etag.strip('"')))
    assert (reply.status, reply.code) == (400, "malformed_if_match")
    assert organiser.get(path).etag == event.etag


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_write_to_what_is_absent_is_404_before_any_precondition(organiser: Client, method: str) -> None:
    event = make_event(organiser).json["id"]
    path = f"/v1/events/{event}/tracks/01HZZZZZZZZZZZZZZZZZZZZZZZ"
    body = {"name": "x"} if method == "PATCH" else None
    assert organiser.request(method, path, body).status == 404
    assert organiser.request(method, path, body, if_match="*").status == 404


def test_head_has_the_headers_of_get(organiser: Client) -> None:
    path = f"/v1/events/{make_event(organiser).json['id']}"
    get, head = organiser.get(path), organiser.request("HEAD", path)
    assert head.status == 200
    assert head.etag == get.etag


def test_public_and_staff_views_have_tags_and_caching_of_their_own(organiser: Client, anonymous: Client) -> None:
    path = f"/v1/events/{make_event(organiser, state='published').json['id']}/speakers"
    organiser.post(path, {"name": "Ada Example", "email": "ada@example.org"})
    staff, public = organiser.get(path), anonymous.get(path)
    assert staff.headers["cache-control"] == "private, no-cache"
    assert public.headers["cache-control"] == "public, max-age=0, s-maxage=10, must-revalidate"
    one_staff = organiser.get(f"{path}/{staff.json['items'][0]['id']}")
    one_public = anonymous.get(f"{path}/{staff.json['items'][0]['id']}")
    assert one_staff.etag != one_public.etag
    assert organiser.get(f"{path}?view=public").etag == public.etag
