"""Speakers with only proposed sessions are not public; accepting one of their sessions makes them public."""

from __future__ import annotations

import pytest

from tests.functional.builders import make, make_event, versions
from tests.harness.client import Client

PROPOSER = "Onlyproposed"


def proposed(organiser: Client, **session: object) -> tuple[str, str, str]:
    """Creates a published event with a speaker who is not public and their session. Returns the ids of all three."""
    event = make_event(organiser, state="published").json["id"]
    speaker = make(organiser, event, "speakers", name=PROPOSER, short_biography=PROPOSER, listed=False).json["id"]
    fields = {"title": "Proposed", "state": "submitted", "speaker_ids": [speaker], **session}
    return event, speaker, make(organiser, event, "sessions", **fields).json["id"]


def test_unlisted_speaker_is_in_no_public_list_resource_counter_or_etag(
    organiser: Client, stranger: Client, anonymous: Client
) -> None:
    event = make_event(organiser, state="published").json["id"]
    before = versions(anonymous, event, "public"), anonymous.get(f"/v1/events/{event}/speakers").etag
    speaker = make(organiser, event, "speakers", name=PROPOSER, listed=False)
    place = f"/v1/events/{event}/speakers/{speaker.json['id']}"
    organiser.patch(place, {"short_biography": PROPOSER}, if_match="*")
    for reader in (anonymous, stranger):
        assert reader.get(place).status == 404
        listed = reader.get(f"/v1/events/{event}/speakers")
        assert (versions(reader, event, "public"), listed.etag) == before
        assert listed.json["items"] == []
    assert organiser.get(place).json["listed"] is False
    organiser.delete(place, if_match="*")
    assert (versions(anonymous, event, "public"), anonymous.get(f"/v1/events/{event}/speakers").etag) == before


@pytest.mark.parametrize("way", ["review", "patch"])
def test_accepted_session_lists_its_speakers_and_says_so_to_nobody_else(
    organiser: Client, anonymous: Client, way: str
) -> None:
    event, speaker, session = proposed(organiser)
    before = anonymous.get(f"/v1/events/{event}/speakers")
    assert PROPOSER not in before.body.decode()
    if way == "review":
        organiser.post(f"/v1/events/{event}/sessions/{session}/review", {"decision": "accept"})
    else:
        organiser.patch(f"/v1/events/{event}/sessions/{session}", {"state": "accepted"}, if_match="*")
    after = anonymous.get(f"/v1/events/{event}/speakers", if_none_match=before.etag)
    (shown,) = after.json["items"]
    assert (after.status, shown["id"], shown["name"]) == (200, speaker, PROPOSER)
    assert {"email", "user_id", "listed"} & set(shown) == set()
    assert versions(anonymous, event, "public")["speakers_ver"] == 1


def test_session_that_is_accepted_from_the_start_lists_its_speakers(organiser: Client, anonymous: Client) -> None:
    event, speaker, _ = proposed(organiser)
    make(organiser, event, "sessions", title="Made", state="confirmed", speaker_ids=[speaker])
    assert [one["id"] for one in anonymous.get(f"/v1/events/{event}/speakers").json["items"]] == [speaker]
    assert versions(anonymous, event, "public")["speakers_ver"] == 1


def test_page_of_an_event_names_no_speaker_who_only_proposed(organiser: Client, anonymous: Client) -> None:
    event, _, session = proposed(organiser)
    slug = organiser.get(f"/v1/events/{event}?view=all").json["slug"]
    pages = [f"/pages/e/{slug}", f"/pages/e/{slug}/schedule"]
    assert [PROPOSER in anonymous.get(page).body.decode() for page in pages] == [False, False]
    organiser.post(f"/v1/events/{event}/sessions/{session}/review", {"decision": "accept"})
    assert PROPOSER in anonymous.get(pages[0]).body.decode()


def test_rejected_session_lists_nobody(organiser: Client, anonymous: Client) -> None:
    event, speaker, session = proposed(organiser)
    organiser.post(f"/v1/events/{event}/sessions/{session}/review", {"decision": "reject"})
    assert anonymous.get(f"/v1/events/{event}/speakers/{speaker}").status == 404


def test_speaker_hidden_by_staff_stays_hidden_when_the_session_is_edited(organiser: Client, anonymous: Client) -> None:
    event, speaker, session = proposed(organiser, state="accepted")
    organiser.patch(f"/v1/events/{event}/speakers/{speaker}", {"listed": False}, if_match="*")
    organiser.patch(f"/v1/events/{event}/sessions/{session}", {"subtitle": "New"}, if_match="*")
    assert anonymous.get(f"/v1/events/{event}/speakers/{speaker}").status == 404
