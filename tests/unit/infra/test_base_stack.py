"""Properties of infra/stacks/base.yaml: nothing is public, no failure is lost unnoticed, logs expire."""

import json
import logging
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from infra import names
from tests.unit.infra.templates import PSEUDO, STAGE, Template, deployed
from tests.unit.orders.builders import payment, record

PREFIX = f"marquee-{STAGE}"


def test_buckets_are_private_encrypted_and_versioned() -> None:
    buckets = deployed("base").of("AWS::S3::Bucket")
    assert {one.name for one in buckets} == {"WebsiteBucket", "FailuresBucket", "ReleasesBucket"}
    for bucket in buckets:
        assert set(bucket.properties["PublicAccessBlockConfiguration"].values()) == {True}
        assert len(bucket.properties["PublicAccessBlockConfiguration"]) == 4
        assert bucket.properties["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
        assert bucket.properties["VersioningConfiguration"] == {"Status": "Enabled"}
        rules = bucket.properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rules == [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        longest = f"marquee-{'s' * 16}-" + bucket.properties["BucketName"].split("-", 2)[2]
        assert len(longest) <= 63


def test_buckets_and_queue_refuse_what_is_not_encrypted_on_its_way() -> None:
    policies = [*deployed("base").of("AWS::S3::BucketPolicy"), *deployed("edge").of("AWS::S3::BucketPolicy")]
    assert {one.properties["Bucket"] for one in policies} == {"<FailuresBucket>", "<ReleasesBucket>", "website"}
    for one in [*policies, *deployed("base").of("AWS::SQS::QueuePolicy")]:
        refused = [s for s in one.properties["PolicyDocument"]["Statement"] if s["Effect"] == "Deny"]
        assert len(refused) == 1
        assert refused[0]["Principal"] == "*"
        assert len(refused[0]["Resource"]) == 2 or one.kind == "AWS::SQS::QueuePolicy"


def test_failures_are_told_to_the_queue_by_their_bucket_alone() -> None:
    base = deployed("base").resources
    bucket = base["FailuresBucket"]
    assert bucket.raw["DependsOn"] == "FailureQueuePolicy"
    told = bucket.properties["NotificationConfiguration"]["QueueConfigurations"]
    assert told == [{"Event": "s3:ObjectCreated:*", "Queue": "<FailureQueue.Arn>"}]
    allowed = base["FailureQueuePolicy"].properties["PolicyDocument"]["Statement"][0]
    assert allowed == {
        "Sid": "FailuresBucketTells",
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": "<FailureQueue.Arn>",
        "Condition": {
            "ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{bucket.properties['BucketName']}"},
            "StringEquals": {"aws:SourceAccount": PSEUDO["AWS::AccountId"]},
        },
    }


def test_failures_are_forgotten_after_their_time() -> None:
    base = deployed("base").resources
    rule = base["FailuresBucket"].properties["LifecycleConfiguration"]["Rules"][0]
    assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", 30)
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1}
    queue = base["FailureQueue"].properties
    assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600
    assert queue["SqsManagedSseEnabled"] is True


def test_functions_log_into_groups_with_an_end() -> None:
    base = deployed("base", LogRetentionDays="14")
    groups = {one.properties["LogGroupName"]: one for one in base.of("AWS::Logs::LogGroup")}
    expected = {f"/aws/lambda/{names.function(PREFIX, name)}" for name in names.FUNCTIONS}
    assert groups.keys() == {*expected, f"/marquee/{STAGE}/webhook-api"}
    assert {one.properties["RetentionInDays"] for one in groups.values()} == {"14"}


def test_crashes_are_counted_in_every_function() -> None:
    base = deployed("base")
    counted = {filter_.properties["LogGroupName"].strip("<>") for filter_ in _filters(base, "Crashes")}
    assert {base.resources[name].properties["LogGroupName"] for name in counted} == {
        f"/aws/lambda/{names.function(PREFIX, name)}" for name in names.FUNCTIONS
    }
    assert len({one.properties["FilterPattern"] for one in _filters(base, "Crashes")}) == 1


def _filters(template: Template, metric: str) -> list[Any]:
    filters = template.of("AWS::Logs::MetricFilter")
    return [one for one in filters if one.properties["MetricTransformations"][0]["MetricName"] == metric]


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """The list of telemetry's log lines."""
    written: list[str] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(record.getMessage())

    keeper = Keeper()
    logging.getLogger("telemetry").addHandler(keeper)
    yield written
    logging.getLogger("telemetry").removeHandler(keeper)


