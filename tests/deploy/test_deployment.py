"""The life of a deployment on an emulated account: `up`, use over its URLs, another release, rollback, `down`.

Run by `make deploy-local`, in the order of this file.
"""

import json
from pathlib import Path

import pytest
from rich.console import Console

from local.demo import demo, tour
from tests.deploy import inventory, owner_calls, processes, project
from tests.deploy.places import ACCOUNT, REGION
from tests.deploy.processes import Ran
from tests.deploy.world import PREFIX, STAGE, World, eventually

POLICIES = Path(__file__).parents[2] / "infra" / "policies"
BUGS = ('"stack": [', "[ERROR]", "Traceback", "Task timed out")
STREAM_FUNCTIONS = ("on_content", "on_sales", "on_stripe_inbox", "on_notifications", "send_mails")


def mapping(world: World, name: str) -> dict:
    found = world.client("lambda").list_event_source_mappings(FunctionName=f"{PREFIX}-{name}")
    return found["EventSourceMappings"][0]


# --- The first release ---


def test_up_on_an_empty_account_ends_with_a_green_smoke_test(first_up: Ran, world: World) -> None:
    assert "FAIL" not in first_up.said
    assert "8 questions answered" in first_up.said
    assert f"{PREFIX} is up: {world.places.cdn}" in first_up.said


def test_status_after_up_finds_nothing_missing(first_up: Ran, world: World) -> None:
    ran = world.infra("status", "--json")
    found = json.loads(ran.said)
    assert ran.code == 0
    assert found["missing functions"] == []
    assert found["stream drift"] == {}
    assert found["waiting failures"] == 0
    assert found["stacks"]["edge"] == "CREATE_COMPLETE"


def test_diff_after_up_has_no_changes(first_up: Ran, world: World) -> None:
    assert json.loads(world.infra("diff", "--json").said) == {"data": [], "base": [], "watch": [], "edge": []}


def test_functions_are_made_with_their_own_role_and_the_shared_layer(first_up: Ran, world: World) -> None:
    functions = world.client("lambda").list_functions()["Functions"]
    policies = [file.stem for file in POLICIES.glob("*.json")]
    assert len(functions) == len({one["Role"] for one in functions}) == len(policies)
    assert {one["FunctionName"] for one in functions} >= {f"{PREFIX}-{name}" for name in STREAM_FUNCTIONS}
    assert len({one["Layers"][0]["Arn"] for one in functions}) == 1


@pytest.mark.parametrize("name", STREAM_FUNCTIONS)
def test_mapping_sets_poison_apart(first_up: Ran, world: World, name: str) -> None:
    found = mapping(world, name)
    assert found["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert found["BisectBatchOnFunctionError"] is True
    assert 0 < found["MaximumRetryAttempts"] < 10_000
    assert 0 < found["MaximumRecordAgeInSeconds"] < 86_400
    assert f"{PREFIX}-failures" in found["DestinationConfig"]["OnFailure"]["Destination"]


def test_webhook_endpoint_is_registered_once_with_the_api_version(first_up: Ran, world: World) -> None:
    from chalicelib.payments.adapters.stripe import API_VERSION

    with world.double.work() as work:
        endpoints = list(work.tx.rows("webhook_endpoint"))
    assert [one["api_version"] for one in endpoints] == [API_VERSION]
    assert endpoints[0]["url"].endswith("/api/v1/stripe/webhook")


def test_up_leaves_the_checkout_as_clean_as_it_was(first_up: Ran, world: World) -> None:
    assert project.git(world.project, "status", "--porcelain") == ""


def test_chalice_where_nothing_is_configured_says_what_to_run(first_up: Ran, world: World) -> None:
    code, said = world.chalice("deploy", "--stage", "prod")
    assert (code, said.count("\n")) == (1, 1)
    assert "run `make deploy STAGE=prod` to bring it up" in said


# --- The product, over its URLs ---


@pytest.fixture(scope="session")
def conference(world: World, first_up: Ran) -> None:
    """The demo conference on sale, made through the API. Accounts are verified by the mails that SES sent."""
    demo.mailed_token = world.mailed_token
    demo.load(world.places.cdn)


@pytest.fixture(scope="session")
def toured(world: World, conference: None) -> dict:
    """The results of the tour: a ticket bought and paid, the push about it, and the notification read."""
    tour.PUSH_SECONDS = 60  # functions start cold here, one after the other
    return tour.tour(world.places.cdn, Console(width=160))


def test_event_asked_for_again_with_its_etag_is_not_modified(world: World, conference: None) -> None:
    path = f"/api/v1/events/{tour.SLUG}"
    first = world.get(path)
    again = world.get(path, If_None_Match=first.headers["etag"])
    assert (first.status, json.loads(first.body)["slug"]) == (200, tour.SLUG)
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


def test_page_comes_from_the_function_and_file_from_the_bucket(world: World, conference: None) -> None:
    page, file, missing = world.get(f"/e/{tour.SLUG}"), world.get("/robots.txt"), world.get("/nothing-here")
    assert page.status == 200
    assert b"Difference Engine Days" in page.body
    assert page.headers["strict-transport-security"] == "max-age=63072000"
    assert file.body == (world.project / "web/dist/robots.txt").read_bytes()
    assert file.headers["cache-control"].startswith("public, max-age=0")
    assert missing.status == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/events", None),
        ("/api/pages", None),
        ("/api/v1/openapi.json", None),
        ("/api/v1/auth/sign-in", b"{}"),
        ("/api/v1/stripe/webhook", b"{}"),
    ],
)
def test_api_is_closed_to_who_goes_past_the_cdn(world: World, first_up: Ran, path: str, body: bytes | None) -> None:
    api = world.client("apigateway").get_rest_apis()["items"][0]["id"]
    past = world.ask(
        world.places.api.format(api=api) + path, body, X_Marquee_Visitor="192.0.2.1", X_Marquee_Origin="direct"
    )
    assert (past.status, json.loads(past.body)["code"]) == (403, "forbidden")


