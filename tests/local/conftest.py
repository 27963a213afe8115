"""Fixtures: a gateway around the sample app, and databases on loopback."""

import importlib
import json
import time
from pathlib import Path

import boto3
import pytest

from local.dynamodb.database_server import running_database
from local.events.failures import FailureFile
from local.gateway.gateway import Gateway
from local.gateway.handlers import socket_handlers
from local.gateway.servers import listen, serving
from local.mail.mailbox import Mailbox
from local.site.mount_apps import mount_apps
from local.site.site import LocalSite
from local.websocket.sockets import SocketGateway


@pytest.fixture
def sample():
    """A new copy of the sample app's module."""
    module = importlib.import_module("tests.local.sample_app")
    return importlib.reload(module)


@pytest.fixture
def static_dir(tmp_path) -> Path:
    directory = tmp_path / "public"
    directory.mkdir()
    (directory / "app.js").write_text("let x = 1;\n" * 200)
    (directory / "logo.svg").write_text("<svg/>")
    (tmp_path / "secret.txt").write_text("secret")
    return directory


@pytest.fixture
def origin(sample, static_dir):
    gateway = Gateway(sample.app, static_dir=static_dir, integration_seconds=1.0)
    with serving(gateway, listen()) as url:
        yield url
    gateway.close()


@pytest.fixture
def database():
    """A database in memory."""
    with running_database() as endpoint:
        yield endpoint


def dynamo(url: str):
    """Returns a boto3 client of a running database."""
    return boto3.client(
        "dynamodb", endpoint_url=str(url), region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y"
    )


TABLE = {
    "TableName": "sample-outbox",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
}


def call(database, operation: str, **request):
    """Calls one operation of the engine directly."""
    answer = database.call(operation, json.dumps(request).encode())
    return answer.status, json.loads(answer.body)


def put(database, id: str, **attributes: str):
    item = {"id": {"S": id}, **{name: {"S": value} for name, value in attributes.items()}}
    status, body = call(database, "PutItem", TableName="sample-outbox", Item=item)
    assert status == 200, body


@pytest.fixture
def limits():
    return {}


@pytest.fixture
def handlers(sample):
    return socket_handlers(sample.app, sample)


@pytest.fixture
def live(sample, static_dir, handlers, limits):
    sockets = SocketGateway(handlers, **limits)
    site = LocalSite(mailbox=Mailbox(), sockets=sockets, failures=FailureFile(None), reset=list)
    gateway = Gateway(sample.app, static_dir=static_dir)
    with serving(mount_apps(gateway, site, sockets), listen()) as origin:
        yield origin
    for part in (gateway, sockets):
        part.close()


def eventually(condition, seconds: float = 3.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.005)
    raise AssertionError("it did not happen")
