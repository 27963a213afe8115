"""The functions' policies as texts: all placeholders filled, no stars, no other function's resources, nothing added."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from chalice import Chalice
from chalice.config import Config
from chalice.deploy import models
from chalice.deploy.appgraph import ApplicationGraphBuilder
from chalice.deploy.deployer import LambdaEventSourcePolicyInjector, WebsocketPolicyInjector

from infra import names, policies
from infra.settings import Unusable
from tests.harness.permissions import Grant, grants

STREAM = "arn:aws:dynamodb:eu-central-1:123456789012:table/marquee-prod-{}/stream/2026-01-01T00:00:00.000"
VALUES = {
    "Region": "eu-central-1",
    "Account": "123456789012",
    "Stage": "prod",
    "FailuresBucket": "marquee-prod-failures-123456789012",
    "WebSocketApi": "a1b2c3",
    "MailFrom": "mail@tickets.example",
    "ContentStream": STREAM.format("content"),
    "SalesStream": STREAM.format("sales"),
    "InboxStream": STREAM.format("stripe_inbox"),
    "NotificationsStream": STREAM.format("notifications"),
}
STREAMS = {
    "on_content": "content",
    "on_sales": "sales",
    "on_stripe_inbox": "stripe_inbox",
    "on_notifications": "notifications",
    "send_mails": "notifications",
}
SENDS_MAIL = "send_mails"
OF_NO_RESOURCE = Grant("ses:GetAccount", "*")
"""IAM supports no resource for it:
docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsimpleemailservicev2.html
"""
STREAM_ACTIONS = ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
OPEN_ENDS = (":*", "/@connections/*", "-failures-123456789012/*", ":identity/*")
"""Ends of resources whose names only AWS or users choose: log streams, connections, failed records, recipients."""
BASE = (policies.FOLDER.parent / "stacks" / "base.yaml").read_text()
MOST_CHARACTERS = 10_240
"""The limit of a role's inline policies without white space:
docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

each_function = pytest.mark.parametrize("name", names.FUNCTIONS)


def allowed(name: str) -> list[Grant]:
    return grants(policies.render(name, VALUES))


def test_every_function_has_a_policy() -> None:
    assert policies.names() == sorted(names.FUNCTIONS)


@each_function
def test_policy_names_every_action_and_resource(name: str) -> None:
    found = [grant for grant in allowed(name) if (name, grant) != (SENDS_MAIL, OF_NO_RESOURCE)]
    assert [grant for grant in found if "*" in grant.action] == []
    for grant in found:
        resource = grant.resource
        for end in OPEN_ENDS:
            resource = resource.removesuffix(end)
        assert "*" not in resource
        assert "?" not in resource
        assert resource.startswith("arn:aws:")
    assert len(found) == len(set(found))


@each_function
def test_policy_is_whole_and_fits_its_role(name: str) -> None:
    text = policies.render(name, VALUES)
    assert "$" not in text
    assert len("".join(text.split())) <= MOST_CHARACTERS


@each_function
def test_policy_lets_write_the_functions_own_log_only(name: str) -> None:
    group = f"arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/{names.function('marquee-prod', name)}:*"
    found = [grant for grant in allowed(name) if grant.action.startswith("logs:")]
    assert found == [Grant("logs:CreateLogStream", group), Grant("logs:PutLogEvents", group)]


@each_function
def test_log_of_every_function_is_in_the_stack(name: str) -> None:
    """No function may create its log group, so a function without one in the stack would log nothing."""
    assert f"LogGroupName: !Sub /aws/lambda/{names.function('marquee-${Stage}', name)}\n" in BASE


def test_configuration_set_of_mails_is_in_the_stack() -> None:
    assert "Type: AWS::SES::ConfigurationSet\n" in BASE
    assert "      Name: !Sub marquee-${Stage}\n" in BASE
    assert any(grant.resource.endswith(":configuration-set/marquee-prod") for grant in allowed(SENDS_MAIL))


@each_function
def test_policy_lets_lambda_read_the_functions_own_stream_only(name: str) -> None:
    of_table = [grant for grant in allowed(name) if grant.action.startswith("dynamodb:")]
    found = {grant for grant in of_table if "/stream/" in grant.resource or "Stream" in grant.action}
    table = STREAMS.get(name)
    assert found == {Grant(f"dynamodb:{one}", STREAM.format(table)) for one in STREAM_ACTIONS if table}


@each_function
def test_policy_lets_lambda_keep_failed_records_of_streams_only(name: str) -> None:
    bucket = "arn:aws:s3:::marquee-prod-failures-123456789012"
    wished = {Grant("s3:PutObject", f"{bucket}/*"), Grant("s3:ListBucket", bucket)}
    found = {grant for grant in allowed(name) if grant.action.startswith("s3:")}
    assert found == (wished if name in STREAMS else set())


