"""The fixture `shop`: a shop for each test."""

import pytest

from local.dynamodb.database_server import DatabaseEndpoint
from tests.harness.shop import Shop


@pytest.fixture
def shop(database: DatabaseEndpoint) -> Shop:
    """A shop over an empty database, with a test clock, a fake Stripe and one published event."""
    return Shop()
