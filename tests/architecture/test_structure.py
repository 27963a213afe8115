"""Fitness tests of the structure: sizes, maps, errors, contracts."""

import ast
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    [ROOT / "app.py", *(path for place in ("chalicelib", "local", "docs") for path in (ROOT / place).rglob("*.py"))]
)
MAX_LINES, MAX_MAP_LINES, MAX_FUNCTION = 300, 200, 45


def named(paths: list[Path]) -> list[object]:
    return [pytest.param(path, id=str(path.relative_to(ROOT))) for path in paths]


@pytest.mark.parametrize("path", named(SOURCES))
def test_module_is_small_and_says_what_it_is(path: Path) -> None:
    text = path.read_text()
    limit = MAX_MAP_LINES if path.name == "app.py" else MAX_LINES
    assert len(text.splitlines()) <= limit
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "a module begins with what it is"
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    nested = {id(inner) for outer in functions for inner in ast.walk(outer) if inner is not outer}
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in functions
        if id(node) not in nested and node.end_lineno - node.lineno + 1 > MAX_FUNCTION and node.name != "routes_for"
    ]
    assert long == []


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = {"utils", "util", "helpers", "common", "base", "manager", "misc"}
    assert [path for path in SOURCES if path.stem in drawers] == []


def test_only_boundaries_catch_everything() -> None:
    # Boundaries that catch every exception, so that one failure does not stop the others: one order in
    # payments/services/expire_orders.py; one Stripe account in payments/services/reconcile.py; one due mail or digest
    # in mail/services/sweep_due.py; one ticket type or one expired offer in waiting_list/services/offer_tickets.py; one
    # request, whose module cannot be imported, in api/late_routes.py.
    boundaries = {
        "api/endpoint.py",
        "api/late_routes.py",
        "mail/services/sweep_due.py",
        "payments/services/expire_orders.py",
        "payments/services/reconcile.py",
        "payments/services/sweep_payments.py",
        "triggers/sockets.py",
        "triggers/streams.py",
        "waiting_list/services/offer_tickets.py",
    }
    catches = re.compile(r"except (Base)?Exception|except:")
    product = ROOT / "chalicelib"
    found = {str(path.relative_to(product)) for path in product.rglob("*.py") if catches.search(path.read_text())}
    # aws/signed_client.py closes its connection after any exception, and raises it again.
    assert sorted(found - boundaries) == ["aws/signed_client.py"]
    assert sorted(boundaries - found) == []


def test_every_error_has_a_status_and_a_code_of_its_own() -> None:
    from chalicelib.api.problems import problem_for
    from chalicelib.core import errors

    classes = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, errors.MarqueeError)]
    codes = [c.code for c in classes if c is not errors.FeatureOff]
    assert len(set(codes)) == len(codes)
    made = {
        errors.InvalidInput: errors.InvalidInput([]),
        errors.PreconditionRequired: errors.PreconditionRequired(),
        errors.PreconditionFailed: errors.PreconditionFailed(),
        errors.TooManyAttempts: errors.TooManyAttempts(retry_after=1),
        errors.WaitInLine: errors.WaitInLine("x", retry_after=1),
        errors.NotFound: errors.NotFound(),
    }
    for error_class in classes:
        problem = problem_for(made.get(error_class) or error_class("x"), request_id="r")
        assert 400 <= problem.status < 600
        assert (problem.status == 500) == (error_class is errors.MarqueeError)


def test_every_error_stands_in_the_drawn_tree() -> None:
    from chalicelib.core import errors

    classes = {name for name, c in vars(errors).items() if isinstance(c, type) and issubclass(c, errors.MarqueeError)}
    drawn = set(re.findall(r"^[│├└─ ]*([A-Z]\w+)", errors.__doc__ or "", re.MULTILINE))
    assert classes <= drawn


def test_every_variable_is_documented_and_every_documented_one_read() -> None:
    documented = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    read = set(re.findall(r'environment(?:\.get\(|, )"([A-Z_]+)"', (ROOT / "chalicelib/config.py").read_text()))
    runner = {"PORT", "DATA_DIR", "DATABASE_PORT", "MARQUEE_ADMIN_EMAIL"}
    assert documented == read | runner


NOT_CONTENT = {
    "/v1/events/{event}/waiting-list/{id}",
    "/v1/events/{event}/invites/{id}",
    "/v1/events/{event}/roles/{user}",
    "/v1/me/push-subscriptions/{id}",
}
"""Writes that overwrite nobody's edits, so they need no If-Match: leaving a waiting list, deleting a browser's
subscription, ending an invitation or a role.
"""


def test_every_contract_names_structs_that_exist(chalice_app: Any) -> None:
    from chalicelib.api.endpoint import REGISTERED
    from chalicelib.api.schemas import resolve

    assert len(REGISTERED) > 40
    for route in REGISTERED:
        for name in (route.contract.body, route.contract.result):
            if name:
                resolve(name)
        creating = route.method == "POST" and route.contract.status in (201, 202) and route.contract.auth == "required"
        assert not creating or route.contract.creates, route
        writes = route.method in ("PATCH", "PUT", "DELETE") and route.path not in NOT_CONTENT
        assert not writes or route.contract.if_match, route


def test_no_file_is_copied_from_beside_the_project() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert not [name for name in tracked if Path(name).name in ("spec3.json", "fixtures3.json", "seahaven-events.json")]
