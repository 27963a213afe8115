"""An empty account, and the states that the tests run in order: up, up with another release, rolled back, down."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.deploy import inventory, processes, project
from tests.deploy.places import REGION
from tests.deploy.processes import Ran
from tests.deploy.world import World


@contextmanager
def _account(folder: Path, **shell: str) -> Iterator[World]:
    """Yields a new account without a deployment. The owner's Stripe key is in Parameter Store."""
    with processes.stripe(folder / "stripe") as (url, double):
        copy = project.copy(folder / "project", region=REGION, stripe=url)
        with processes.emulator(copy, folder) as places:
            made = World(places, copy, folder, double, shell)
            kept = made.infra("secret", "stripe-secret-key", stdin="sk_test_deployed\n")
            assert kept.code == 0, kept.said
            yield made


def up(world: World) -> Ran:
    """Runs `up` and returns the finished command."""
    ran = world.infra("up", "--yes")
    assert ran.code == 0, "\n".join([ran.said, *world.logged()[-100:]])
    return ran


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The account of the whole scenario."""
    with _account(tmp_path_factory.mktemp("deploy")) as made:
        yield made


@pytest.fixture(scope="session")
def first_up(world: World) -> Ran:
    """The first `up`."""
    return up(world)


@pytest.fixture(scope="session")
def first_inventory(world: World, first_up: Ran) -> dict[str, Any]:
    """The inventory of the account after the first `up`."""
    return inventory.of(world)


@pytest.fixture(scope="session")
def second_up(world: World, first_inventory: dict[str, Any]) -> Ran:
    """The second `up`, after a change of the code."""
    project.change(world.project)
    return up(world)


@pytest.fixture(scope="session")
def clone(world: World, second_up: Ran) -> World:
    """The same account with another checkout of the project, which has never deployed."""
    project.git(world.folder, "clone", "--quiet", str(world.project), "clone")
    return world._replace(project=world.folder / "clone")


@pytest.fixture(scope="session")
def rolled_back(world: World, second_up: Ran) -> Ran:
    """The `rollback` to the first release."""
    ran = world.infra("rollback", "--yes")
    assert ran.code == 0, ran.said
    return ran


@pytest.fixture(scope="session")
def down(world: World, rolled_back: Ran) -> Ran:
    """The `down` after the rollback."""
    ran = world.infra("down", "--yes")
    assert ran.code == 0, ran.said
    return ran


@pytest.fixture
def other_account(tmp_path: Path, world: World, first_up: Ran) -> Iterator[World]:
    """Another account, for a deployment that is interrupted, from a shell that exports another region. It reuses the
    layer that is built already.
    """
    with _account(tmp_path, AWS_REGION="us-west-2", AWS_DEFAULT_REGION="us-west-2") as made:
        shutil.copytree(world.project / ".chalice/deployments", made.project / ".chalice/deployments")
        yield made


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the tests of the scenario back into the order of their files, which pytest-randomly has changed."""
    here = Path(__file__).parent
    ours = [item for item in items if item.path.parent == here and item.path.name != "test_package.py"]
    ordered = iter(sorted(ours, key=lambda item: (item.path.name, item.reportinfo()[1] or 0, item.name)))
    items[:] = [next(ordered) if item in ours else item for item in items]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[Any]:
    """Adds the functions' logs to the report of a failed test."""
    report = (yield).get_result()
    world = getattr(item, "funcargs", {}).get("world")
    if report.failed and call.when == "call" and world is not None:
        report.sections.append(("logs of the functions", "\n".join(world.logged()[-100:])))
