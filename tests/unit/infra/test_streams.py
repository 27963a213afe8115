"""Settings of stream mappings."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra import names, website
from infra.checks import run_smoke_test
from infra.deploy import adopting, configuring, releases, run_chalice, steps, streams
from infra.package import build
from infra.settings import Unusable

BUCKET = "marquee-dev-failures"


class FakeLambda:
    """A fake Lambda with mappings as a bare `chalice deploy` makes them. Changes are visible after `slow` more reads
    and refused `busy` times, as while Chalice's own change is in progress.
    """

    def __init__(self, slow: int = 0, busy: int = 0) -> None:
        self.slow = slow
        self.busy = busy
        self.pending: dict[str, dict[str, Any]] = {}
        self.mappings = {
            names.function("marquee-dev", name): {
                "UUID": name,
                "EventSourceArn": "arn",
                "MaximumRetryAttempts": -1,
                "FunctionResponseTypes": [],
                "ParallelizationFactor": 1,
            }
            for name in names.STREAM_FUNCTIONS
        }

    def list_event_source_mappings(self, FunctionName: str) -> dict[str, Any]:
        found = self.mappings.get(FunctionName)
        if found and found["UUID"] in self.pending:
            if self.slow == 0:
                found.update(self.pending.pop(found["UUID"]))
            else:
                self.slow -= 1
        return {"EventSourceMappings": [found] if found else []}

    def get_function_configuration(self, FunctionName: str) -> dict[str, Any]:
        if FunctionName not in self.mappings:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": ""}}, "GetFunction")
        return {"FunctionArn": f"arn:{FunctionName}"}

    def update_event_source_mapping(self, UUID: str, **settings: Any) -> None:
        if self.busy:
            self.busy -= 1
            raise ClientError({"Error": {"Code": "ResourceInUseException", "Message": ""}}, "UpdateEventSourceMapping")
        self.pending[UUID] = settings


def test_apply_sets_and_verifies_every_setting() -> None:
    fake = FakeLambda(slow=4, busy=3)
    assert streams.apply(fake, "marquee-dev", BUCKET, pause=lambda _: None) == list(names.STREAM_FUNCTIONS)
    for found in fake.mappings.values():
        assert found["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert found["BisectBatchOnFunctionError"] is True
        assert 0 < found["MaximumRetryAttempts"] < 100
        assert 0 < found["MaximumRecordAgeInSeconds"] < 24 * 3600
        assert found["DestinationConfig"] == {"OnFailure": {"Destination": f"arn:aws:s3:::{BUCKET}"}}
        found["DestinationConfig"]["OnSuccess"] = {}  # AWS returns more keys than were set
    assert streams.apply(fake, "marquee-dev", BUCKET, pause=lambda _: None) == []
    at_once = {found["UUID"]: found["ParallelizationFactor"] for found in fake.mappings.values()}
    assert {name for name, factor in at_once.items() if factor != 1} == {"on_stripe_inbox"}  # allow any order
    assert at_once["on_stripe_inbox"] == 10


def test_send_mails_alone_has_a_filter_since_the_release_before_sends_mails_by_the_other() -> None:
    filters = {
        name: [json.loads(one["Pattern"]) for one in criteria["Filters"]]
        for name in names.STREAM_FUNCTIONS
        if (criteria := streams.wished(name, BUCKET).get("FilterCriteria"))
    }
    assert filters == {
        "send_mails": [{"dynamodb": {"Keys": {"sk": {"S": ["MAIL"]}}, "NewImage": {"state": {"S": ["queued"]}}}}],
    }


def test_apply_takes_away_a_filter_that_is_not_wished() -> None:
    fake = FakeLambda()
    streams.apply(fake, "marquee-dev", BUCKET, pause=lambda _: None)
    found = fake.mappings["marquee-dev-on_notifications"]
    found["FilterCriteria"] = {"Filters": [{"Pattern": "{}"}]}
    assert streams.drift(fake, "marquee-dev", BUCKET) == {"on_notifications": ["FilterCriteria"]}
    assert streams.apply(fake, "marquee-dev", BUCKET, pause=lambda _: None) == ["on_notifications"]
    assert found["FilterCriteria"] == {}
    del found["FilterCriteria"]  # AWS leaves the key out when there are none
    assert streams.drift(fake, "marquee-dev", BUCKET) == {}


def test_rollback_to_a_release_without_send_mails_lets_the_other_function_send_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake = FakeLambda()
    streams.apply(fake, "marquee-dev", BUCKET, pause=lambda _: None)
    found = fake.mappings["marquee-dev-on_notifications"]
    found["FilterCriteria"] = {"Filters": [{"Pattern": "{}"}]}  # a filter that the older release does not know
    here: Any = SimpleNamespace(
        session=SimpleNamespace(client=lambda _: fake),
        prefix="marquee-dev",
        stage=SimpleNamespace(name="dev", region="eu-central-1"),
        project=None,
        outputs=lambda _: {"FailuresBucket": BUCKET, "ReleasesBucket": "releases", "WebsiteBucket": "website"},
        variables=lambda release: {"WEBSITE": release},
    )
    done: list[str] = []
    for module, names_of in {
        adopting: ("rest_api_id",),
        build: ("build_app",),
        configuring: ("write_for_rollback",),
        releases: ("unpack",),
        website: ("folder_of", "prune", "release", "upload"),
    }.items():
        for name in names_of:
            monkeypatch.setattr(module, name, lambda *_, **__: None)
    takes = fake.mappings.pop
    monkeypatch.setattr(run_chalice, "deploy", lambda *_, **__: takes("marquee-dev-send_mails"))  # as Chalice does
    monkeypatch.setattr(run_smoke_test, "run", lambda *_, **__: done.append("smoke"))
    monkeypatch.setattr(releases, "mark_live", lambda *_: done.append("settled"))

    assert steps.rollback(here, "before", lambda _: None) == "before"

    assert done == ["smoke", "settled"]
    assert found.get("FilterCriteria") == {}
    assert streams.drift(fake, "marquee-dev", BUCKET) == {"send_mails": ["mapping is missing"]}


def test_drift_names_what_somebody_changed() -> None:
    fake = FakeLambda()
    streams.apply(fake, "marquee-dev", BUCKET, pause=lambda _: None)
    fake.mappings["marquee-dev-on_content"]["MaximumRetryAttempts"] = -1
    assert streams.drift(fake, "marquee-dev", BUCKET) == {"on_content": ["MaximumRetryAttempts"]}


def test_apply_without_mapping_is_refused() -> None:
    fake = FakeLambda()
    del fake.mappings["marquee-dev-on_content"]
    with pytest.raises(Unusable, match="fed by no stream"):
        streams.apply(fake, "marquee-dev", BUCKET, pause=lambda _: None)


def test_apply_that_never_takes_is_refused() -> None:
    with pytest.raises(Unusable, match="did not take"):
        streams.apply(FakeLambda(slow=10_000), "marquee-dev", BUCKET, pause=lambda _: None)
