"""The database through the clients that the product uses."""

import concurrent.futures
import zlib

import httpx
import pytest
from botocore.exceptions import ClientError

from local.dynamodb import database_server
from local.dynamodb.database_server import running_database
from tests.local.conftest import TABLE, dynamo

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def client(database):
    client = dynamo(database)
    client.create_table(**TABLE)
    return client


def test_boto3_reads_what_it_wrote(client):
    client.put_item(TableName="sample-outbox", Item={"id": {"S": "a"}, "data": {"B": b"\x00\xff"}})
    found = client.get_item(TableName="sample-outbox", Key={"id": {"S": "a"}})["Item"]
    assert found == {"id": {"S": "a"}, "data": {"B": b"\x00\xff"}}


def test_answers_carry_their_crc(database):
    headers = {"X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": "application/x-amz-json-1.0"}
    answer = httpx.post(database, content=b"{}", headers=headers)
    assert answer.headers["x-amz-crc32"] == str(zlib.crc32(answer.content))
    assert answer.headers["content-type"] == "application/x-amz-json-1.0"
    assert answer.headers["x-amzn-requestid"]


def test_40_writers_on_one_counter_lose_nothing(client):
    def add(_number):
        client.update_item(
            TableName="sample-outbox",
            Key={"id": {"S": "counter"}},
            UpdateExpression="ADD n :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))
    item = client.get_item(TableName="sample-outbox", Key={"id": {"S": "counter"}})["Item"]
    assert item["n"] == {"N": "40"}


def test_of_writers_with_one_condition_one_wins(client):
    def take(number):
        try:
            client.put_item(
                TableName="sample-outbox",
                Item={"id": {"S": "lock"}, "owner": {"S": str(number)}},
                ConditionExpression="attribute_not_exists(id)",
            )
        except ClientError as error:
            return error.response["Error"]["Code"]
        return "won"

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(take, range(16)))
    assert outcomes == ["ConditionalCheckFailedException"] * 15 + ["won"]


@pytest.mark.parametrize(
    ("target", "body", "kind"),
    [
        ("DynamoDB_20120810.ExecuteStatement", b"{}", "UnknownOperationException"),
        ("Nonsense", b"{}", "UnknownOperationException"),
        ("DynamoDB_20120810.GetItem", b"{", "SerializationException"),
        (
            "DynamoDB_20120810.PutItem",
            b'{"TableName":"sample-outbox","Item":{"id":{"S":"\\ud800"}}}',
            "SerializationException",
        ),
        ("DynamoDB_20120810.GetItem", b'{"TableName":"absent","Key":{"id":{"S":"a"}}}', "ResourceNotFoundException"),
    ],
)
def test_refusals_are_in_dynamodbs_words(database, client, target, body, kind):
    answer = httpx.post(database, content=body, headers={"X-Amz-Target": target})
    assert answer.status_code == 400
    assert answer.json()["__type"].endswith(kind)


def test_request_that_is_too_large_is_refused_in_dynamodbs_words(database, monkeypatch):
    monkeypatch.setattr(database_server, "REQUEST_BYTES", 100)
    headers = {"X-Amz-Target": "DynamoDB_20120810.ListTables"}
    assert httpx.post(database, content=b"{" + b" " * 98 + b"}", headers=headers).status_code == 200
    answer = httpx.post(database, content=b"{" + b" " * 99 + b"}", headers=headers)
    assert (answer.status_code, answer.headers["x-amzn-errortype"]) == (413, "RequestEntityTooLarge")


def test_reset_keeps_tables(database, client):
    for number in range(20):
        client.put_item(TableName="sample-outbox", Item={"id": {"S": str(number)}})
    database.database.reset()
    assert client.scan(TableName="sample-outbox")["Count"] == 0
    assert client.list_tables()["TableNames"] == ["sample-outbox"]


def test_databases_of_one_process_know_nothing_of_each_other(database, client):
    client.put_item(TableName="sample-outbox", Item={"id": {"S": "first"}})
    with running_database() as other:
        assert dynamo(other).list_tables()["TableNames"] == []
        dynamo(other).create_table(**TABLE)
        dynamo(other).put_item(TableName="sample-outbox", Item={"id": {"S": "second"}})
        assert client.scan(TableName="sample-outbox")["Items"] == [{"id": {"S": "first"}}]
    with running_database() as again:
        assert dynamo(again).list_tables()["TableNames"] == []
    assert client.scan(TableName="sample-outbox")["Count"] == 1
