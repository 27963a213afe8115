"""Stages, their settings, and the names of resources."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra import names
from infra.settings import StageSettings, Unusable, load
from tests.harness.environment import VARIABLES

ROOT = Path(__file__).parents[3]
WEB_ACL = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/one/two"


def write(folder: Path, text: str) -> Path:
    file = folder / "stages.toml"
    file.write_text(text)
    return file


def test_load_of_every_shipped_stage_succeeds() -> None:
    shipped = ROOT / "infra" / "stages.toml"
    assert [load(shipped, name).prefix for name in ("dev", "prod")] == ["marquee-dev", "marquee-prod"]
    assert load(shipped, "prod").protect_tables is True
    assert [load(shipped, name).high_secret_throughput for name in ("dev", "prod")] == [False, True]


def test_load_takes_the_domain_out_of_the_sender(tmp_path: Path) -> None:
    file = write(tmp_path, '[dev]\nregion = "eu-west-1"\nmail_from = "Marquee <tickets@mail.example.org>"\n')
    assert load(file, "dev").mail_domain == "mail.example.org"


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("Dev", '[Dev]\nregion = "x"', "no name for a stage"),
        ("dev", "[prod]", "has no stage dev; it has prod"),
        ("dev", "[dev]", "region is missing"),
        ("dev", '[dev]\nregion = "x"\nbudgt = 3', "budgt is no setting"),
        ("dev", '[dev]\nregion = "x"\nbudget = "3"', "budget must be a int"),
        ("dev", '[dev]\nregion = "x"\ncdn = 1', "cdn must be a bool"),
        ("dev", "[dev]\nregion = x", "stages.toml: Invalid value"),
        ("dev", '[dev]\nregion = "x"\ndomain = "a.example"', "come together"),
        ("dev", '[dev]\nregion = "x"\nweb_acl_arn = "arn:aws:wafv2:eu-west-1:1:regional/webacl/a/b"', "us-east-1"),
        ("dev", f'[dev]\nregion = "x"\ncdn = false\nweb_acl_arn = "{WEB_ACL}"', "needs the CDN"),
        ("dev", '[dev]\nregion = "x"\nrequests_per_second = 0', "must be 1 or more"),
    ],
)
def test_load_of_bad_settings_says_what_is_wrong(tmp_path: Path, name: str, text: str, complaint: str) -> None:
    with pytest.raises(Unusable, match=complaint):
        load(write(tmp_path, text), name)


def test_load_puts_the_owners_file_over_what_is_shipped(tmp_path: Path) -> None:
    file = write(tmp_path, '[dev]\nregion = "eu-west-1"\nbudget = 5\n')
    (tmp_path / "stages.local.toml").write_text('[dev]\nbudget = 7\n[drill]\nregion = "eu-west-3"\n')
    assert load(file, "dev") == StageSettings("dev", "eu-west-1", budget=7)
    assert load(file, "drill") == StageSettings("drill", "eu-west-3")
    with pytest.raises(Unusable, match="has no stage prod; it has dev, drill"):
        load(file, "prod")


PLANNED = """
import json, sys
from chalice.cli.factory import CLIFactory
from chalice.deploy.appgraph import ApplicationGraphBuilder
config = CLIFactory(sys.argv[1]).create_config_obj("dev")
seen, todo = [], [ApplicationGraphBuilder().build(config, "dev")]
while todo:
    one = todo.pop()
    todo += one.dependencies()
    found = {"resource": getattr(one, "resource_name", None), "kind": type(one).__name__}
    for field in ("function_name", "role_name", "layer_name", "rule_name", "name", "topic"):
        if getattr(one, field, None):
            found[field] = getattr(one, field)
    seen.append(found)
print(json.dumps({"seen": seen, "title": config.chalice_app.app_name}))
"""


def test_names_are_those_that_chalice_plans() -> None:
    environment = {**os.environ, **VARIABLES, "STAGE": "dev"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PLANNED, str(ROOT)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    planned = json.loads(done.stdout)
    prefix = "marquee-dev"
    by_kind: dict[str, dict[str, dict[str, str]]] = {}
    for one in planned["seen"]:
        by_kind.setdefault(one["kind"], {})[one["resource"]] = one
    functions = {name: names.function(prefix, name) for name in names.FUNCTIONS}
    assert {k: v["function_name"] for k, v in by_kind["LambdaFunction"].items()} == functions
    roles = {f"{name}_role": names.role(prefix, name) for name in names.FUNCTIONS}
    assert {k: v["role_name"] for k, v in by_kind["ManagedIAMRole"].items()} == roles
    assert by_kind["LambdaLayer"]["managed-layer"]["layer_name"] == names.layer(prefix)
    assert set(by_kind["DynamoDBEventSource"]) == {f"{n}-dynamodb-event-source" for n in names.STREAM_FUNCTIONS}
    rules = {f"{name}-event": names.rule(prefix, name) for name in names.TIMERS}
    assert {k: v["rule_name"] for k, v in by_kind["ScheduledEvent"].items()} == rules
    topics = {f"{name}-sns-subscription": names.topic(prefix, name) for name in names.TOPIC_FUNCTIONS}
    assert {k: v["topic"] for k, v in by_kind["SNSLambdaSubscription"].items()} == topics
    assert by_kind["WebsocketAPI"]["websocket_api"]["name"] == names.websocket_api(prefix)
    assert set(by_kind["RestAPI"]) == {"rest_api"}
    assert planned["title"] == names.rest_api(prefix)
