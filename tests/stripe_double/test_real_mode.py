"""The same call sequences against Stripe's test mode, when STRIPE_TEST_KEY is set to a key that begins with sk_test_.

    STRIPE_TEST_KEY=sk_test_… pytest tests/stripe_double/test_real_mode.py

No other test uses the network. STRIPE_TEST_API_BASE sets another API URL than Stripe's.
"""

from __future__ import annotations

import json
import os
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from . import openapi
from .triggers import run_with

KEY = os.environ.get("STRIPE_TEST_KEY", "")
BASE = os.environ.get("STRIPE_TEST_API_BASE", "https://api.stripe.com")
SEQUENCES = sorted((Path(__file__).parent / "samples").glob("*.json"))
_PATIENCE = 60

pytestmark = [
    pytest.mark.skipif(not KEY.startswith("sk_test_"), reason="no test key of Stripe was given"),
    pytest.mark.enable_socket,
]


def call(method: str, path: str, form: str) -> tuple[int, Any]:
    """Makes one call to the API. Returns its status and answer."""
    url = f"{BASE}{path}?{form}" if method == "GET" else f"{BASE}{path}"
    body = None if method == "GET" else form.encode()
    request = urllib.request.Request(url, body, {"Authorization": f"Bearer {KEY}"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.loads(refused.read())


@pytest.mark.timeout(_PATIENCE * 3)
@pytest.mark.parametrize("sequence", SEQUENCES, ids=lambda path: path.stem)
def test_run_own_sequence_at_stripe_causes_the_event_it_is_named_after(sequence: Path) -> None:
    since = int(time.time()) - 5
    answers = run_with(call, sequence)
    document = openapi.load(openapi.EXTRACT)
    kinds = {answer["object"] for answer in answers.values() if "object" in answer}
    assert kinds - {"list"} <= set(document["components"]["schemas"])
    deadline = time.monotonic() + _PATIENCE
    seen: list[str] = []
    while sequence.stem not in seen and time.monotonic() < deadline:
        _, listed = call("GET", "/v1/events", f"type={sequence.stem}&created[gte]={since}")
        seen = [event["type"] for event in listed["data"]]
        time.sleep(0.5)
    assert sequence.stem in seen
