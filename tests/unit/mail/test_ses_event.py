"""Events of Amazon SES about mails: the examples of its manual, shortened."""

import json
from typing import Any

import pytest

from chalicelib.mail.domain.ses_event import Returned, Unreadable, returned

MAIL = {"timestamp": "2017-08-05T00:40:02.012Z", "messageId": "EXAMPLE7c191be45", "destination": ["a@example.com"]}


def told(kind: str, about: dict[str, Any], *, named: str = "eventType") -> list[Returned]:
    return returned(json.dumps({named: kind, kind.lower(): about, "mail": MAIL}))


def bounce(kind: str, *addresses: str) -> dict[str, Any]:
    recipients = [{"emailAddress": one, "action": "failed", "status": "5.1.1"} for one in addresses]
    return {"bounceType": kind, "bounceSubType": "General", "bouncedRecipients": recipients}


@pytest.mark.parametrize("named", ["eventType", "notificationType"])
def test_permanent_bounce_names_every_address(named: str) -> None:
    found = told("Bounce", bounce("Permanent", "jane@example.com", "<richard@example.com>"), named=named)
    assert found == [Returned("jane@example.com", "bounced"), Returned("richard@example.com", "bounced")]


@pytest.mark.parametrize("kind", ["Transient", "Undetermined"])
def test_bounce_that_passes_names_nobody(kind: str) -> None:
    assert told("Bounce", bounce(kind, "jane@example.com")) == []


@pytest.mark.parametrize("feedback", ["abuse", "fraud", "other", None])
def test_complaint_names_who_complained(feedback: str | None) -> None:
    about = {"complainedRecipients": [{"emailAddress": "jane@example.com"}], "complaintFeedbackType": feedback}
    assert told("Complaint", about) == [Returned("jane@example.com", "complained")]


def test_complaint_that_says_it_is_no_spam_names_nobody() -> None:
    about = {"complainedRecipients": [{"emailAddress": "a@example.com"}], "complaintFeedbackType": "not-spam"}
    assert told("Complaint", about) == []


def test_other_events_name_nobody() -> None:
    assert told("Delivery", {"recipients": ["jane@example.com"]}) == []


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '"Bounce"', '{"eventType":"Bounce"}', '{"eventType":1'])
def test_message_that_is_none_of_ses_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        returned(text)
