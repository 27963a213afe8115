"""The webhook intake and the order page load nothing slow (docs/performance.md, P3)."""

import os
import subprocess
import sys

import pytest

from tests.harness import environment

CALLS = {
    "webhook": ("payments.receive_webhook", ("stripe", "pynamodb", "botocore", "boto3", "msgspec", "requests")),
    "ticket types": ("catalog.read_ticket_types", ("stripe", "pynamodb", "botocore", "boto3", "msgspec", "requests")),
}


@pytest.mark.parametrize("name", sorted(CALLS))
def test_import_of_a_light_path_loads_nothing_slow(name: str) -> None:
    service, slow = CALLS[name]
    code = (
        "import sys; from chalicelib import bootstrap;"
        "import chalicelib.routes.payments, chalicelib.routes.orders, chalicelib.routes.ticket_types;"
        f"bootstrap.services().{service}; print(sorted(set(sys.modules) & set({slow!r})))"
    )
    variables = {**os.environ, **environment.VARIABLES}
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=variables, check=True)
    assert ran.stdout.strip() == "[]"
