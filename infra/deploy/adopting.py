"""Finds the resources that Chalice has deployed by asking AWS, and writes Chalice's records of them.

Chalice keeps its records in `.chalice/deployed/STAGE.json` on the machine that deployed. A deploy that is killed leaves
none, and the next one would create a second API and fail on the streams. With records made from the account, any
machine can deploy, also after an interruption. Called before every `chalice` command that infra/ runs.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra import names

Record = dict[str, str]


def adopt(session: Any, prefix: str, stage: str, project: Path) -> list[Record]:
    """Writes Chalice's records of this stage, and returns them. Removes the file when nothing is deployed."""
    records = list(_records(session, prefix))
    file = project / ".chalice" / "deployed" / f"{stage}.json"
    if records:
        file.parent.mkdir(parents=True, exist_ok=True)
        document = {"resources": records, "schema_version": "2.0", "backend": "api"}
        file.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    else:
        file.unlink(missing_ok=True)
    return records


def _records(session: Any, prefix: str) -> Iterator[Record]:
    """Yields the records in the order in which Chalice creates resources. Chalice deletes them in reverse order."""
    functions = session.client("lambda")
    yield from _layer(functions, prefix)
    for name in names.FUNCTIONS:
        yield from _role(session.client("iam"), prefix, name)
        yield from _function(functions, prefix, name)
    for name in names.STREAM_FUNCTIONS:
        yield from _mapping(functions, prefix, name)
    for name in names.TOPIC_FUNCTIONS:
        yield from _subscription(session, prefix, name)
    for name in names.TIMERS:
        yield from _rule(session.client("events"), prefix, name)
    yield from _rest_api(session, prefix)
    yield from _websocket_api(session, prefix)


def _record(name: str, kind: str, **values: str) -> Iterator[Record]:
    yield {"name": name, "resource_type": kind, **values}


def _layer(client: Any, prefix: str) -> Iterator[Record]:
    versions = client.list_layer_versions(LayerName=names.layer(prefix))["LayerVersions"]
    if versions:
        newest = max(versions, key=lambda one: one["Version"])
        yield from _record("managed-layer", "lambda_layer", layer_version_arn=newest["LayerVersionArn"])


def _role(client: Any, prefix: str, name: str) -> Iterator[Record]:
    role = names.role(prefix, name)
    try:
        arn = client.get_role(RoleName=role)["Role"]["Arn"]
    except client.exceptions.NoSuchEntityException:
        return
    yield from _record(f"{name}_role", "iam_role", role_arn=arn, role_name=role)


def has_role(session: Any, prefix: str) -> bool:
    """Returns whether the role of the API's function exists. Roles are shared by all regions of an account."""
    return bool(list(_role(session.client("iam"), prefix, "api_handler")))


def _function(client: Any, prefix: str, name: str) -> Iterator[Record]:
    arn = function_arn(client, names.function(prefix, name))
    if arn:
        yield from _record(name, "lambda_function", lambda_arn=arn)


def function_arn(client: Any, name: str) -> str | None:
    """Returns the ARN of a Lambda function, or None when there is no function of this name."""
    try:
        return str(client.get_function_configuration(FunctionName=name)["FunctionArn"])
    except ClientError as error:
        if error.response["Error"]["Code"] in ("ResourceNotFoundException", "404"):
            return None
        raise


def variables(session: Any, prefix: str) -> dict[str, str]:
    """Returns the environment variables of the deployed API function; empty when it is not deployed."""
    client = session.client("lambda")
    if function_arn(client, names.function(prefix, "api_handler")) is None:
        return {}
    found = client.get_function_configuration(FunctionName=names.function(prefix, "api_handler"))
    return dict(found.get("Environment", {}).get("Variables", {}))


def mapping(client: Any, function: str) -> dict[str, Any] | None:
    """Returns the stream mapping of a function, or None."""
    try:
        found = client.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]
    except ClientError as error:
        if error.response["Error"]["Code"] in ("ResourceNotFoundException", "404"):
            return None
        raise
    return found[0] if found else None


def _mapping(client: Any, prefix: str, name: str) -> Iterator[Record]:
    found = mapping(client, names.function(prefix, name))
    if found:
        values = {
            "stream_arn": found["EventSourceArn"],
            "event_uuid": found["UUID"],
            "lambda_arn": found["FunctionArn"],
        }
        yield from _record(f"{name}-dynamodb-event-source", "dynamodb_event", **values)


def _rule(client: Any, prefix: str, name: str) -> Iterator[Record]:
    rule = names.rule(prefix, name)
    if any(one["Name"] == rule for one in client.list_rules(NamePrefix=rule)["Rules"]):
        yield from _record(f"{name}-event", "cloudwatch_event", rule_name=rule)


def _subscription(session: Any, prefix: str, name: str) -> Iterator[Record]:
    """Yields the record of a function's subscription to its topic. The base stack creates the topic."""
    function = function_arn(session.client("lambda"), names.function(prefix, name))
    if function is None:
        return
    _, partition, _, region, account, *_ = function.split(":")
    topic = names.topic(prefix, name)
    arn = f"arn:{partition}:sns:{region}:{account}:{topic}"
    client = session.client("sns")
    try:
        found = client.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
    except client.exceptions.NotFoundException:
        return
    for one in found:
        if one["Endpoint"] == function:
            values = {"topic": topic, "topic_arn": arn, "lambda_arn": function}
            values["subscription_arn"] = one["SubscriptionArn"]
            yield from _record(f"{name}-sns-subscription", "sns_event", **values)


def _rest_api(session: Any, prefix: str) -> Iterator[Record]:
    api_id = rest_api_id(session, prefix)
    if api_id:
        url = f"https://{api_id}.execute-api.{session.region_name}.amazonaws.com/{names.API_STAGE}/"
        yield from _record("rest_api", "rest_api", rest_api_id=api_id, rest_api_url=url)


def rest_api_id(session: Any, prefix: str) -> str | None:
    """Returns the id of the stage's REST API, or None."""
    pages = session.client("apigateway").get_paginator("get_rest_apis").paginate()
    found = [one["id"] for page in pages for one in page["items"] if one["name"] == names.rest_api(prefix)]
    return min(found) if found else None


def _websocket_api(session: Any, prefix: str) -> Iterator[Record]:
    """Yields the record of the WebSocket API. One without a stage is incomplete, and Chalice would not complete it, so
    it is deleted.
    """
    client = session.client("apigatewayv2")
    api_id = websocket_api_id(session, prefix)
    if api_id is None:
        return
    stages = [one["StageName"] for one in client.get_stages(ApiId=api_id)["Items"]]
    if names.API_STAGE not in stages:
        client.delete_api(ApiId=api_id)
        return
    url = f"wss://{api_id}.execute-api.{session.region_name}.amazonaws.com/{names.API_STAGE}/"
    yield from _record("websocket_api", "websocket_api", websocket_api_id=api_id, websocket_api_url=url)


def websocket_api_id(session: Any, prefix: str) -> str | None:
    """Returns the id of the stage's WebSocket API, or None."""
    pages = session.client("apigatewayv2").get_paginator("get_apis").paginate()
    wanted = names.websocket_api(prefix)
    found = [one["ApiId"] for page in pages for one in page["Items"] if one["Name"] == wanted]
    return min(found) if found else None
