"""A measurement that runs a server of its own takes nothing of the process that it is started from: not its tables, not
its keys. `make bench` runs all measurements in one process.
"""

import pytest

from bench.sales import release_holds

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]


def test_release_holds_from_a_process_with_an_environment_of_its_own_ends_them_all() -> None:
    measured = release_holds.measure(holds=100)
    assert (measured["holds"], measured["left"], measured["unoffered"]) == (100, 0, 0)
