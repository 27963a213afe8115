"""Call sequences that trigger an event: our own, and those of Stripe's CLI when they are beside the project."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from local.stripe_double.api.routes import TRIGGERS

from . import openapi
from .conftest import Shop
from .triggers import run

OURS = sorted((Path(__file__).parent / "samples").glob("*.json"))
STRIPES = sorted((openapi.WHOLE.parent / "triggers").glob("*.json"))
BEYOND = {"payment_intent.partially_funded"}
"""Sequences that the double does not support: this one pays from a customer's cash balance by bank transfer."""


@pytest.mark.parametrize("sequence", OURS, ids=lambda path: path.stem)
def test_run_own_sequence_causes_the_event_it_is_named_after(shop: Shop, sequence: Path) -> None:
    run(shop, sequence)
    shop.pass_time(5.1)
    assert sequence.stem in shop.events()


def test_endpoint_for_triggers_is_called_by_a_sequence() -> None:
    calls = [call for sequence in OURS for call in json.loads(sequence.read_text())["fixtures"]]
    made = {(call["method"].upper(), re.sub(r"\$\{[^}]+\}", "*", call["path"])) for call in calls}
    assert {(method, path) for method, path, _, _ in TRIGGERS} - made == set()


@pytest.mark.skipif(not STRIPES, reason="the sequences of Stripe's CLI are not beside the project")
@pytest.mark.parametrize("sequence", [path for path in STRIPES if path.stem not in BEYOND], ids=lambda path: path.stem)
def test_run_sequence_of_stripes_cli_causes_the_event_it_is_named_after(shop: Shop, sequence: Path) -> None:
    run(shop, sequence)
    shop.pass_time(5.1)
    assert sequence.stem in shop.events()


@pytest.mark.skipif(not STRIPES, reason="the sequences of Stripe's CLI are not beside the project")
def test_run_sequence_that_the_double_lacks_is_refused_by_name(shop: Shop) -> None:
    for stem in sorted(BEYOND):
        sequence = next(path for path in STRIPES if path.stem == stem)
        with pytest.raises(AssertionError, match="payment_intent: 400"):
            run(shop, sequence)


def test_run_sequence_with_a_call_that_fails_says_which(shop: Shop, tmp_path: Path) -> None:
    """The runner can fail: for a wrong path, and for an error of another type than expected."""
    wrong = tmp_path / "x.json"
    wrong.write_text('{"fixtures": [{"name": "a", "path": "/v1/nothing", "method": "post"}]}')
    with pytest.raises(AssertionError, match="a: 404"):
        run(shop, wrong)
    wrong.write_text(
        '{"fixtures": [{"name": "a", "path": "/v1/refunds", "method": "post", "expected_error_type": "card_error"}]}'
    )
    with pytest.raises(AssertionError, match="a: 400"):
        run(shop, wrong)


def test_confirm_page_with_another_amount_or_after_its_end_is_refused(shop: Shop) -> None:
    session = shop.session()

    def confirm(amount: int) -> tuple[int, str]:
        body = f"payment_method=pm_card_visa&expected_amount={amount}".encode()
        headers = {"Authorization": "Bearer sk_test_double"}
        path = f"/v1/payment_pages/{session.id}/confirm"
        status, _, answer = shop.server.handle("POST", path, "", headers, body)
        return status, json.loads(answer).get("error", {}).get("message", "")

    assert confirm(2499) == (400, "The amount of this Checkout Session has changed.")
    assert confirm(2500) == (200, "")
    assert confirm(2500) == (400, "This Checkout Session is no longer active.")
    assert len(shop.client.v1.charges.list().data) == 1
