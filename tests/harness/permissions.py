"""Records the AWS requests of a function as IAM sees them, and checks that its policy allows them. Used by the tests of
infra/policies/.

`Recorder` intercepts every request of the product: the light client's `call` and botocore's HTTP session. DynamoDB
answers itself; the recorder answers for Parameter Store, SES and the sockets' API, which have no double here. There is
one caller at a time: it is an attribute, so that requests from the product's threads count too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parseaddr
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

import pytest
from botocore.awsrequest import AWSPreparedRequest

from chalicelib.aws.signed_client import SignedClient
from local.dynamodb.dynamo_wire import WireAnswer
from tests.harness.aws_wire import Send, botocore_through, operation_of

REGION, ACCOUNT, STAGE = "us-east-1", "000000000000", "test"
_DYNAMODB = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/"
_IN_TRANSACTION = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
_OF_MANY_TABLES = ("BatchGetItem", "BatchWriteItem")


class Use(NamedTuple):
    """An AWS action that a function used."""

    function: str
    action: str
    resource: str


class Grant(NamedTuple):
    """A permission of a policy: one action on one resource, which may end in a star."""

    action: str
    resource: str

    def allows(self, action: str, resource: str) -> bool:
        """Returns whether the names match exactly, or up to the star at the end."""
        if self.resource.endswith("*"):
            return self.action == action and resource.startswith(self.resource[:-1])
        return (self.action, self.resource) == (action, resource)


def grants(policy: str) -> list[Grant]:
    """Returns the permissions of a policy. Fails for anything but a plain Allow and the two conditions that we use (the
    bucket's account; the sender's address), so that no unknown element is ignored.
    """
    found = []
    for statement in json.loads(policy)["Statement"]:
        conditions = {"Condition"} if _has_condition(statement) else set()
        assert set(statement) == {"Sid", "Effect", "Action", "Resource"} | conditions, statement
        assert statement["Effect"] == "Allow", statement
        resources = statement["Resource"]
        for resource in [resources] if isinstance(resources, str) else resources:
            found += [Grant(action, resource) for action in statement["Action"]]
    return found


def _has_condition(statement: dict[str, Any]) -> bool:
    return statement["Action"][0].startswith("s3:") or str(statement["Resource"]).endswith(":identity/*")


def needs(operation: str, request: dict[str, Any]) -> list[tuple[str, str]]:
    """Returns the permissions (action, resource) that a DynamoDB request needs. A transaction needs those of its parts.
    Source: docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
    """
    if operation == "TransactWriteItems":
        parts = [(kind, part["TableName"]) for one in request["TransactItems"] for kind, part in one.items()]
        return [(f"dynamodb:{_IN_TRANSACTION[kind]}", _DYNAMODB + table) for kind, table in parts]
    if operation in _OF_MANY_TABLES:
        return [(f"dynamodb:{operation}", _DYNAMODB + table) for table in request["RequestItems"]]
    index = f"/index/{request['IndexName']}" if "IndexName" in request else ""
    return [(f"dynamodb:{operation}", _DYNAMODB + request["TableName"] + index)]


class Recorder:
    """Records which function made which request. `secrets` has the parameters' values; sockets in `gone` are closed."""

    def __init__(self, secrets: dict[str, str], *, mail_from: str) -> None:
        self.uses: set[Use] = set()
        self.gone: set[str] = set()
        self._secrets = secrets
        self._mail_from = mail_from
        self._function: str | None = None

    @contextmanager
    def acting_as(self, function: str) -> Iterator[None]:
        """While the block runs, requests count as this function's. Outside they are the test's own and do not count."""
        assert self._function is None, f"{function} inside {self._function}"
        self._function = function
        try:
            yield
        finally:
            self._function = None

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Intercepts requests while the block runs."""
        light = SignedClient.call

        def call(client: SignedClient, operation: str, request: dict[str, Any]) -> dict[str, Any]:
            if operation == "GetParameters":
                return self._parameters(request)
            self._note(*needs(operation, request))
            return light(client, operation, request)

        with botocore_through(self._respond), pytest.MonkeyPatch.context() as patch:
            patch.setattr(SignedClient, "call", call)
            yield

    def _respond(self, request: AWSPreparedRequest, really: Send) -> WireAnswer:
        """Answers a request of botocore; DynamoDB answers itself."""
        place = urlsplit(request.url).path
        if place == "/v2/email/account":
            return self._mail_limits()
        if place == "/v2/email/outbound-emails":
            return self._mail(json.loads(request.body))
        if "/@connections/" in place:
            return self._socket(request.method, request.url)
        self._note(*needs(operation_of(request), json.loads(request.body)))
        return really()

    def _note(self, *needed: tuple[str, str]) -> None:
        if self._function is not None:
            self.uses |= {Use(self._function, action, resource) for action, resource in needed}

    def _parameters(self, request: dict[str, Any]) -> dict[str, Any]:
        asked = [name.rpartition(":") for name in request["Names"]]
        place = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter"
        self._note(*(("ssm:GetParameters", place + name) for name, _, _ in asked))
        found = [{"Name": name, "Version": int(version), "Value": self._secrets[name]} for name, _, version in asked]
        return {"Parameters": found, "InvalidParameters": []}

    def _mail_limits(self) -> WireAnswer:
        """Answers GetAccount, which has no resource:
        docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsimpleemailservicev2.html
        """
        self._note(("ses:GetAccount", "*"))
        return _said({"SendQuota": {"Max24HourSend": -1.0, "MaxSendRate": 1_000.0, "SentLast24Hours": 0.0}})

    def _mail(self, request: dict[str, Any]) -> WireAnswer:
        """Answers SendEmail. SES checks the sender's identity, in its sandbox the recipient's too, and the sender's
        default configuration set; it may check a mail with attachments as a raw one.
        """
        assert parseaddr(request["FromEmailAddress"])[1] == self._mail_from, request
        place = f"arn:aws:ses:{REGION}:{ACCOUNT}:"
        addressed = [self._mail_from.partition("@")[2], *request["Destination"]["ToAddresses"]]
        for action in ("ses:SendEmail", "ses:SendRawEmail"):
            self._note((action, f"{place}configuration-set/marquee-{STAGE}"))
            self._note(*((action, f"{place}identity/{identity}") for identity in addressed))
        return _said({"MessageId": "1"})

    def _socket(self, method: str, url: str) -> WireAnswer:
        endpoint, _, connection = url.partition("/@connections/")
        place, connection_id = urlsplit(endpoint), unquote(connection)
        api = f"{place.netloc.partition('.')[0]}{place.path}"
        resource = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api}/{method}/@connections/{connection_id}"
        self._note(("execute-api:ManageConnections", resource))
        return (
            WireAnswer(410, {"x-amzn-errortype": "GoneException"}, b"{}") if connection_id in self.gone else _said({})
        )


def _said(document: dict[str, Any]) -> WireAnswer:
    return WireAnswer(200, {}, json.dumps(document).encode())
