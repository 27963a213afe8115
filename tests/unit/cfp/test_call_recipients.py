"""Who hears that a call is open: staff, and whoever proposed something to their owners before."""

from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.announcements.domain.announcement import AudienceMember, Said
from chalicelib.cfp.services.call_recipients import MOST_EVENTS, CallRecipients
from chalicelib.notifications.ports import Contact
from tests.unit.cfp.builders import announcement_of_call, call

DISPATCH = announcement_of_call("R&D", created_at=0)
CALL = call(closes_at=datetime(2030, 7, 1, 12, tzinfo=UTC), timezone="Europe/Zurich")


class FakeCrowd:
    """Port `Crowd` in memory: staff of event E, which events people own, who proposed something where."""

    def __init__(self, staff: dict[str, str], owned: dict[str, list[str]], proposers: dict[str, list[str]]) -> None:
        self.staff, self.owned, self.proposers = staff, owned, proposers

    def list_holders(self, event_id: str) -> list[tuple[str, str]]:
        assert event_id == "E"
        return list(self.staff.items())

    def list_owned(self, user_id: str) -> list[str]:
        return self.owned[user_id]

    def list_proposers(self, event_id: str) -> list[str]:
        return self.proposers.get(event_id, [])


NOBODY = FakeCrowd({}, {}, {})


def recipients(crowd: FakeCrowd = NOBODY, *, cursor: str = "0") -> CallRecipients:
    known: Any = crowd
    return CallRecipients(known, DISPATCH._replace(cursor=cursor), CALL, public_url="https://m.example")


CROWD = FakeCrowd(
    {"owner": "owner", "gate": "registrar"},
    {"owner": ["E", "before"], "gate": ["private"]},
    {"E": ["proposed here"], "before": ["ada", "gate"], "private": ["of another"]},
)


def test_list_places_has_staff_and_proposers_of_the_owners_other_events_once() -> None:
    assert recipients(CROWD).list_places() == ["ada", "gate", "owner"]


def test_list_places_goes_on_behind_the_cursor() -> None:
    assert recipients(CROWD, cursor="gate").list_places() == ["owner"]


def test_list_places_looks_through_the_newest_events_of_an_owner_alone() -> None:
    events = [f"{number:03d}" for number in range(MOST_EVENTS + 1)]
    crowd = FakeCrowd({"owner": "owner"}, {"owner": events}, {one: [f"of {one}"] for one in events})
    found = recipients(crowd).list_places()
    assert (len(found), "of 000" in found, "of 001" in found) == (MOST_EVENTS + 1, False, True)


def test_list_people_are_the_places() -> None:
    assert recipients().list_people(["ada"]) == [AudienceMember("ada", "ada")]


def test_compose_notification_says_until_when_in_the_call_s_own_time() -> None:
    assert recipients().compose_notification("en") == Said(
        "Call for papers: R&D",
        "<p><strong>R&amp;D</strong> takes proposals for sessions until 01 July 2030, 14:00 CEST.</p>",
        "/e/E/call",
    )


@pytest.mark.parametrize(
    ("contact", "to", "language"),
    [
        (Contact("ada@example.org", verified=True, language="de"), "ada@example.org", "de"),
        (Contact("ada@example.org", verified=False, language="de"), "", "de"),
        (None, "", "en"),
    ],
    ids=["proven", "not proven", "no account any more"],
)
def test_compose_mail_goes_to_an_address_that_is_proven(contact: Contact | None, to: str, language: str) -> None:
    mail = recipients().compose_mail(AudienceMember("ada", "ada"), contact)
    assert (mail.to, mail.language, mail.key) == (to, language, "call_for_papers_open E ada")
    assert "https://m.example/e/E/call\n" in mail.text
