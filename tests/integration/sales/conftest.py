"""A shop for each test."""

from collections.abc import Iterator

import pytest

from local.database_server import DatabaseEndpoint
from tests.integration.sales.builders import Shop


@pytest.fixture
def shop(database: DatabaseEndpoint) -> Iterator[Shop]:
    """Services over an empty database, a clock and a fake Stripe, one published event."""
    made = Shop()
    yield made
    made.services.reader.close()