def test_api_learns_from_the_cdn_who_asks_not_from_them(world: World, first_up: Ran) -> None:
    """One visitor sends another visitor's header with each guess. 25 guesses, because a window may end meanwhile."""
    url, form = (
        f"{world.places.cdn}/api/v1/auth/sign-in",
        {"email": "nobody@marquee.example", "password": "not the password"},
    )
    guesses = (
        world.ask(url, json.dumps(form).encode(), Content_Type="application/json", X_Marquee_Visitor=f"192.0.2.{n}")
        for n in range(25)
    )
    assert any(guess.status == 429 for guess in guesses)


def test_order_paid_at_stripe_becomes_a_charge_through_webhook_and_stream(toured: dict) -> None:
    assert toured["charge"]["status"] == "succeeded"
    assert toured["charge"]["method"] == {"brand": "visa", "last4": "4242"}


def test_payment_is_pushed_over_the_socket_and_read_on_both(toured: dict) -> None:
    before, after, read, count = toured["unread"]
    assert after == before + 1
    assert read == count == before
    assert toured["push"]["notifs"][0]["title"]


def test_functions_met_no_bug(world: World, toured: dict) -> None:
    assert [line for line in world.logged() if any(word in line for word in BUGS)] == []


# --- The second release ---


def test_up_with_changed_code_serves_the_new_route(second_up: Ran, world: World, toured: dict) -> None:
    assert "8 questions answered" in second_up.said
    reply = world.get("/api/v1/second-release")
    assert (reply.status, json.loads(reply.body)) == (200, {"release": "second"})


def test_up_with_changed_files_serves_the_new_file(second_up: Ran, world: World) -> None:
    assert world.get(f"/{project.NEW_FILE}").body == b"second\n"


def test_up_again_keeps_what_people_entrusted(second_up: Ran, world: World, toured: dict) -> None:
    attendee = demo.ApiCaller(world.places.cdn)
    credentials = {"email": demo.ACCOUNTS[1].email, "password": demo.PASSWORD}
    attendee.token = attendee.call("POST", "/api/v1/auth/sign-in", credentials)["access_token"]
    order = attendee.call("GET", f"/api/v1/orders/{toured['charge']['order_id']}")
    assert order["state"] == "paid"


@pytest.mark.parametrize("name", STREAM_FUNCTIONS)
def test_chalice_deploy_keeps_the_settings_of_the_mapping(second_up: Ran, world: World, name: str) -> None:
    assert mapping(world, name)["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping(world, name)["MaximumRetryAttempts"] < 10_000


def test_order_is_paid_on_the_second_release_too(second_up: Ran, world: World, toured: dict) -> None:
    again = tour.tour(world.places.cdn, Console(width=160))
    assert again["charge"]["status"] == "succeeded"
    assert again["charge"] != toured["charge"]


# --- What goes wrong ---


def test_function_without_its_policy_may_do_nothing(second_up: Ran, world: World) -> None:
    """The emulator enforces policies, so infra/policies allows everything that works in the tests above."""
    iam, role = world.client("iam"), f"{PREFIX}-api_handler"
    name = iam.list_role_policies(RoleName=role)["PolicyNames"][0]
    policy = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    iam.delete_role_policy(RoleName=role, PolicyName=name)
    refused = world.get("/api/v1/events?limit=7").status
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(policy))
    assert refused in (500, 503)
    assert world.get("/api/v1/events?limit=7").status == 200


