"""Properties of infra/stacks/watch.yaml: alarms that reach somebody who can act, and no cost while all is well."""

import json
import re

import pytest

from chalicelib import telemetry
from infra import names
from tests.unit.infra.templates import FOLDER, STAGE, Resource, deployed

PREFIX = f"marquee-{STAGE}"
ALARM_METRICS = 12
"""The metrics with alarms. Each is billed, except the first ten: aws.amazon.com/cloudwatch/pricing"""
FREE_DASHBOARD_METRICS = 50
_CALLS = re.compile(r"count_to_look_at\(([^)]*)\)")
OPERATIONS = FOLDER.parents[1] / "docs" / "operations.md"


def _alarms() -> list[Resource]:
    return deployed("watch").of("AWS::CloudWatch::Alarm")


WATCHED_STREAMS = set(names.STREAM_FUNCTIONS) - {"on_content"}
"""Alarms are billed; the template explains which streams have none."""


def _places() -> set[tuple[str, str, str]]:
    """Returns (namespace, metric, value of the first dimension) of every metric with an alarm."""
    return {
        (one["Namespace"], one["MetricName"], next((d["Value"] for d in one.get("Dimensions", [])), ""))
        for one in (alarm.properties for alarm in _alarms())
    }


def test_alarms_are_for_each_thing_that_can_go_wrong() -> None:
    assert _places() == {
        ("AWS/ApiGateway", "5XXError", names.rest_api(PREFIX)),
        (f"Marquee/{STAGE}", "Crashes", ""),
        (f"Marquee/{STAGE}", "PaymentsFoundLate", ""),
        (f"Marquee/{STAGE}", telemetry.TO_LOOK_AT, ""),
        ("AWS/Lambda", "Throttles", ""),
        *(("AWS/Lambda", "IteratorAge", names.function(PREFIX, name)) for name in WATCHED_STREAMS),
        ("AWS/Lambda", "Invocations", names.function(PREFIX, "release_holds")),
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible", f"{PREFIX}-failures"),
        ("AWS/DynamoDB", "WriteThrottleEvents", f"{PREFIX}-sales"),
    }


def test_alarms_of_the_api_look_at_its_stage() -> None:
    (alarm,) = [one for one in _alarms() if one.properties.get("MetricName") == "5XXError"]
    assert alarm.properties["Dimensions"] == [
        {"Name": "ApiName", "Value": PREFIX},
        {"Name": "Stage", "Value": names.API_STAGE},
    ]


def test_alarms_cost_two_metrics_at_most() -> None:
    assert len(_alarms()) <= ALARM_METRICS
    assert not [alarm.name for alarm in _alarms() if "Metrics" in alarm.properties], "sums are paid by their parts"


def test_counted_metrics_are_those_that_the_logs_give() -> None:
    counted = {(f"Marquee/{STAGE}", telemetry.TO_LOOK_AT)} | {
        (one["MetricNamespace"], one["MetricName"])
        for filter_ in deployed("base").of("AWS::Logs::MetricFilter")
        for one in filter_.properties["MetricTransformations"]
    }
    assert {place[:2] for place in _places() if place[0].startswith("Marquee")} == counted


def test_queue_that_is_watched_is_the_failure_queue() -> None:
    queue = deployed("base").resources["FailureQueue"].properties["QueueName"]
    assert ("AWS/SQS", "ApproximateNumberOfMessagesVisible", queue) in _places()


def test_alarms_tell_somebody_what_to_do() -> None:
    for alarm in _alarms():
        assert alarm.properties["AlarmActions"] == ["<Alarms>"], alarm.name
        assert alarm.properties["OKActions"] == ["<Alarms>"], alarm.name
        words, anchor = alarm.properties["AlarmDescription"].split(" docs/operations.md#alarm-")
        assert alarm.properties["AlarmName"].startswith(f"{PREFIX}-{anchor}"), alarm.name
        assert 80 < len(words) <= 1024, alarm.name
    assert len({alarm.properties["AlarmName"] for alarm in _alarms()}) == len(_alarms())


def test_anchors_of_the_alarms_are_in_the_manual() -> None:
    if not OPERATIONS.exists():
        pytest.skip("the manual is not written yet")
    text = OPERATIONS.read_text(encoding="utf-8")
    anchors = {one.properties["AlarmDescription"].partition("#")[2] for one in _alarms()}
    named = set(re.findall(r'(?:id|name)="([\w-]+)"', text))
    headings = {
        re.sub(r"[^\w -]", "", one).strip().lower().replace(" ", "-") for one in re.findall(r"^#+ (.+)$", text, re.M)
    }
    assert anchors <= named | headings


