"""P12: the time to release thousands of abandoned holds on the local runner, while Stripe takes 300 ms to answer and
people on the waiting list get offers for the freed tickets.

`python -m bench.sales.release_holds [HOLDS]` prints JSON. The timers are started once by request and then run on their
schedule.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from bench.sales.seed_holds import FREED, LAPSED_OFFERS, Seeded
from local.demo.demo import ApiCaller
from tests.harness.server import ServerProcess

HOLDS = 3_000
STRIPE_SECONDS = 0.3
LONGEST_SECONDS = 840
"""When the measurement gives up and reports what is left. The access token is valid for little longer."""
TIMERS = ("release_holds", "lapse_offers")


def measure(*, holds: int = HOLDS) -> dict[str, Any]:
    """Returns the seconds from the first run of the timers until every hold was released (`seconds`) and until every
    waiting person whose ticket came free has an offer (`offers_seconds`); a value is missing when that did not happen
    in time. `left` holds and `unoffered` people remained.
    """
    with tempfile.TemporaryDirectory() as folder:
        server = ServerProcess(Path(folder) / "data")
        command = [sys.executable, "-m", "bench.sales.seed_holds", f"{folder}/data", str(server.port), str(holds)]
        told = subprocess.run(command, capture_output=True, text=True, check=True, env=server.environment).stdout
        server.start()
        try:
            return _watch(server.origin, Seeded(*json.loads(told.splitlines()[-1])), holds)
        finally:
            server.kill()  # a timer may still be running


def slow_down(origin: str, seconds: float) -> None:
    """Delays every answer of the Stripe double by `seconds` from now on."""
    fault = {"action": "api_fault", "kind": "timeout_after", "seconds": seconds, "count": None, "path": "/v1/"}
    ApiCaller(origin).call("POST", "/_local/stripe/control", fault)


def _watch(origin: str, made: Seeded, holds: int) -> dict[str, Any]:
    slow_down(origin, STRIPE_SECONDS)
    staff = ApiCaller(origin, made.token)
    began = time.monotonic()
    for name in TIMERS:
        threading.Thread(target=_run_timer, args=(origin, name), daemon=True).start()
    ends: dict[str, float] = {}
    left, unoffered = holds, 0
    while len(ends) < 2 and (spent := time.monotonic() - began) < LONGEST_SECONDS:
        left, unoffered = _left(staff, made, holds), _unoffered(staff, made)
        if left == 0:
            ends.setdefault("seconds", spent)
        if unoffered == 0:
            ends.setdefault("offers_seconds", spent)
        time.sleep(1)
    return {"holds": holds, "left": left, "unoffered": unoffered, **ends}


def _run_timer(origin: str, name: str) -> None:
    try:
        ApiCaller(origin).call("POST", f"/_local/timers/{name}")
    except OSError:
        """The timer does not exist or takes too long to answer. The polling in `_watch` shows the effect."""


def _left(staff: ApiCaller, made: Seeded, holds: int) -> int:
    """Returns how many tickets of abandoned orders are still held. FREED tickets go to the waiting list instead."""
    place = f"/api/v1/events/{made.event_id}/ticket-types?view=all"
    found = {one["id"]: one["available"] for one in staff.call("GET", place)["items"]}
    return holds - FREED - int(found[made.crowd])


def _unoffered(staff: ApiCaller, made: Seeded) -> int:
    """Returns how many waiting people still have no offer although the released tickets suffice for them."""
    entries = staff.call("GET", f"/api/v1/events/{made.event_id}/waiting-list")["items"]
    return 2 * LAPSED_OFFERS + FREED - sum(entry["state"] == "offered" for entry in entries)


if __name__ == "__main__":
    print(json.dumps(measure(holds=int(sys.argv[1]) if len(sys.argv) > 1 else HOLDS)))
