"""Fixtures for all levels. The database fixture runs the local engine on loopback, one for each test process."""

import itertools
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings

from tests.harness import cheap_passwords, environment

settings.register_profile("marquee", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("marquee")  # no test depends on how fast the machine is
environment.prepare("http://127.0.0.1:9")
cheap_passwords.use()

from local.dynamodb.database_server import DatabaseEndpoint, running_database  # noqa: E402
from tests.harness.client import Client  # noqa: E402

_people = itertools.count(1)


@pytest.fixture(scope="session")
def database_endpoint() -> Iterator[DatabaseEndpoint]:
    """A database with all tables, for the whole test process."""
    with running_database() as endpoint:
        environment.prepare(endpoint)
        from chalicelib import bootstrap
        from chalicelib.aws import dynamo_tables as tables

        bootstrap.use(None)  # whoever imported the app earlier did so without a database
        tables.create_missing()
        yield endpoint
        close_connections()


@pytest.fixture
def database(database_endpoint: DatabaseEndpoint) -> DatabaseEndpoint:
    """An empty database with all tables, and services built anew."""
    database_endpoint.database.reset()
    new_container()
    return database_endpoint


@pytest.fixture(scope="session")
def chalice_app(database_endpoint: DatabaseEndpoint) -> Any:
    """The Chalice application."""
    from app import app

    return app


@pytest.fixture
def anonymous(database: DatabaseEndpoint, chalice_app: Any) -> Client:
    """A caller without credentials."""
    return Client(chalice_app)


@pytest.fixture
def organiser(anonymous: Client) -> Client:
    """A verified account."""
    return verified(sign_up(anonymous))


@pytest.fixture
def stranger(anonymous: Client) -> Client:
    """Another verified account."""
    return verified(sign_up(anonymous))


def close_connections() -> None:
    """Close what the light clients keep alive, so that nothing is left open when the process ends."""
    from chalicelib import bootstrap

    parts = [part for part in vars(bootstrap.services()).values() if hasattr(part, "__dict__")]
    for built in [built for part in parts for built in vars(part).values()]:
        close = getattr(built, "close", None)
        if close is not None:
            close()


def new_container() -> None:
    """Services that remember nothing, as in another Lambda container; they share the open connections."""
    from chalicelib import bootstrap, config

    client = bootstrap.services().aws.dynamodb
    fresh = bootstrap.Services(config.load())
    fresh.aws.dynamodb = client
    bootstrap.use(fresh)


def sign_up(client: Client, email: str | None = None) -> Client:
    """A new account, as a client."""
    email = email or f"person-{next(_people)}@example.org"
    form = {"email": email, "name": "Robin Example", "password": "correct horse battery"}
    reply = client.post("/v1/auth/sign-up", form)
    assert reply.status == 201, reply
    return client.as_user(reply.json["access_token"], reply.json["user"]["id"])


def verified(client: Client) -> Client:
    """The same account with its address proven, as following the mailed link would."""
    from chalicelib.accounts.adapters import keys as account_keys
    from chalicelib.accounts.adapters.accounts import DynamoAccounts
    from chalicelib.accounts.adapters.items import AccountItem
    from chalicelib.accounts.domain.stored_account import new_account, revive_account

    stored = DynamoAccounts().find_account(client.user_id)
    if stored is None:  # somebody who is signed in without ever having signed up
        AccountItem(*account_keys.account(client.user_id)).update([AccountItem.verified.set(True)])
        return client
    proven = msgspec.structs.replace(revive_account(stored), verified=True)
    DynamoAccounts().replace_account(new_account(proven, stored.password_hash), expected_tag=stored.etag)
    return client
