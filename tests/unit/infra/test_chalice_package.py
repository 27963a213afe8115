"""The result of `chalice package` for app.py and .chalice/config.json: settings of functions, policies and streams.
infra/deploy/streams.py sets the stream settings that Chalice cannot express.
"""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from chalicelib.payments.adapters import stripe as stripe_gateway
from chalicelib.payments.services import expire_orders
from chalicelib.waiting_list.services import offer_tickets
from infra import names, policies
from infra.deploy import configuring, run_chalice, streams
from infra.package import build
from tests.harness.environment import VARIABLES

ROOT = Path(__file__).parents[3]
STAGE = "prod"
PLACEHOLDERS = dict.fromkeys(policies.PLACEHOLDERS, "x1")
BATCH = {"on_content": 25, "on_sales": 25, "on_stripe_inbox": 25, "on_notifications": 100, "send_mails": 25}
STREAMS = {
    "on_content": "CONTENT_STREAM_ARN",
    "on_stripe_inbox": "INBOX_STREAM_ARN",
    "on_sales": "SALES_STREAM_ARN",
    "on_notifications": "NOTIFICATIONS_STREAM_ARN",
    "send_mails": "NOTIFICATIONS_STREAM_ARN",
}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The SAM template of the prod stage. The layer exists already, so nothing is downloaded."""
    project = tmp_path_factory.mktemp("project")
    for name in ("app.py", "requirements.txt"):
        shutil.copy(ROOT / name, project / name)
    shutil.copytree(ROOT / "chalicelib", project / "chalicelib", ignore=shutil.ignore_patterns("__pycache__"))
    (project / ".chalice").mkdir()
    shutil.copy(ROOT / ".chalice" / "config.json", project / ".chalice" / "config.json")
    variables = {**VARIABLES, "STAGE": STAGE}
    configuring.write(project, STAGE, region="eu-west-1", variables=variables, placeholders=PLACEHOLDERS)
    layer = build.layer_path(project, python=build.RUNNING, architecture=configuring.architecture(project))
    layer.parent.mkdir()
    with zipfile.ZipFile(layer, "w") as archive:
        archive.writestr("python/made_up.py", "")
    command = [sys.executable, "-W", "ignore", "-c", run_chalice.COMMAND, "--project-dir", str(project)]
    runner = {"AWS_LAMBDA_FUNCTION_NAME": "a-runner"}  # the deploying machine may be a Lambda function itself
    done = subprocess.run(
        [*command, "package", "--stage", STAGE, str(project / "out")],
        env={**os.environ, **runner, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    made: dict[str, Any] = json.loads((project / "out" / "sam.json").read_text())
    return made


def test_every_function_has_the_variables_of_the_stage(template: dict[str, Any]) -> None:
    wanted = {**VARIABLES, "STAGE": STAGE}
    for name, properties in functions(template).items():
        secrets = properties["Environment"]["Variables"].pop("FUNCTION_SECRETS", "")
        assert properties["Environment"]["Variables"] == wanted
        assert sorted(names.SECRETS[variable] for variable in secrets.split()) == sorted(policies.secrets_of(name))


def test_api_has_every_route(template: dict[str, Any]) -> None:
    from app import app

    paths = template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    made = {(path, method.upper()) for path, methods in paths.items() for method in methods}
    assert made == {(path, method) for path, methods in app.routes.items() for method in methods}


def functions(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The properties of the functions, by Chalice's names."""
    pascal = {"".join(part.title() for part in name.split("_")): name for name in names.FUNCTIONS}
    pascal["APIHandler"] = "api_handler"
    made = {n: r["Properties"] for n, r in template["Resources"].items() if r["Type"] == "AWS::Serverless::Function"}
    return {pascal[name]: properties for name, properties in made.items()}


def test_every_function_is_as_the_configuration_says(template: dict[str, Any]) -> None:
    config = json.loads((ROOT / ".chalice" / "config.json").read_text())
    made = functions(template)
    assert set(made) == set(names.FUNCTIONS)
    for name, properties in made.items():
        wished = config["lambda_functions"][name]
        assert properties["MemorySize"] == wished["lambda_memory_size"]
        assert properties["Timeout"] == wished["lambda_timeout"]
        assert properties["Architectures"] == ["arm64"]
        reserved = configuring.reserved(ROOT, STAGE).get(name)
        assert properties.get("ReservedConcurrentExecutions") == reserved
        assert len(properties["Layers"]) == 1


def test_buyers_cannot_take_what_money_and_streams_need() -> None:
    kept = configuring.reserved(ROOT, STAGE)
    assert set(kept) == {"stripe_webhook", *BATCH, "on_mail_event", *names.TIMERS}
    assert kept["release_holds"] == 1


def test_timers_may_end_what_they_have_begun() -> None:
    """Stripe may not answer during the last piece of a timer's work: closing a checkout, then reading its payment."""
    wished = json.loads((ROOT / ".chalice" / "config.json").read_text())["lambda_functions"]
    silence = 3 * stripe_gateway.TIMEOUT_SECONDS * (stripe_gateway.RETRIES + 1)
    for name, run_seconds in (
        ("release_holds", expire_orders.RUN_SECONDS),
        ("lapse_offers", offer_tickets.RUN_SECONDS),
    ):
        assert run_seconds < 60
        assert wished[name]["lambda_timeout"] >= run_seconds + silence


def test_every_role_is_the_hand_written_policy(template: dict[str, Any]) -> None:
    roles = {n: r["Properties"] for n, r in template["Resources"].items() if r["Type"] == "AWS::IAM::Role"}
    documents = [p["PolicyDocument"] for role in roles.values() for p in role["Policies"]]
    rendered = [json.loads(policies.render(name, PLACEHOLDERS)) for name in names.FUNCTIONS]
    assert sorted(map(json.dumps, documents)) == sorted(map(json.dumps, rendered))


def test_streams_begin_at_the_oldest_record_in_batches_of_the_wished_size(template: dict[str, Any]) -> None:
    made = functions(template)
    for name, variable in STREAMS.items():
        (event,) = [one["Properties"] for one in made[name]["Events"].values() if one["Type"] == "DynamoDB"]
        stream, batch = VARIABLES[variable], BATCH[name]
        assert (event["Stream"], event["BatchSize"], event["StartingPosition"]) == (stream, batch, "TRIM_HORIZON")


@pytest.mark.parametrize("name", STREAMS)
def test_wished_settings_are_those_that_chalice_cannot_say(template: dict[str, Any], name: str) -> None:
    (event,) = [one["Properties"] for one in functions(template)[name]["Events"].values() if one["Type"] == "DynamoDB"]
    settings = streams.wished(name, "marquee-prod-failures")
    assert not set(settings) & set(event)
    assert set(settings) - {"FilterCriteria"} == {
        "FunctionResponseTypes",
        "BisectBatchOnFunctionError",
        "MaximumRetryAttempts",
        "MaximumRecordAgeInSeconds",
        "ParallelizationFactor",
        "DestinationConfig",
    }


def test_api_is_named_after_the_stage_and_lets_no_debugging_out(template: dict[str, Any]) -> None:
    api = template["Resources"]["RestAPI"]["Properties"]
    assert api["StageName"] == names.API_STAGE
    assert api["DefinitionBody"]["info"]["title"] == names.rest_api(f"marquee-{STAGE}")
    assert "debug" not in (ROOT / "app.py").read_text()