LAMBDA_LINES = (
    "[ERROR] KeyError: 'x' Traceback (most recent call last):",
    "2026-01-01T00:00:00.000Z 2f9d Task timed out after 29.00 seconds",
    "RequestId: 2f9d Error: Runtime exited with error: signal: killed Runtime.ExitError",
    "REPORT RequestId: 2f9d Duration: 3.0 ms Status: error Error Type: Runtime.ExitError",
)
HEALTHY_LINES = (
    "START RequestId: 2f9d Version: $LATEST",
    "REPORT RequestId: 2f9d Duration: 3.0 ms Billed Duration: 4 ms Memory Size: 512 MB",
    '{"event": "request", "request_id": "2f9d", "method": "GET", "route": "/v1/events", "status": 500, "ms": 1.0}',
)


def test_crash_filter_finds_bugs_and_deaths_and_nothing_else(lines: list[str]) -> None:
    from chalicelib import telemetry

    try:
        raise KeyError("x")
    except KeyError:
        telemetry.failure("frame_failed", connection_id="c")
    pattern = _filters(deployed("base"), "Crashes")[0].properties["FilterPattern"]
    terms = [term.strip('"') for term in re.findall(r'\?("[^"]+"|\S+)', pattern)]
    assert len(terms) == pattern.count("?")
    assert all(any(term in line for term in terms) for line in [*LAMBDA_LINES, *lines])
    assert not any(term in line for term in terms for line in HEALTHY_LINES)


def test_late_payment_filter_finds_payments_without_an_event_of_stripes(lines: list[str]) -> None:
    from chalicelib.orders.domain.charge import PaymentStatus
    from chalicelib.payments.services.record_payment import RecordPayment

    others = dict.fromkeys(("hold_stock", "orphans", "payments", "representations", "ids", "review_unseen_payment"))
    recording: Any = RecordPayment(
        orders=SimpleNamespace(write_order=lambda change: None),
        order_messages=SimpleNamespace(add_messages=lambda change, known: change),
        clock=SimpleNamespace(now=lambda: 0),
        livemode=False,
        **others,
    )
    for marker in (None, "evt_1"):
        assert recording.apply(record(), payment(PaymentStatus.UNPAID, charge=None), marker=marker)
    late, usual = (json.loads(line) for line in lines)
    found = _filters(deployed("base"), "PaymentsFoundLate")
    groups = {one.properties["LogGroupName"] for one in found}
    assert {one.properties["FilterPattern"] for one in found} == {
        '{ $.event = "payment_applied" && $.stripe_event IS NULL }'
    }
    assert groups == {"<ApiHandlerLog>", "<LapseOffersLog>", "<ReconcilePaymentsLog>", "<ReleaseHoldsLog>"}
    assert (late["event"], late["stripe_event"]) == ("payment_applied", None)
    assert usual["stripe_event"] == "evt_1"


def test_mail_identity_is_there_only_with_a_domain() -> None:
    with_mail, without = deployed("base"), deployed("base", MailDomain="")
    assert with_mail.resources["MailIdentity"].properties["EmailIdentity"] == "marquee.example"
    assert with_mail.resources["MailSettings"].properties["DeliveryOptions"] == {"TlsPolicy": "REQUIRE"}
    assert with_mail.resources["MailSettings"].properties["SuppressionOptions"] == {"SuppressedReasons": []}
    assert not [one for one in without.resources.values() if one.kind.startswith("AWS::SES::")]
    assert with_mail.outputs.keys() - without.outputs.keys() == {"DkimRecord1", "DkimRecord2", "DkimRecord3"}


def test_mails_that_come_back_are_told_to_the_topic_of_their_function() -> None:
    base = deployed("base")
    topic = base.resources["MailEvents"].properties["TopicName"]
    assert topic == names.topic(PREFIX, "on_mail_event")
    destination = base.resources["MailReturns"].properties["EventDestination"]
    assert destination["MatchingEventTypes"] == ["bounce", "complaint"]
    assert destination["SnsDestination"] == {"TopicARN": "<MailEvents>"}
    assert "MailEvents" in deployed("base", MailDomain="").resources, "Chalice subscribes to it with or without mail"


def test_topic_of_mail_events_takes_words_of_our_mails_alone() -> None:
    policy = deployed("base").resources["MailEventsPolicy"].properties["PolicyDocument"]
    allowed, denied = policy["Statement"]
    assert (allowed["Principal"], allowed["Action"]) == ({"Service": "ses.amazonaws.com"}, "sns:Publish")
    assert allowed["Condition"]["StringEquals"]["aws:SourceArn"].endswith(f":configuration-set/{PREFIX}")
    assert (denied["Effect"], denied["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
