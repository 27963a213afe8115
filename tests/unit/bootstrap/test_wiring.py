"""The wiring: each part of the business offers its services, and nothing is loaded before it is needed."""

import subprocess
import sys
from functools import cached_property

import pytest

from chalicelib import bootstrap
from tests.harness import environment


def offers(wired: type) -> list[str]:
    return [name for name, kept in vars(wired).items() if isinstance(kept, cached_property)]


PARTS = offers(bootstrap.Services)
pytestmark = pytest.mark.usefixtures("database")  # stores are models, which keep the URL of the database


@pytest.mark.parametrize("part", PARTS)
def test_wiring_builds_everything_that_a_part_offers(part: str) -> None:
    wired = getattr(bootstrap.services(), part)
    assert wired is getattr(bootstrap.services(), part)
    built = {name: getattr(wired, name) for name in offers(type(wired))}
    assert built
    assert all(getattr(wired, name) is one for name, one in built.items())


def test_wiring_parts_are_all_the_modules_beside_it() -> None:
    from importlib.resources import files

    found = {one.name.removesuffix(".py") for one in files(bootstrap).iterdir() if one.name.endswith(".py")}
    assert sorted(PARTS) == sorted(found - {"__init__"})


def test_wiring_loads_no_part_before_it_is_asked_for() -> None:
    code = "import sys; from chalicelib import bootstrap; bootstrap.services().{}; print(*sorted(sys.modules))"
    loaded = {
        asked: subprocess.run(
            [sys.executable, "-c", code.format(asked)],
            capture_output=True,
            text=True,
            check=True,
            env=environment.VARIABLES,
        ).stdout.split()
        for asked in ("config", "orders")
    }
    parts = {
        asked: [one for one in names if one.startswith("chalicelib.bootstrap.")] for asked, names in loaded.items()
    }
    assert parts == {"config": [], "orders": ["chalicelib.bootstrap.orders"]}
