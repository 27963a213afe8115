"""Which announcements staff may send to whom."""

from typing import Any

import pytest

from chalicelib.announcements.domain.announcement import AnnouncementForm, Audience
from chalicelib.core.permissions import Role

EVERYBODY = Audience(attendees=True)
TYPE = "01HZZZZZZZZZZZZZZZZZZZ0001"


def pointers(**fields: Any) -> list[str]:
    form = AnnouncementForm(**{"title": "Doors", "message": "Open at nine", "audience": EVERYBODY, **fields})
    return [violation.pointer for violation in form.violations()]


@pytest.mark.parametrize(
    "audience",
    [EVERYBODY, Audience(roles=[Role.MODERATOR]), Audience(attendees=True, ticket_type_ids=[TYPE])],
)
def test_check_one_audience_is_accepted(audience: Audience) -> None:
    assert pointers(audience=audience) == []


@pytest.mark.parametrize(
    ("audience", "wrong"),
    [
        (Audience(), ["/audience"]),
        (Audience(attendees=True, roles=[Role.OWNER]), ["/audience"]),
        (Audience(roles=[Role.OWNER], ticket_type_ids=[TYPE]), ["/audience/ticket_type_ids"]),
        (Audience(ticket_type_ids=[TYPE]), ["/audience", "/audience/ticket_type_ids"]),
    ],
)
def test_check_no_or_mixed_audience_is_refused(audience: Audience, wrong: list[str]) -> None:
    assert pointers(audience=audience) == wrong


@pytest.mark.parametrize("title", ["—", " ", "Doors\r\nBcc: all", "Doors\topen", "Doors\nopen"])
def test_check_title_without_words_or_of_two_lines_is_refused(title: str) -> None:
    assert pointers(title=title) == ["/title"]
