"""Storage after kill -9, half a line, and a restart with undelivered events."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from local.stripe_double import DoubleServer, StripeDouble, create_double

from .conftest import SECRET, START, Clock, Hook

_AUTH = {"authorization": "Bearer sk_test_double", "idempotency-key": "once"}
_KILLED = """
import os, signal, sys
from pathlib import Path
from local.stripe_double import DoubleServer, create_double
double = create_double(Path(sys.argv[1]), "http://d.test", "http://hook.test/", "whsec_x", post=lambda *a: 0)
auth = {"authorization": "Bearer sk_test_x"}
status, headers, body = DoubleServer(double).handle("POST", "/v1/customers", "", auth, b"name=Ada")
sys.stdout.write(body.decode())
sys.stdout.flush()
os.kill(os.getpid(), signal.SIGKILL)
"""


def reopened(folder: Path, hook: Hook, clock: Clock | None = None) -> StripeDouble:
    return create_double(folder, "http://d.test", "http://hook.test/", SECRET, post=hook, clock=clock or Clock())


def create(double: StripeDouble) -> tuple[str, dict[str, str]]:
    _, headers, body = DoubleServer(double).handle("POST", "/v1/customers", "", _AUTH, b"name=Ada")
    return json.loads(body)["id"], headers


def test_kill_process_after_an_answer_keeps_what_it_answered(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    run = subprocess.run(
        [sys.executable, "-c", _KILLED, str(tmp_path)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert run.returncode == -signal.SIGKILL, run.stderr
    answered = json.loads(run.stdout)
    double = reopened(tmp_path, Hook())
    status, _, body = DoubleServer(double).handle("GET", f"/v1/customers/{answered['id']}", "", _AUTH, b"")
    double.stop()
    assert (status, json.loads(body)) == (200, answered)


def test_restart_with_undelivered_event_sends_it(tmp_path: Path) -> None:
    refusing = Hook(statuses=[500])
    first = reopened(tmp_path, refusing)
    create(first)
    first.tick()
    first.stop()
    hook = Hook()
    second = reopened(tmp_path, hook, Clock(START + 3600))
    second.tick()
    second.tick()
    second.stop()
    assert hook.kinds() == ["customer.created"]
    assert [body for _, body in hook.came] == [body for _, body in refusing.came]


def test_restart_remembers_idempotency_keys(tmp_path: Path) -> None:
    first = reopened(tmp_path, Hook())
    made, _ = create(first)
    first.stop()
    second = reopened(tmp_path, Hook())
    again, headers = create(second)
    second.stop()
    assert (again, headers["idempotent-replayed"]) == (made, "true")


def test_restart_after_half_a_line_forgets_only_that_line(tmp_path: Path) -> None:
    first = reopened(tmp_path, Hook())
    made, _ = create(first)
    first.stop()
    journal = tmp_path / "stripe-double.journal"
    with journal.open("ab") as file:
        file.write(b'[["customer","cus_half",{"id":"cus_ha')
    second = reopened(tmp_path, Hook())
    status, _, _ = DoubleServer(second).handle("GET", f"/v1/customers/{made}", "", _AUTH, b"")
    later, _ = create(second)
    second.stop()
    third = reopened(tmp_path, Hook())
    _, _, body = DoubleServer(third).handle("GET", "/v1/customers", "", _AUTH, b"")
    third.stop()
    assert status == 200
    assert [row["id"] for row in json.loads(body)["data"]] == [later] == [made]


def test_restart_many_times_keeps_the_journal_small(tmp_path: Path) -> None:
    for _ in range(3):
        double = reopened(tmp_path, Hook())
        create(double)
        for number in range(20):
            body = f"name=Ada{number}".encode()
            key = json.loads(DoubleServer(double).handle("GET", "/v1/customers", "", _AUTH, b"")[2])["data"][0]["id"]
            DoubleServer(double).handle(
                "POST", f"/v1/customers/{key}", "", {"authorization": _AUTH["authorization"]}, body
            )
        grown = (tmp_path / "stripe-double.journal").stat().st_size
        double.stop()
        reopened(tmp_path, Hook()).stop()
        assert (tmp_path / "stripe-double.journal").stat().st_size < grown


def test_fail_verb_in_the_middle_leaves_nothing_behind(tmp_path: Path) -> None:
    double = reopened(tmp_path, Hook())
    before = (tmp_path / "stripe-double.journal").read_bytes()
    try:
        with double.work() as work:
            work.put({"object": "customer", "id": "cus_1", "created": 1})
            raise KeyError("in the middle")
    except KeyError:
        pass
    _, _, body = DoubleServer(double).handle("GET", "/v1/customers", "", _AUTH, b"")
    double.stop()
    assert json.loads(body)["data"] == []
    assert (tmp_path / "stripe-double.journal").read_bytes() == before


def test_start_and_stop_deliver_over_a_real_thread(tmp_path: Path) -> None:
    hook = Hook()
    double = create_double(tmp_path, "http://d.test", "http://hook.test/", SECRET, post=hook)
    double.start()
    create(double)
    deadline = 100
    while not hook.came and deadline:
        deadline -= 1
        threading.Event().wait(0.02)
    double.stop()
    assert hook.kinds() == ["customer.created"]


def test_write_after_stop_is_remembered_as_well(tmp_path: Path) -> None:
    first = reopened(tmp_path, Hook())
    first.stop()
    made, _ = create(first)
    first.stop()
    second = reopened(tmp_path, Hook())
    status, _, _ = DoubleServer(second).handle("GET", f"/v1/customers/{made}", "", _AUTH, b"")
    assert status == 200
