"""Addresses whose mails bounced get no more mails until their owner verifies them again."""

import re
from typing import Any

import pytest

from chalicelib import bootstrap, telemetry
from chalicelib.triggers import mail_events
from local.dynamodb.database_server import DatabaseEndpoint
from local.events.mail_events import sns_event
from tests.integration.conftest import FakeMailer, Person, react
from tests.integration.mail_steps import (
    NEWS,
    PLACE,
    mails,
    open_account,
    queue,
    returned,
    standing,
    stored,
    to_user,
)

PROOF = f"{PLACE}/address-proof"


def hear(message: str) -> None:
    """Delivers an SNS message."""
    from datetime import UTC, datetime

    mail_events.hear(sns_event("arn:aws:sns:us-east-1:000000000000:t", message, datetime.now(UTC)))


@pytest.mark.parametrize(
    ("kind", "state"),
    [("Permanent", "suppressed"), ("Complaint", "suppressed"), ("Transient", "sent"), ("Undetermined", "sent")],
)
def test_mail_to_an_address_that_mails_came_back_from_is_not_sent(
    database: DatabaseEndpoint, mailer: FakeMailer, kind: str, state: str
) -> None:
    hear(returned(kind, "guest@example.org"))
    mail_id = queue(NEWS)
    react(database)
    assert stored(mail_id).state == state
    assert len(mailer.sent) == (state == "sent")


@pytest.mark.parametrize("written", ["GUEST@Example.ORG", " guest@example.org", "<guest@example.org>"])
def test_address_is_the_same_however_it_is_written(
    database: DatabaseEndpoint, services: bootstrap.Services, written: str
) -> None:
    hear(returned("Permanent", written))
    assert standing(services, "guest@example.org").state == "bounced"


def test_address_of_an_international_domain_is_found_by_either_form(services: bootstrap.Services, ada: Person) -> None:
    open_account(ada, "ada@müller.example")
    hear(returned("Permanent", "ada@xn--mller-kva.example"))
    assert standing(services, "ada@müller.example").state == "bounced"
    assert ada.client.get(PLACE).json["address"]["state"] == "bounced"


def test_tickets_too_are_not_sent_to_an_address_that_bounced(database: DatabaseEndpoint, mailer: FakeMailer) -> None:
    hear(returned("Permanent", "guest@example.org"))
    mail_id = queue(NEWS._replace(action="order_paid"))
    react(database)
    assert (stored(mail_id).state, mailer.sent) == ("suppressed", [])


def test_owner_sees_it_and_a_complaint_outweighs_a_bounce(services: bootstrap.Services, ada: Person) -> None:
    open_account(ada)
    works = ada.client.get(PLACE)
    seen = []
    for kind in ("Permanent", "Permanent", "Complaint", "Permanent"):
        hear(returned(kind, "ada@example.org"))
        seen.append(ada.client.get(PLACE, if_none_match=works.etag).json["address"]["state"])
    assert seen == ["bounced", "bounced", "complained", "complained"]
    assert ada.client.get(PLACE).json["actions"] == works.json["actions"]


def test_same_event_twice_keeps_when_it_began(services: bootstrap.Services, ada: Person) -> None:
    open_account(ada)
    hear(returned("Permanent", "ada@example.org"))
    first = ada.client.get(PLACE)
    services.clock.now = lambda: 1_900_000_000.0  # type: ignore[method-assign]
    hear(returned("Permanent", "ada@example.org"))
    assert standing(services, "ada@example.org").since != 1_900_000_000
    assert ada.client.get(PLACE, if_none_match=first.etag).status in (304, 401)


def test_change_of_preferences_keeps_what_is_known_of_the_address(ada: Person) -> None:
    open_account(ada)
    hear(returned("Permanent", "ada@example.org"))
    changed = ada.client.patch(PLACE, {"digest_hour": 5}, if_match="*").json
    assert (changed["digest_hour"], changed["address"]["state"]) == (5, "bounced")
    assert ada.client.patch(PLACE, {"address": {"state": "works"}}, if_match="*").json["code"] == "unknown_field"


def test_proof_of_the_address_lets_mails_go_again(
    database: DatabaseEndpoint, services: bootstrap.Services, mailer: FakeMailer, ada: Person
) -> None:
    open_account(ada)
    hear(returned("Permanent", "ada@example.org"))
    assert ada.client.post(PROOF).status == 204
    react(database)
    (proof,) = mailer.sent
    secret = re.findall(r"/verify#(\S+)", proof.text)[0]
    assert (proof.to, proof.headers) == ("ada@example.org", ())
    assert ada.client.get(PLACE).json["address"]["state"] == "bounced", "asking alone clears nothing"
    assert ada.client.post("/v1/auth/verify", {"token": secret}).status == 204
    assert ada.client.get(PLACE).json["address"] == {"state": "works", "since": None}
    mail_id = queue(to_user(ada.id))
    react(database)
    assert stored(mail_id).state == "sent"


def test_proof_is_not_mailed_while_mails_arrive(ada: Person) -> None:
    open_account(ada)
    refused = ada.client.post(PROOF)
    assert (refused.status, refused.json["code"], mails()) == (409, "address_works", [])


def test_mark_of_an_entry_that_was_cleared_by_hand_goes_when_its_owner_asks(
    services: bootstrap.Services, ada: Person
) -> None:
    open_account(ada)
    hear(returned("Permanent", "ada@example.org"))
    services.mail.mailboxes.restore("ada@example.org")
    assert ada.client.post(PROOF).status == 409
    assert ada.client.get(PLACE).json["address"]["state"] == "works"


def test_proof_is_mailed_a_few_times_a_day_only(ada: Person) -> None:
    open_account(ada)
    hear(returned("Permanent", "ada@example.org"))
    assert [ada.client.post(PROOF).status for _ in range(5)] == [204, 204, 204, 429, 429]
    assert len(mails()) == 3


@pytest.mark.parametrize("message", ["", "{}", "no JSON", '{"eventType":"Bounce"}', "[]"])
def test_message_that_cannot_be_read_is_passed_over(
    database: DatabaseEndpoint, services: bootstrap.Services, message: str
) -> None:
    hear(message)
    assert standing(services, "guest@example.org").state is None


def test_log_and_store_hold_no_address(
    database: DatabaseEndpoint, services: bootstrap.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.notifications.adapters.items import MailboxItem

    lines: list[str] = []
    monkeypatch.setattr(telemetry, "log", lambda event, **fields: lines.append(f"{event} {fields}"))
    hear(returned("Permanent", "guest@example.org"))
    items: list[Any] = [item.attribute_values for item in MailboxItem.scan()]
    assert lines == ["address_suppressed {'reason': 'bounced', 'known': False}"]
    assert len(items) == 1
    assert "guest" not in str(items)
