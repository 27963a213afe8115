"""Properties of all templates in infra/stacks, and the tables: as the models define them, retained, restorable."""

import json
import re
from types import SimpleNamespace
from typing import Any

import pytest

from infra import names
from infra.deploy.deployment import Deployment
from infra.deploy.parameters import StageParameters
from infra.settings import StageSettings
from tests.harness.environment import VARIABLES
from tests.unit.infra.templates import FOLDER, PARTS, STAGE, Template, deployed, read

PREFIX = f"marquee-{STAGE}"
TEMPLATE_BYTES = 51_200
"""CloudFormation's limit for a template in a request."""
EDGE = {"RestApiId": "r", "WebsiteBucket": "w", "OriginSecret": "s", "OriginDigest": "d"}
"""The edge stack's parameters without a default."""
UNTAGGED = {
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::CloudFront::CachePolicy",
    "AWS::CloudFront::Function",
    "AWS::CloudFront::OriginAccessControl",
    "AWS::CloudFront::ResponseHeadersPolicy",
    "AWS::CloudWatch::Dashboard",
    "AWS::Lambda::Permission",
    "AWS::Logs::MetricFilter",
    "AWS::S3::BucketPolicy",
    "AWS::SES::ConfigurationSet",
    "AWS::SES::ConfigurationSetEventDestination",
    "AWS::SES::EmailIdentity",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
}
"""Types without tags, or that get them from the stack."""

pytestmark = pytest.mark.usefixtures("database_endpoint")  # the models read their endpoint when imported


def _models() -> list[Any]:
    from chalicelib.aws import dynamo_tables as tables

    return list(tables.TABLES)


def _table(model: Any) -> dict[str, Any]:
    name = f"{PREFIX}-{model.Meta.table_name.removeprefix(VARIABLES['TABLE_PREFIX'])}"
    return next(
        one for one in deployed("data").of("AWS::DynamoDB::Table") if one.properties["TableName"] == name
    )._asdict()


# --- all templates ---


@pytest.mark.parametrize("part", PARTS)
def test_size_of_a_template_fits_a_request(part: str) -> None:
    assert len((FOLDER / f"{part}.yaml").read_bytes()) < TEMPLATE_BYTES


