"""Lists the resources of a stage in an account, without ids that AWS chooses, so that equal states give equal lists.

The tests compare a deployment that was interrupted with one that was not.
"""

import json
import re
from typing import Any

from tests.deploy.world import World

_DRAWN = (
    (re.compile(r"/stream/[0-9T:.-]+"), "/stream/LABEL"),
    (re.compile(r"(execute-api:[a-z0-9-]+:[0-9]+:)[a-z0-9]+"), r"\1API"),
    (re.compile(r"(layer:[a-z-]+):[0-9]+"), r"\1:VERSION"),
)
_SETTINGS = (
    "BatchSize",
    "StartingPosition",
    "FunctionResponseTypes",
    "BisectBatchOnFunctionError",
    "MaximumRetryAttempts",
    "MaximumRecordAgeInSeconds",
    "ParallelizationFactor",
    "DestinationConfig",
)
_FUNCTION = ("Handler", "Runtime", "MemorySize", "Timeout", "Architectures", "Role", "CodeSha256")


def of(world: World) -> dict[str, Any]:
    """Returns the relevant attributes of each resource, by kind and name."""
    found = {
        "functions": _functions(world),
        "roles": _roles(world),
        "gateways": _gateways(world),
        "stacks": _stacks(world),
        "stripe": _stripe(world),
        **_names(world),
    }
    return json.loads(_plain(json.dumps(found, sort_keys=True)))


def _plain(text: str) -> str:
    for pattern, replacement in _DRAWN:
        text = pattern.sub(replacement, text)
    return text


def _functions(world: World) -> dict[str, Any]:
    client = world.client("lambda")
    return {
        one["FunctionName"]: {
            **{key: one[key] for key in _FUNCTION},
            "layers": len(one["Layers"]),
            "variables": sorted(name for name, value in one["Environment"]["Variables"].items() if value),
            "streams": _streams(client, one["FunctionName"]),
            "callers": _callers(client, one["FunctionName"]),
        }
        for one in client.list_functions()["Functions"]
    }


def _streams(client: Any, function: str) -> list[dict[str, Any]]:
    mappings = client.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]
    return [{key: mapping.get(key) for key in _SETTINGS} for mapping in mappings]


def _callers(client: Any, function: str) -> list[Any]:
    """Returns who may call a function, without duplicates."""
    try:
        statements = json.loads(client.get_policy(FunctionName=function)["Policy"])["Statement"]
    except client.exceptions.ResourceNotFoundException:
        return []
    told = {_plain(json.dumps([one["Principal"], one.get("Condition")], sort_keys=True)) for one in statements}
    return sorted(told)


def _roles(world: World) -> dict[str, Any]:
    client = world.client("iam")
    return {
        role["RoleName"]: {
            name: client.get_role_policy(RoleName=role["RoleName"], PolicyName=name)["PolicyDocument"]
            for name in client.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]
        }
        for role in client.list_roles()["Roles"]
    }


def _gateways(world: World) -> dict[str, Any]:
    rest, other = world.client("apigateway"), world.client("apigatewayv2")
    found: dict[str, Any] = {}
    for api in rest.get_rest_apis()["items"]:
        pages = rest.get_paginator("get_resources").paginate(restApiId=api["id"])
        resources = sorted(one["path"] for page in pages for one in page["items"])
        stages = [one["stageName"] for one in rest.get_stages(restApiId=api["id"])["item"]]
        found.setdefault(api["name"], []).append([resources, stages])
    for api in other.get_apis()["Items"]:
        routes = sorted(one["RouteKey"] for one in other.get_routes(ApiId=api["ApiId"])["Items"])
        stages = [one["StageName"] for one in other.get_stages(ApiId=api["ApiId"])["Items"]]
        found.setdefault(api["Name"], []).append([routes, stages])
    return found


def _stacks(world: World) -> dict[str, Any]:
    client = world.client("cloudformation")
    return {
        one["StackName"]: sorted(
            part["LogicalResourceId"]
            for part in client.list_stack_resources(StackName=one["StackName"])["StackResourceSummaries"]
        )
        for one in client.describe_stacks()["Stacks"]
    }


def _stripe(world: World) -> list[Any]:
    with world.double.work() as work:
        endpoints = list(work.tx.rows("webhook_endpoint"))
    return [[one["api_version"], sorted(one["enabled_events"]), one["status"]] for one in endpoints]


def _names(world: World) -> dict[str, list[str]]:
    s3 = world.client("s3")
    buckets = [one["Name"] for one in s3.list_buckets()["Buckets"]]
    website = next(name for name in buckets if "website" in name)
    return {
        "tables": world.client("dynamodb").list_tables()["TableNames"],
        "buckets": buckets,
        "files": sorted(one["Key"] for one in s3.list_objects_v2(Bucket=website)["Contents"]),
        "rules": [one["Name"] for one in world.client("events").list_rules()["Rules"]],
        "alarms": [one["AlarmName"] for one in world.client("cloudwatch").describe_alarms()["MetricAlarms"]],
        "parameters": sorted(one["Name"] for one in world.client("ssm").describe_parameters()["Parameters"]),
    }
