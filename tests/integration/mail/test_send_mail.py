"""Mails are sent from the stream, each exactly once despite failures."""

import threading
from typing import Any

import pytest

from chalicelib import bootstrap, reactions, telemetry
from chalicelib.aws import dynamo_keys as keys
from chalicelib.core.errors import UpstreamFailed
from chalicelib.mail.ports import Claimed, MailDelayed, Mailer, MailRefused, MailUncertain
from chalicelib.mail.services.send_mail import CLAIM_SECONDS, PAUSES_SECONDS, SendMail
from chalicelib.notifications.adapters import keys as notification_keys
from chalicelib.notifications.domain.notification import Mail
from chalicelib.triggers import streams
from local.dynamodb.database_server import DatabaseEndpoint
from tests.integration.conftest import FakeClock, FakeMailer, react, records

MAIL = Mail("verify 1", "ada@example.org", "Confirm", "text", "<p>html</p>")
DONE: dict[str, list[Any]] = {"batchItemFailures": []}


def queue(mail: Mail = MAIL) -> None:
    from chalicelib.aws.dynamo_transactions import Transaction
    from chalicelib.notifications.adapters.writes import add_mail

    transaction = Transaction()
    add_mail(transaction, mail)
    transaction.commit()


def stored(mail: Mail = MAIL) -> Any:
    from chalicelib.notifications.adapters.items import MailItem

    return MailItem.get(*notification_keys.mail(keys.digest(mail.key)), consistent_read=True)


def failed(database: DatabaseEndpoint) -> int:
    """Delivers the record of the new mail (again). Returns how many failures are reported."""
    return len(react(database, lambda record: record["eventName"] == "INSERT")["batchItemFailures"])


def test_send_queued_mail_goes_out_once_and_is_forgotten(database: DatabaseEndpoint, mailer: FakeMailer) -> None:
    queue()
    assert react(database) == DONE
    assert react(database) == DONE
    ((to, subject, text, html),) = [mail[:4] for mail in mailer.sent]
    assert (to, subject, text.partition("\n\n-- \n")[0]) == ("ada@example.org", "Confirm", "text")
    assert '<p style="margin:0 0 16px">html</p>' in html
    assert stored().attribute_values.keys().isdisjoint({"to", "subject", "text", "html"})


def test_queue_same_key_twice_loses_its_condition(database: DatabaseEndpoint, mailer: FakeMailer) -> None:
    from chalicelib.aws.dynamo_transactions import ConditionLost

    queue()
    react(database)
    with pytest.raises(ConditionLost) as lost:
        queue(MAIL._replace(to="eve@example.org"))
    assert set(lost.value.lost) == {"mail"}


def test_send_not_accepted_is_tried_again_as_often_as_it_takes(database: DatabaseEndpoint, mailer: FakeMailer) -> None:
    queue()
    mailer.failures = [UpstreamFailed("busy") for _ in range(5)]
    assert [failed(database) for _ in range(6)] == [1, 1, 1, 1, 1, 0]
    assert len(mailer.sent) == 1


def test_send_refused_is_settled(database: DatabaseEndpoint, mailer: FakeMailer) -> None:
    queue()
    mailer.failures = [MailRefused("MessageRejected")]
    assert (failed(database), failed(database)) == (0, 0)
    assert (mailer.sent, stored().state) == ([], "refused")


def test_send_without_an_answer_is_repeated_once_only(database: DatabaseEndpoint, mailer: FakeMailer) -> None:
    queue()
    mailer.failures = [MailUncertain("timeout") for _ in range(3)]
    assert [failed(database) for _ in range(4)] == [1, 1, 0, 0]
    assert (len(mailer.failures), mailer.sent, stored().state) == (1, [], "unknown")


class Dying:
    """A mailer whose process dies while it sends."""

    def __init__(self) -> None:
        self.accepted = 0

    def send(self, mail: Claimed) -> None:
        self.accepted += 1
        raise KeyboardInterrupt


def mailing_by(mailer: Mailer | None, clock: FakeClock) -> SendMail:
    """Returns a SendMail whose pauses move the clock."""
    from chalicelib.mail.adapters.mails import DynamoMails

    def wait(seconds: float) -> None:
        clock.time += seconds

    return SendMail(DynamoMails(), mailer, clock, bootstrap.services().mail.prepare_mail, pace=lambda: True, sleep=wait)


def test_send_after_a_crash_waits_for_the_claim_and_repeats_once(
    database: DatabaseEndpoint, services: bootstrap.Services, clock: FakeClock
) -> None:
    dying, mailer = Dying(), FakeMailer()
    queue()
    services.mail.send_mail = mailing_by(dying, clock)
    with pytest.raises(KeyboardInterrupt):
        react(database)
    began = clock.time
    services.mail.send_mail = mailing_by(mailer, clock)
    assert react(database) == DONE
    assert (dying.accepted, len(mailer.sent), clock.time - began) == (1, 1, CLAIM_SECONDS)