def test_silence_of_the_timer_is_an_alarm_and_silence_of_the_rest_is_not() -> None:
    breaching = {alarm.name for alarm in _alarms() if alarm.properties["TreatMissingData"] == "breaching"}
    assert breaching == {"HoldsTimerDead"}
    assert {alarm.properties["TreatMissingData"] for alarm in _alarms()} == {"breaching", "notBreaching"}


def test_topic_takes_words_of_these_alarms_alone() -> None:
    allowed = deployed("watch").resources["AlarmsPolicy"].properties["PolicyDocument"]["Statement"][0]
    assert allowed["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert allowed["Action"] == "sns:Publish"
    assert allowed["Condition"] == {
        "ArnLike": {"aws:SourceArn": f"arn:aws:cloudwatch:eu-central-1:111122223333:alarm:{PREFIX}-*"},
        "StringEquals": {"aws:SourceAccount": "111122223333"},
    }


def test_topic_is_encrypted_with_a_key_of_ones_own_when_there_is_one() -> None:
    key = "arn:aws:kms:eu-central-1:111122223333:key/one"
    assert "KmsMasterKeyId" not in deployed("watch").resources["Alarms"].properties
    assert deployed("watch", AlarmKeyArn=key).resources["Alarms"].properties["KmsMasterKeyId"] == key


@pytest.mark.parametrize(
    ("email", "budget", "kinds"),
    [
        ("ops@marquee.example", "5", {"AWS::SNS::Subscription", "AWS::Budgets::Budget"}),
        ("ops@marquee.example", "0", {"AWS::SNS::Subscription"}),
        ("", "5", set()),
        ("", "0", set()),
    ],
)
def test_mail_and_budget_are_there_when_asked_for(email: str, budget: str, kinds: set[str]) -> None:
    watch = deployed("watch", AlarmEmail=email, MonthlyBudget=budget)
    asked = {"AWS::SNS::Subscription", "AWS::Budgets::Budget"}
    assert {one.kind for one in watch.resources.values()} & asked == kinds


def test_dashboard_shows_every_alarm_and_costs_nothing() -> None:
    (dashboard,) = deployed("watch").of("AWS::CloudWatch::Dashboard")
    widgets = json.loads(dashboard.properties["DashboardBody"])["widgets"]
    shown = [one["properties"] for one in widgets]
    assert shown[0]["alarms"] == [f"<{alarm.name}.Arn>" for alarm in _alarms()]
    assert sum(len(one.get("metrics", [])) for one in shown) <= FREE_DASHBOARD_METRICS
    assert {one["region"] for one in shown[1:]} == {"eu-central-1"}
    assert not re.search(r"\$\{|<(?!\w+\.Arn>)", dashboard.properties["DashboardBody"])


def test_dashboard_reads_logs_that_exist() -> None:
    (dashboard,) = deployed("watch").of("AWS::CloudWatch::Dashboard")
    read = set(re.findall(r"SOURCE '([^']+)'", dashboard.properties["DashboardBody"]))
    assert read
    assert read <= {one.properties["LogGroupName"] for one in deployed("base").of("AWS::Logs::LogGroup")}


def test_dashboard_tables_and_functions_exist() -> None:
    body = deployed("watch").of("AWS::CloudWatch::Dashboard")[0].properties["DashboardBody"]
    named = set(re.findall(rf'"({PREFIX}(?:-\w+)?)"', body))
    known = {f"{PREFIX}-{table}" for table in names.TABLES}
    known |= {names.function(PREFIX, name) for name in names.FUNCTIONS} | {f"{PREFIX}-failures"}
    assert named <= known


def test_dashboard_shows_each_metric_of_what_is_to_be_looked_at() -> None:
    (dashboard,) = deployed("watch").of("AWS::CloudWatch::Dashboard")
    sources = [path.read_text(encoding="utf-8") for path in FOLDER.parents[1].glob("chalicelib/**/*.py")]
    counted = {name for text in sources for call in _CALLS.findall(text) for name in re.findall(r'"(\w+)"', call)}
    assert len(counted) > 5
    assert {name for name in counted if f'"{name}"' not in dashboard.properties["DashboardBody"]} == set()