@each_function
def test_policy_lets_failed_records_go_to_a_bucket_of_ours_only(name: str) -> None:
    """Another account that takes the bucket's name after ours is deleted must not get the records."""
    statements = json.loads(policies.render(name, VALUES))["Statement"]
    conditions = {one["Sid"]: one["Condition"] for one in statements if "Condition" in one and one["Sid"] != "Mail"}
    ours = {"StringEquals": {"s3:ResourceAccount": "123456789012"}}
    assert conditions == ({"FailedRecords": ours, "FailuresBucket": ours} if name in STREAMS else {})


@each_function
def test_policy_lets_mail_go_to_anybody_from_the_stages_address_only(name: str) -> None:
    """In its sandbox SES checks the recipient's identity, which can be any; a mail with attachments is a raw one."""
    statements = json.loads(policies.render(name, VALUES))["Statement"]
    to_anybody = [one for one in statements if "identity/" in json.dumps(one)]
    expected = {
        "Sid": "Mail",
        "Effect": "Allow",
        "Action": ["ses:SendEmail", "ses:SendRawEmail"],
        "Resource": "arn:aws:ses:eu-central-1:123456789012:identity/*",
        "Condition": {"StringEquals": {"ses:FromAddress": "mail@tickets.example"}},
    }
    assert to_anybody == ([expected] if name == SENDS_MAIL else [])


@each_function
def test_policy_stays_inside_its_stage(name: str) -> None:
    """A resource without the stage in its name has it in a placeholder's value."""
    of_stage = ("marquee-prod", "/marquee/prod/", ":a1b2c3/", ":identity/*")
    found = [grant for grant in allowed(name) if (name, grant) != (SENDS_MAIL, OF_NO_RESOURCE)]
    assert [one.resource for one in found if not any(part in one.resource for part in of_stage)] == []


@pytest.mark.parametrize("left_out", sorted(VALUES))
def test_render_without_a_value_tells_which_is_missing(left_out: str) -> None:
    values = {key: value for key, value in VALUES.items() if key != left_out}
    user = next(
        name for name in policies.names() if f"${{{left_out}}}" in (policies.FOLDER / f"{name}.json").read_text()
    )
    with pytest.raises(Unusable, match=f"{left_out} is missing"):
        policies.render(user, values)


@pytest.mark.parametrize("value", ["", "*", "prod*", "a?", "${Account}", 'a"', "a b", "a\n", "/", "*/x"])
def test_render_value_that_is_no_plain_text_is_refused(value: str) -> None:
    with pytest.raises(Unusable, match="Stage cannot be"):
        policies.render("api_handler", {**VALUES, "Stage": value})


def test_render_value_nobody_asks_for_is_refused() -> None:
    with pytest.raises(Unusable, match="Bucket is no placeholder"):
        policies.render("api_handler", {**VALUES, "Bucket": "x"})


def test_render_policy_with_another_placeholder_is_refused(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "api_handler.json").write_text('{"Resource": "${aws:username}"}')
    monkeypatch.setattr(policies, "FOLDER", tmp_path)
    with pytest.raises(Unusable, match="aws:username is no placeholder"):
        policies.render("api_handler", VALUES)


def injected(policy: models.IAMPolicy) -> Any:
    """Returns the document after Chalice's changes of policies for streams and sockets."""
    role = models.ManagedIAMRole(resource_name="role", role_name="role", trust_policy={}, policy=policy)
    function: Any = SimpleNamespace(role=role)
    LambdaEventSourcePolicyInjector().handle_dynamodbeventsource(None, SimpleNamespace(lambda_function=function))
    sockets = {f"{one}_function": function for one in ("connect", "message", "disconnect")}
    WebsocketPolicyInjector().handle_websocketapi(None, SimpleNamespace(**sockets))
    return policy.document


def test_chalice_takes_the_file_named_in_its_configuration() -> None:
    app: Any = Chalice("marquee")
    app.lambda_function(name="on_notifications")(lambda event, context: None)
    given = {"app_name": "marquee", "autogen_policy": False, "iam_policy_file": "policies/prod/x.json"}
    config = Config.create(chalice_app=app, project_dir="/project", **given)
    (function,) = ApplicationGraphBuilder().build(config, "prod").resources
    policy = function.role.policy
    assert isinstance(policy, models.FileBasedIAMPolicy)
    assert policy.filename == "/project/.chalice/policies/prod/x.json"


def test_chalice_adds_nothing_to_a_policy_of_a_file() -> None:
    document = json.loads(policies.render("on_notifications", VALUES))
    kept = models.FileBasedIAMPolicy(document=json.loads(json.dumps(document)), filename="x.json")
    generated = models.AutoGenIAMPolicy(document={"Statement": []}, traits=set())
    assert injected(kept) == document
    assert len(injected(generated)["Statement"]) == 2
