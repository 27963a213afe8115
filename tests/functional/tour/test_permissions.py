"""The policies in infra/policies/ allow what the functions do on a recorded tour of the product, and nothing else.

No tour can show what AWS does with a function's role (reading its stream, storing failed records, logging);
tests/unit/infra/test_policies.py compares those permissions with a fixed list.
"""

import importlib
import time
from collections.abc import Iterator
from typing import Any

import pytest

from infra import names, policies
from local.dynamodb.database_server import DatabaseEndpoint
from local.stripe_double import create_double
from tests.conftest import new_container
from tests.functional.tour import grand_tour
from tests.harness.environment import VARIABLES
from tests.harness.functions import API, PARAMETERS, Functions
from tests.harness.permissions import ACCOUNT, REGION, STAGE, Grant, Recorder, Use, grants
from tests.stripe_double.conftest import serve

VALUES = {
    "Region": REGION,
    "Account": ACCOUNT,
    "Stage": STAGE,
    "FailuresBucket": "failures",
    "WebSocketApi": API,
    "MailFrom": "tickets@marquee.example",
    "ContentStream": VARIABLES["CONTENT_STREAM_ARN"],
    "InboxStream": VARIABLES["INBOX_STREAM_ARN"],
    "SalesStream": VARIABLES["SALES_STREAM_ARN"],
    "NotificationsStream": VARIABLES["NOTIFICATIONS_STREAM_ARN"],
}
DONE_BY_AWS = (
    "logs:",
    "s3:",
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
)

OF_THE_RELEASE_BEFORE = {"ssm:GetParameter": "ssm:GetParameters"}
"""By permission for the release before, whose code starts under the new policies while `up` runs: the permission that
this release uses instead. The next release drops it.
"""


@pytest.fixture(scope="module")
def tour(database_endpoint: DatabaseEndpoint, chalice_app: Any) -> Iterator[tuple[Functions, set[Use]]]:
    """The tour, run once, and the permissions that it used."""
    database_endpoint.database.reset()
    new_container()
    recorder = Recorder(PARAMETERS, mail_from="tickets@marquee.example")
    module = importlib.import_module("app")

    def deliver(url: str, headers: dict[str, str], body: bytes, timeout: float) -> int:
        signature = {name.lower(): value for name, value in headers.items()}["stripe-signature"]
        return made.hook(body, signature)

    secrets = {"webhook_secret": VARIABLES["STRIPE_WEBHOOK_SECRET"]}
    secrets["connect_secret"] = VARIABLES["STRIPE_CONNECT_WEBHOOK_SECRET"]
    doubles = serve(lambda url: create_double(None, url, "http://hook.test/", **secrets, clock=time.time, post=deliver))
    for double, url in doubles:
        made = Functions(module, database_endpoint.database, recorder, url)
        with recorder.listening():
            grand_tour.run(made, double)
        yield made, recorder.uses
    new_container()


def allowed(name: str) -> list[Grant]:
    return grants(policies.render(name, VALUES))


def test_tour_visits_every_route_and_every_function(tour: tuple[Functions, set[Use]]) -> None:
    from chalicelib.api.endpoint import REGISTERED

    assert {(one.method, one.path) for one in REGISTERED} - tour[0].visited == set()
    assert {use.function for use in tour[1]} == set(names.FUNCTIONS)


def test_policies_allow_everything_that_functions_do(tour: tuple[Functions, set[Use]]) -> None:
    denied = {
        use for use in tour[1] if not any(grant.allows(use.action, use.resource) for grant in allowed(use.function))
    }
    assert sorted(denied) == []


def test_policies_allow_nothing_that_functions_do_not_do(tour: tuple[Functions, set[Use]]) -> None:
    unused = [
        (name, *grant)
        for name in policies.names()
        for grant in allowed(name)
        if not grant.action.startswith(DONE_BY_AWS)
        and not any(use.function == name and of_now(grant).allows(use.action, use.resource) for use in tour[1])
    ]
    assert unused == []


def of_now(grant: Grant) -> Grant:
    """Returns the permission that this release uses instead of one for the release before."""
    return grant._replace(action=OF_THE_RELEASE_BEFORE.get(grant.action, grant.action))
