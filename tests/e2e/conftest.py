"""A running product for the end-to-end tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.demo.demo import ACCOUNTS
from tests.harness.server import ServerProcess


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """One server for all tests that do not kill it."""
    running = ServerProcess(tmp_path_factory.mktemp("product") / "data", MARQUEE_ADMIN_EMAIL=ACCOUNTS[0].email)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server of the test's own, not started yet, which it may kill."""
    running = ServerProcess(tmp_path / "data")
    yield running
    running.stop()
