"""The deployer's policies allow all calls that the commands make, and nothing else. `make deploy-local` records the
calls on the emulator in `owner_calls.json`; `make infra-lint` compares the calls that CloudFormation makes for the
deployer with its schemas.
"""

import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from infra import policies

CALLS: dict[str, list[str]] = json.loads((Path(__file__).parent / "owner_calls.json").read_text())
VALUES = {"Region": "eu-central-1", "Account": "123456789012", "Stage": "dev", "MailDomain": "mail.example"}
MOST_CHARACTERS = 6_144
"""The limit of a managed policy without white space:
docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""
UNSEEN = {
    "cloudformation:DescribeStackEvents": "tells why a stack failed",
    "cloudformation:TagResource": "asked for beside CreateChangeSet, since stacks carry tags",
    "iam:PassRole": "asked for beside CreateFunction and UpdateFunctionConfiguration",
    "iam:UpdateAssumeRolePolicy": "Chalice, when its trust policy changed",
    "lambda:DeleteEventSourceMapping": "the emulator calls every verb ListEventSourceMappings",
    "lambda:DeleteFunctionConcurrency": "Chalice, when a reservation was taken out",
    "lambda:DeleteLayerVersion": "the emulator names no action for it",
    "lambda:GetAccountSettings": "asked for where functions reserve concurrency: prod",
    "lambda:GetEventSourceMapping": "the emulator calls every verb ListEventSourceMappings",
    "lambda:GetFunctionConcurrency": "asked for where functions reserve concurrency: prod",
    "lambda:GetLayerVersion": "asked for beside CreateFunction, since functions have a layer",
    "lambda:TagResource": "Chalice, which tags what it makes",
    "lambda:UntagResource": "Chalice, when its version changed",
    "lambda:UpdateEventSourceMapping": "the emulator calls every verb ListEventSourceMappings",
    "ssm:GetServiceSetting": "where high_secret_throughput is set: prod",
    "ssm:UpdateServiceSetting": "where high_secret_throughput is set: prod",
}
"""Actions that are allowed but not among the calls on the emulator."""


def statements() -> list[dict[str, Any]]:
    return [one for text in policies.for_deployer(VALUES).values() for one in json.loads(text)["Statement"]]


def resources_of(statement: dict[str, Any]) -> list[str]:
    return statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]


def allows(statement: dict[str, Any], action: str, resource: str) -> bool:
    named = resource == "*" or any(fnmatchcase(resource, pattern) for pattern in resources_of(statement))
    return named and any(fnmatchcase(action, pattern) for pattern in statement["Action"])


def test_documents_allow_every_call_that_the_commands_make() -> None:
    refused = [
        (action, resource)
        for action, resources in CALLS.items()
        for resource in resources
        if not any(allows(one, action, resource) for one in statements())
    ]
    assert refused == []


def test_document_of_the_steps_allows_nothing_that_no_command_calls() -> None:
    allowed = {
        action for one in json.loads(policies.for_deployer(VALUES)["steps"])["Statement"] for action in one["Action"]
    }
    assert sorted(allowed - CALLS.keys()) == sorted(UNSEEN)


@pytest.mark.parametrize("name", ["steps", "stacks"])
def test_document_fits_a_managed_policy(name: str) -> None:
    assert len("".join(policies.for_deployer(VALUES)[name].split())) <= MOST_CHARACTERS


def test_documents_stay_inside_the_stage_where_names_can() -> None:
    """Checks every resource of every statement."""
    outside = [
        (one["Sid"], resource)
        for one in statements()
        for resource in resources_of(one)
        if not any(part in resource for part in OF_STAGE) and not is_held_to_the_stage(one)
    ]
    assert sorted(outside) == sorted((sid, resource) for sid, found in NAMELESS.items() for resource in found)


OF_STAGE = ("marquee-dev", "/marquee/dev/", "identity/mail.example")


def is_held_to_the_stage(statement: dict[str, Any]) -> bool:
    """Returns whether the statement names a function of the stage, or requires both of our tags."""
    wanted = statement.get("Condition", {})
    functions = wanted.get("StringLike", {}).get("lambda:FunctionArn", "")
    tags = {key.partition("/")[2]: value for key, value in wanted.get("StringEquals", {}).items() if "Tag/" in key}
    return "marquee-dev" in functions or tags == {"app": "marquee", "stage": "dev"}


def test_distribution_of_another_stage_is_neither_changed_nor_taken_over() -> None:
    changing = {"UpdateDistribution", "DeleteDistribution", "CreateInvalidation", "TagResource", "UntagResource"}
    of_tagged = {"aws:ResourceTag/app": "marquee", "aws:ResourceTag/stage": "dev"}
    made_ours = {"aws:RequestTag/app": "marquee", "aws:RequestTag/stage": "dev"}
    unowned = {"aws:ResourceTag/stage": "true"}
    conditions = [
        (action, one.get("Condition"))
        for one in statements()
        for action in one["Action"]
        if action.startswith("cloudfront:") and action.removeprefix("cloudfront:") in changing
    ]
    adopting = ("cloudfront:TagResource", {"StringEquals": made_ours, "Null": unowned})
    held = [(f"cloudfront:{action}", {"StringEquals": of_tagged}) for action in sorted(changing)]
    assert sorted(conditions, key=str) == sorted([adopting, *held], key=str)


CLOUDFRONT = "arn:aws:cloudfront::123456789012:"
GATEWAYS = "arn:aws:apigateway:eu-central-1::/"
NAMELESS = {
    "AccessLogs": ["*"],
    "BudgetView": ["*"],
    "CdnAccess": ["*"],
    "CdnMaking": [CLOUDFRONT + "distribution/*"],
    "CdnPolicies": [
        CLOUDFRONT + f"{kind}/*" for kind in ("cache-policy", "origin-access-control", "response-headers-policy")
    ],
    "EndOfSubscriptions": ["*"],
    "Gateways": [GATEWAYS + path for path in ("apis", "apis/*", "restapis", "restapis/*", "tags/*")],
    "Looking": ["*"],
    "MailView": ["*"],
    "Mappings": ["arn:aws:lambda:eu-central-1:123456789012:event-source-mapping:*"],
    "SecretThroughput": [
        "arn:aws:ssm:eu-central-1:123456789012:servicesetting/ssm/parameter-store/high-throughput-enabled"
    ],
    "Subscriptions": ["*"],
}
"""Resources whose ids AWS chooses, or that belong to the whole account."""


def test_roles_are_passed_to_lambda_alone_and_only_those_of_the_stage() -> None:
    passed = [one for one in statements() if "iam:PassRole" in one["Action"]]
    assert [(one["Resource"], one["Condition"]) for one in passed] == [
        (
            ["arn:aws:iam::123456789012:role/marquee-dev-*"],
            {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
        )
    ]