def test_send_after_two_crashes_is_given_up(
    database: DatabaseEndpoint, services: bootstrap.Services, clock: FakeClock
) -> None:
    dying, mailer = Dying(), FakeMailer()
    queue()
    services.mail.send_mail = mailing_by(dying, clock)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            react(database)
    services.mail.send_mail = mailing_by(mailer, clock)
    assert react(database) == DONE
    assert (dying.accepted, mailer.sent, stored().state) == (2, [], "unknown")


def test_send_without_sender_leaves_it_queued(
    database: DatabaseEndpoint, services: bootstrap.Services, clock: FakeClock
) -> None:
    services.mail.send_mail = mailing_by(None, clock)
    queue()
    assert react(database) == DONE
    assert stored().state == "queued"


def test_log_of_a_mail_holds_no_address(
    database: DatabaseEndpoint, mailer: FakeMailer, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[str] = []
    monkeypatch.setattr(telemetry, "log", lambda event, **fields: lines.append(f"{event} {fields}"))
    queue()
    react(database)
    assert lines == [f"mail_sent {{'mail_id': '{keys.digest(MAIL.key)}'}}"]


def test_stream_tells_of_the_mail_once(database: DatabaseEndpoint, mailer: FakeMailer) -> None:
    queue()
    react(database)
    told = [record for record in records(database) if record["dynamodb"]["Keys"]["sk"]["S"] == "MAIL"]
    kinds = [record["eventName"] for record in told]
    assert kinds == ["INSERT", "MODIFY", "MODIFY"]


def test_send_too_soon_is_tried_again_and_is_no_failure(database: DatabaseEndpoint, mailer: FakeMailer) -> None:
    queue()
    mailer.failures = [MailDelayed("TooManyRequestsException")]
    assert failed(database) == 0
    assert (len(mailer.sent), stored().state) == (1, "sent")


def test_send_that_the_service_does_not_take_stays_queued_until_it_is_woken(
    database: DatabaseEndpoint, mailer: FakeMailer, clock: FakeClock
) -> None:
    """However often: no try counts for the mail, and none reaches the failure queue."""
    queue()
    for _ in range(7):
        mailer.failures = [MailDelayed("SendingPausedException") for _ in range(1 + len(PAUSES_SECONDS))]
        assert failed(database) == 0
        assert (mailer.failures, stored().state, stored().sends, stored().claimed_until) == ([], "queued", 0, None)
    clock.time += 2_000
    assert bootstrap.services().mail.sweep_due.run() == 1
    assert react(database, lambda record: record["eventName"] == "MODIFY") == DONE
    assert (len(mailer.sent), stored().state) == (1, "sent")


def test_send_whose_turn_is_too_far_away_stays_queued(
    database: DatabaseEndpoint, services: bootstrap.Services, clock: FakeClock
) -> None:
    from chalicelib.mail.adapters.mails import DynamoMails

    mailer = FakeMailer()
    addressing = services.mail.prepare_mail
    services.mail.send_mail = SendMail(DynamoMails(), mailer, clock, addressing, pace=lambda: False)
    queue()
    assert react(database) == DONE
    assert (mailer.sent, stored().state, stored().sends) == ([], "queued", 0)


def test_send_of_a_mail_that_was_sent_takes_no_place_in_the_line(
    database: DatabaseEndpoint, services: bootstrap.Services, clock: FakeClock
) -> None:
    from chalicelib.mail.adapters.mails import DynamoMails

    places: list[bool] = []

    def take() -> bool:
        places.append(True)
        return True

    mailer = FakeMailer()
    services.mail.send_mail = SendMail(DynamoMails(), mailer, clock, services.mail.prepare_mail, pace=take)
    queue()
    for _ in range(3):
        react(database)
    assert (len(mailer.sent), len(places)) == (1, 1)


def test_mails_are_no_business_of_the_function_that_pushes(database: DatabaseEndpoint, mailer: FakeMailer) -> None:
    queue()
    for reaction, sent in ((reactions.NOTIFICATIONS, 0), (reactions.MAILS, 1)):
        assert streams.react({"Records": records(database)}, reaction) == DONE
        assert len(mailer.sent) == sent


def test_send_many_at_once_waits_for_none_of_them(
    database: DatabaseEndpoint, services: bootstrap.Services, clock: FakeClock
) -> None:
    """A slow mail service delays many mails in parallel, not one after the other."""
    from chalicelib.mail.adapters.mails import DynamoMails

    together = threading.Barrier(4)

    class Slow:
        def send(self, mail: Claimed) -> None:
            together.wait(20)

    addressing = services.mail.prepare_mail
    services.mail.send_mail = SendMail(DynamoMails(), Slow(), clock, addressing, pace=lambda: True)
    for number in range(4):
        queue(MAIL._replace(key=f"verify {number}"))
    assert react(database) == DONE
    assert {stored(MAIL._replace(key=f"verify {number}")).state for number in range(4)} == {"sent"}
