"""A shop for each test."""

import pytest

from local.database_server import DatabaseEndpoint
from tests.integration.sales.builders import Shop
from tests.integration.sales.double_shop import double_shop

__all__ = ["double_shop"]


@pytest.fixture
def shop(database: DatabaseEndpoint) -> Shop:
    """Services over an empty database, a clock and a fake Stripe, one published event."""
    return Shop()