@pytest.mark.parametrize("part", PARTS)
def test_parameters_of_a_template_are_those_that_the_deployment_gives(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = StageSettings(name="dev", region="eu-central-1", budget=5)
    here = Deployment(stage, SimpleNamespace(client=lambda _: None), FOLDER)
    monkeypatch.setattr("infra.deploy.deployment.rest_api_id", lambda *_: "restapi")
    monkeypatch.setattr(Deployment, "outputs", lambda *_: {"WebsiteBucket": "website"})
    monkeypatch.setattr(StageParameters, "get", lambda *_: None)
    stack = getattr(here, part)
    known = read(part)["Parameters"]
    assert stack.template == f"{part}.yaml"
    assert stack.parameters.keys() <= known.keys()
    assert {name for name, one in known.items() if "Default" not in one} <= stack.parameters.keys()


@pytest.mark.parametrize("part", PARTS)
def test_resources_are_tagged_with_app_and_stage(part: str) -> None:
    for one in deployed(part).resources.values():
        tags = one.properties.get("Tags", one.properties.get("ResourceTags"))
        if one.kind in UNTAGGED:
            assert tags is None, one.name
            continue
        pairs = tags if isinstance(tags, dict) else {tag["Key"]: tag["Value"] for tag in tags}
        assert pairs == {"app": "marquee", "stage": STAGE}, one.name


@pytest.mark.parametrize("part", PARTS)
def test_statements_that_allow_name_actions_and_resources(part: str) -> None:
    for one in deployed(part).resources.values():
        for statement in one.properties.get("PolicyDocument", {}).get("Statement", []):
            if statement["Effect"] == "Deny":
                assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
                continue
            assert "*" not in _words(statement["Action"]), one.name
            assert statement["Principal"].keys() == {"Service"}, one.name
            assert statement["Condition"], one.name
            assert re.fullmatch(r"[^*]*|arn:aws:s3:::website/\*", _words(statement["Resource"])), one.name


def _words(value: Any) -> str:
    return value if isinstance(value, str) else " ".join(value)


@pytest.mark.parametrize("part", ["base", "edge", "watch"])
def test_names_are_those_of_the_stage(part: str) -> None:
    other = Template(part, Stage="other", **(EDGE if part == "edge" else {}))
    text = json.dumps([one.properties for one in other.resources.values()])
    assert STAGE not in re.findall(r"marquee[-/](\w+)", text.lower())


def test_checks_left_out_have_a_reason() -> None:
    lines = (FOLDER / ".checkov.yaml").read_text(encoding="utf-8").splitlines()
    left_out = [number for number, line in enumerate(lines) if line.strip().startswith("- CKV")]
    assert left_out
    assert all(lines[number - 1].strip().startswith("# ") for number in left_out)
    assert len({lines[number] for number in left_out}) == len(left_out)


@pytest.mark.parametrize(
    ("part", "wanted"),
    [
        ("base", {"WebsiteBucket", "FailuresBucket", "FailureQueueUrl", "ReleasesBucket"}),
        ("edge", {"PublicUrl", "DistributionId", "WebhookUrl", "OriginDigest"}),
    ],
)
def test_outputs_are_those_that_the_deployment_reads(part: str, wanted: set[str]) -> None:
    assert wanted <= deployed(part).outputs.keys()


# --- data ---


def test_tables_are_those_of_the_models() -> None:
    found = {one.properties["TableName"] for one in deployed("data").of("AWS::DynamoDB::Table")}
    assert found == {_table(model)["properties"]["TableName"] for model in _models()}
    assert found == {f"{PREFIX}-{name}" for name in names.TABLES}


@pytest.mark.parametrize("index", range(6))
def test_keys_and_stream_of_a_table_are_those_of_its_model(index: int) -> None:
    model = _models()[index]
    table, made = _table(model)["properties"], model.describe_table()  # as create_missing() made it from the model
    assert table["AttributeDefinitions"] == made["AttributeDefinitions"]
    assert table["KeySchema"] == made["KeySchema"]
    assert table.get("GlobalSecondaryIndexes", []) == [
        {name: one[name] for name in ("IndexName", "KeySchema", "Projection")}
        for one in made.get("GlobalSecondaryIndexes") or []
    ]
    assert table.get("LocalSecondaryIndexes", []) == (made.get("LocalSecondaryIndexes") or [])
    assert table["BillingMode"] == model.Meta.billing_mode
    assert table.get("StreamSpecification", {}).get("StreamViewType") == getattr(model.Meta, "stream_view_type", None)


def test_tables_are_kept_restorable_and_tidy() -> None:
    for table in deployed("data").of("AWS::DynamoDB::Table"):
        assert table.raw["DeletionPolicy"] == "RetainExceptOnCreate"
        assert table.raw["UpdateReplacePolicy"] == "Retain"
        assert table.properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table.properties["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}


@pytest.mark.parametrize(
    ("given", "protected"), [({}, True), ({"Protect": "true"}, True), ({"Protect": "false"}, False)]
)
def test_tables_refuse_deletion_unless_told_otherwise(given: dict[str, str], protected: bool) -> None:
    tables = deployed("data", **given).of("AWS::DynamoDB::Table")
    assert [one.properties["DeletionProtectionEnabled"] for one in tables] == [protected] * 6


def test_outputs_name_the_streams_that_functions_read() -> None:
    outputs, template = deployed("data").outputs, deployed("data")
    assert set(names.STREAM_FUNCTIONS.values()) <= outputs.keys()
    expected = {
        "ContentStreamArn": "content",
        "InboxStreamArn": "stripe_inbox",
        "SalesStreamArn": "sales",
        "NotificationsStreamArn": "notifications",
    }
    for output, table in expected.items():
        resource, attribute = outputs[output].strip("<>").split(".")
        assert attribute == "StreamArn"
        assert template.resources[resource].properties["TableName"] == f"{PREFIX}-{table}"
        assert "StreamSpecification" in template.resources[resource].properties


def test_firewall_of_the_settings_stands_before_the_cdn(monkeypatch: pytest.MonkeyPatch) -> None:
    firewall = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/one/two"
    stage = StageSettings(name="dev", region="eu-central-1", web_acl_arn=firewall)
    here = Deployment(stage, SimpleNamespace(client=lambda _: None), FOLDER)
    monkeypatch.setattr("infra.deploy.deployment.rest_api_id", lambda *_: "restapi")
    monkeypatch.setattr(Deployment, "outputs", lambda *_: {"WebsiteBucket": "website"})
    monkeypatch.setattr(StageParameters, "get", lambda *_: None)
    distribution = Template("edge", **here.edge.parameters).resources["Distribution"].properties
    assert distribution["DistributionConfig"]["WebACLId"] == firewall
