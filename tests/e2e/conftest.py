"""Servers with the running product for the end-to-end tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.demo.demo import ACCOUNTS
from tests.harness.server import ServerProcess


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server shared by all tests that do not kill it."""
    running = ServerProcess(tmp_path_factory.mktemp("product") / "data", MARQUEE_ADMIN_EMAIL=ACCOUNTS[0].email)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server for one test, not started yet, which the test may kill."""
    running = ServerProcess(tmp_path / "data")
    yield running
    running.stop()
