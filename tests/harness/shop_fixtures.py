"""A shop for each test."""

import pytest

from local.dynamodb.database_server import DatabaseEndpoint
from tests.harness.shop import Shop


@pytest.fixture
def shop(database: DatabaseEndpoint) -> Shop:
    """Services over an empty database, a clock and a fake Stripe, one published event."""
    return Shop()
