"""Mail in the running product: sent by the stream, shown in the mailbox, bounced there, address verified again."""

import re
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.harness.server import ServerProcess

pytestmark = pytest.mark.enable_socket
ADDRESS = "returns@example.org"
PLACE = "/api/v1/me/notification-preferences"


def eventually(find: Callable[[], Any]) -> Any:
    """Calls `find` for a few seconds until its result is true, and returns that."""
    for _ in range(100):
        found = find()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError("nothing was found in ten seconds")


def mails(server: ServerProcess) -> list[dict[str, Any]]:
    """Returns the mails to the address, newest first."""
    found: list[dict[str, Any]] = httpx.get(f"{server.origin}/_local/mail.json?to={ADDRESS}").json()["items"]
    return found


def test_returned_mail_stops_mails_until_the_address_is_proven_again(server: ServerProcess) -> None:
    form = {"email": ADDRESS, "name": "Ada Lovelace", "password": "correct horse battery"}
    answer = httpx.post(f"{server.origin}/api/v1/auth/sign-up", json=form).json()
    api = httpx.Client(base_url=server.origin, headers={"Authorization": f"Bearer {answer['access_token']}"})
    (first,) = eventually(lambda: mails(server))
    assert "prefers-color-scheme: dark" in first["html"]
    assert httpx.post(f"{server.origin}/_local/mail/{first['id']}/full").status_code == 303
    assert api.get(PLACE).json()["address"] == {"state": "works", "since": None}
    assert httpx.post(f"{server.origin}/_local/mail/{first['id']}/bounce").status_code == 303
    assert api.get(PLACE).json()["address"]["state"] == "bounced"
    assert httpx.post(f"{server.origin}/api/v1/auth/password/forgot", json={"email": ADDRESS}).status_code == 202
    assert api.post(f"{PLACE}/address-proof").status_code == 204
    proof = eventually(lambda: mails(server)[:-1])[0]
    assert proof["subject"] == "Confirm your e-mail address"
    secret = re.findall(r"/verify#(\S+)", proof["text"])[0]
    assert api.post("/api/v1/auth/verify", json={"token": secret}).status_code == 204
    assert api.get(PLACE).json()["address"] == {"state": "works", "since": None}
    assert len(mails(server)) == 2, "the reset link was not sent to an address that had bounced"
    httpx.post(f"{server.origin}/api/v1/auth/password/forgot", json={"email": ADDRESS})
    assert eventually(lambda: mails(server)[:-2])[0]["subject"] == "Set a new password"
    api.close()


def test_timer_of_due_mails_runs(server: ServerProcess) -> None:
    assert httpx.post(f"{server.origin}/_local/timers/do_what_is_due").json() == {"succeeded": True}