def test_replay_hands_a_failure_to_its_function_again(second_up: Ran, world: World, toured: dict) -> None:
    """The emulator has no failure destinations in S3, so this test writes what Lambda would write."""
    before = world.calls("on_stripe_inbox")
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{PREFIX}-on_stripe_inbox"
    record = {
        "requestContext": {"functionArn": arn, "condition": "RetryAttemptsExhausted", "approximateInvokeCount": 6},
        "timestamp": "2026-01-02T03:04:05.678Z",
        "payload": json.dumps({"Records": [inbox_record(world, "charge.succeeded")]}),
    }
    key = "aws/lambda/mapping/shard/2026/01/02/2026-01-02T03.04.05-id"
    world.client("s3").put_object(Bucket=world.bucket("failures"), Key=key, Body=json.dumps(record).encode())
    eventually(lambda: json.loads(world.infra("status", "--json").said)["waiting failures"] or None, "message")
    ran = world.infra("replay", "--json")
    assert (ran.code, [one["state"] for one in json.loads(ran.said)]) == (0, ["replayed"])
    assert world.calls("on_stripe_inbox") > before  # at least one more call: later events of the double may come too
    assert world.client("s3").list_objects_v2(Bucket=world.bucket("failures")).get("Contents", []) == []
    assert json.loads(world.infra("replay", "--json").said) == []


def inbox_record(world: World, kind: str) -> dict:
    """Returns the inbox stream's record of the first event of this kind."""
    client = world.client("dynamodbstreams")
    stream = client.list_streams(TableName=f"{PREFIX}-stripe_inbox")["Streams"][0]["StreamArn"]
    for shard in client.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]:
        start = {"StreamArn": stream, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        place = client.get_shard_iterator(**start)["ShardIterator"]
        for record in client.get_records(ShardIterator=place)["Records"]:
            if kind in json.dumps(record["dynamodb"].get("NewImage", {}), default=str):
                record["dynamodb"]["ApproximateCreationDateTime"] = 0
                return record
    raise LookupError(kind)


# --- Another checkout ---


def test_chalice_deploy_in_another_checkout_works_once_it_is_configured(clone: World) -> None:
    before = inventory.of(clone)
    refused = clone.chalice("deploy", "--stage", STAGE)
    configured = clone.infra("configure")
    deployed = clone.chalice("deploy", "--stage", STAGE)
    assert (refused.code, refused.said.count("\n"), configured.code, deployed.code) == (1, 1, 0, 0)
    assert f"`python -m infra configure --stage {STAGE}` when it is up already" in refused.said
    assert "Rest API URL" in deployed.said
    assert inventory.of(clone) == before
    assert clone.get("/api/v1/second-release").status == 200
    assert project.git(clone.project, "status", "--porcelain") == ""


# --- Back ---


def test_rollback_to_the_first_release_serves_it_again(rolled_back: Ran, world: World) -> None:
    assert "Rolled back to" in rolled_back.said
    assert world.get("/api/v1/second-release").status in (403, 404)
    assert world.get(f"/{project.NEW_FILE}").status == 200  # kept for one release, for pages that are still open
    assert world.get("/api/v1/events").status == 200


# --- Down ---


def test_down_removes_everything_but_the_data(down: Ran, world: World, toured: dict) -> None:
    tables = world.client("dynamodb").list_tables()["TableNames"]
    assert world.client("lambda").list_functions()["Functions"] == []
    assert world.client("apigateway").get_rest_apis()["items"] == []
    assert world.client("apigatewayv2").get_apis()["Items"] == []
    assert world.client("s3").list_buckets()["Buckets"] == []
    assert world.client("iam").list_roles(PathPrefix="/")["Roles"] == []
    assert len([name for name in tables if name.startswith(f"{PREFIX}-")]) == 6
    with world.double.work() as work:
        assert list(work.tx.rows("webhook_endpoint")) == []


def test_down_with_the_stage_named_deletes_the_data(down: Ran, world: World) -> None:
    ran = world.infra("down", "--yes", "--delete-data", STAGE)
    assert ran.code == 0, ran.said
    assert world.client("dynamodb").list_tables()["TableNames"] == []
    assert world.client("ssm").describe_parameters()["Parameters"] == []


def test_commands_asked_for_nothing_but_what_their_policies_are_held_to(down: Ran, world: World) -> None:
    """When this fails, update the list of calls; for an additional call, update infra/deployer/ too."""
    assert owner_calls.of(world.folder / processes.CALLS) == json.loads(owner_calls.KEPT.read_text())
