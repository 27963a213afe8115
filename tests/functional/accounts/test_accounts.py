"""Accounts: sign-up, sign-in, refresh, sign-out, /me, tokens that must not work."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest

from chalicelib import bootstrap
from tests.conftest import new_container, sign_up
from tests.harness.client import Client
from tests.harness.environment import VARIABLES


class FixedClock:
    """A clock that stands."""

    def now(self) -> float:
        return 1_800_000_000.0


FORM = {"email": "Robin@Example.org", "name": "Robin Example", "password": "correct horse battery"}


def sign_in(client: Client, password: str = FORM["password"], email: str = FORM["email"]) -> Any:
    return client.post("/v1/auth/sign-in", {"email": email, "password": password})


def test_sign_up_then_sign_in_in_any_case(anonymous: Client) -> None:
    made = anonymous.post("/v1/auth/sign-up", FORM)
    assert made.status == 201
    assert made.json["user"]["verified"] is False
    assert "password" not in made.body.decode().replace("password_", "")
    reply = sign_in(anonymous, email="robin@EXAMPLE.org")
    assert reply.status == 200
    me = anonymous.as_user(reply.json["access_token"]).get("/v1/me")
    assert me.json == made.json["user"]
    assert reply.json["expires_in"] == 900


def test_sign_up_twice_with_one_address_is_refused(anonymous: Client) -> None:
    anonymous.post("/v1/auth/sign-up", FORM)
    reply = anonymous.post("/v1/auth/sign-up", {**FORM, "email": " robin@example.org ".strip()})
    assert (reply.status, reply.code) == (409, "email_taken")


def test_sign_up_20_at_once_opens_one_account(anonymous: Client) -> None:
    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(r.status for r in pool.map(lambda _: anonymous.post("/v1/auth/sign-up", FORM), range(20)))
    assert statuses == [201] + [409] * 19


def test_sign_in_with_unknown_address_and_wrong_password_answer_alike(anonymous: Client) -> None:
    anonymous.post("/v1/auth/sign-up", FORM)
    wrong = sign_in(anonymous, password="not the password")
    unknown = sign_in(anonymous, email="nobody@example.org")

    def shape(reply: Any) -> dict[str, Any]:
        return {k: v for k, v in reply.json.items() if k != "request_id"}

    assert wrong.status == unknown.status == 401
    assert shape(wrong) == shape(unknown)


def test_guess_passwords_is_slowed_down(anonymous: Client) -> None:
    bootstrap.services().clock = FixedClock()  # one window of guesses, whatever the time is
    anonymous.post("/v1/auth/sign-up", FORM)
    replies = [sign_in(anonymous, password=f"guess number {n}") for n in range(12)]
    assert [r.status for r in replies] == [401] * 10 + [429] * 2
    assert int(replies[-1].headers["retry-after"]) > 0


def test_refresh_rotates_and_reuse_ends_the_sign_in(anonymous: Client) -> None:
    first = anonymous.post("/v1/auth/sign-up", FORM).json
    second = anonymous.post("/v1/auth/refresh", {"refresh_token": first["refresh_token"]})
    assert second.status == 200
    assert second.json["refresh_token"] != first["refresh_token"]
    assert anonymous.post("/v1/auth/refresh", {"refresh_token": first["refresh_token"]}).status == 401
    assert anonymous.post("/v1/auth/refresh", {"refresh_token": second.json["refresh_token"]}).status == 401


def test_refresh_20_at_once_succeeds_at_most_once(anonymous: Client) -> None:
    token = {"refresh_token": anonymous.post("/v1/auth/sign-up", FORM).json["refresh_token"]}
    with ThreadPoolExecutor(8) as pool:
        statuses = [r.status for r in pool.map(lambda _: anonymous.post("/v1/auth/refresh", token), range(20))]
    assert statuses.count(200) == 1
    assert statuses.count(401) == 19


def test_sign_out_ends_the_sign_in(anonymous: Client) -> None:
    tokens = anonymous.post("/v1/auth/sign-up", FORM).json
    me = anonymous.as_user(tokens["access_token"])
    assert anonymous.post("/v1/auth/sign-out", {"refresh_token": tokens["refresh_token"]}).status == 204
    assert anonymous.post("/v1/auth/refresh", {"refresh_token": tokens["refresh_token"]}).status == 401
    new_container()
    assert me.get("/v1/me").status == 401


def test_change_me_needs_the_current_tag(anonymous: Client) -> None:
    me = sign_up(anonymous)
    read = me.get("/v1/me")
    assert me.get("/v1/me", if_none_match=read.etag).status == 304
    assert me.patch("/v1/me", {"name": "Kim"}).status == 428
    changed = me.patch("/v1/me", {"name": "Kim"}, if_match=read.etag)
    assert changed.json["name"] == "Kim"
    assert me.patch("/v1/me", {"name": "Lee"}, if_match=read.etag).status == 412
    assert me.patch("/v1/me", {"email": "other@example.org"}, if_match=changed.etag).status == 400


SECRET = VARIABLES["TOKEN_KEYS"].partition(":")[2]
GOOD = {"iss": "http://127.0.0.1:8000", "aud": "marquee-api", "sub": "u", "sid": "f", "typ": "access"}
FAR = {"iat": 1_000_000_000, "exp": 4_000_000_000}
FORGED = {
    "other key": jwt.encode({**GOOD, **FAR}, "x" * 64, headers={"kid": "k1"}),
    "unknown kid": jwt.encode({**GOOD, **FAR}, SECRET, headers={"kid": "k9"}),
    "no kid": jwt.encode({**GOOD, **FAR}, SECRET),
    "alg none": jwt.encode({**GOOD, **FAR}, None, algorithm="none", headers={"kid": "k1"}),
    "expired": jwt.encode({**GOOD, "iat": 1, "exp": 2}, SECRET, headers={"kid": "k1"}),
    "no exp": jwt.encode({**GOOD, "iat": 1}, SECRET, headers={"kid": "k1"}),
    "other audience": jwt.encode({**GOOD, **FAR, "aud": "x"}, SECRET, headers={"kid": "k1"}),
    "other issuer": jwt.encode({**GOOD, **FAR, "iss": "x"}, SECRET, headers={"kid": "k1"}),
    "other type": jwt.encode({**GOOD, **FAR, "typ": "refresh"}, SECRET, headers={"kid": "k1"}),
    "no sign-in": jwt.encode({**GOOD, **FAR}, SECRET, headers={"kid": "k1"}),
    "huge": "a" * 9000,
    "truncated": jwt.encode({**GOOD, **FAR}, SECRET, headers={"kid": "k1"})[:-3],
    "nonsense": "\u00e9.\u00e9.\u00e9".encode().decode("latin-1"),
}


@pytest.mark.parametrize("token", FORGED.values(), ids=FORGED.keys())
def test_forged_token_is_401(anonymous: Client, token: str) -> None:
    reply = anonymous.as_user(token).get("/v1/me")
    assert (reply.status, reply.code) == (401, "unauthenticated")
    assert anonymous.as_user(token).get("/v1/events").status == 401


def test_repeated_sign_up_with_one_key_is_one_account(anonymous: Client) -> None:
    replies = [anonymous.post("/v1/auth/sign-up", FORM, idempotency_key="k") for _ in range(2)]
    assert [r.status for r in replies] == [201, 201]
    assert replies[0].json["user"]["id"] == replies[1].json["user"]["id"]
    assert anonymous.post("/v1/auth/sign-up", {**FORM, "name": "x"}, idempotency_key="k").status == 422
