"""The light signature check accepts the same signatures as Stripe's library, except that it is stricter about time."""

import hashlib
import hmac

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.payments.adapters.webhook_signature import is_signed

NOW = 1_900_000_000
SECRET, OTHER = "whsec_one", "whsec_two"


def signed(body: bytes, *, secret: str = SECRET, at: int = NOW) -> str:
    mac = hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


def check(body: bytes, header: str | None, *secrets: str, now: float = NOW) -> bool:
    return is_signed(body, header, secrets=secrets or (SECRET,), now=now)


def stripe_says(body: bytes, header: str | None, secret: str) -> bool:
    try:
        return bool(stripe.WebhookSignature.verify_header(body, header, secret))
    except (stripe.SignatureVerificationError, TypeError, ValueError):
        return False


HEADERS = st.lists(
    st.sampled_from(
        [
            f"t={NOW}",
            "t=",
            "t=x",
            "t= 1900000000",
            "t",
            "",
            "v0=abc",
            "v1=abc",
            "v1=",
            "v1=ü",
            "GOOD",
            "OTHER",
            "v1",
            "=",
            "t=1=2",
        ]
    ),
    max_size=5,
)


@given(body=st.binary(max_size=40) | st.text(max_size=20).map(lambda t: t.encode(errors="replace")), parts=HEADERS)
def test_check_any_header_agrees_with_stripe(body: bytes, parts: list[str]) -> None:
    good = signed(body).partition(",")[2]
    other = signed(body, secret=OTHER).partition(",")[2]
    header = ",".join({"GOOD": good, "OTHER": other}.get(part, part) for part in parts)
    assert check(body, header) is (header.isascii() and stripe_says(body, header, SECRET))


@given(body=st.text(max_size=60).map(lambda text: text.encode(errors="replace")))
def test_check_signed_body_is_accepted_and_any_change_refused(body: bytes) -> None:
    header = signed(body)
    assert check(body, header)
    assert stripe_says(body, header, SECRET)
    assert not check(body + b" ", header)
    assert not check(body, header[:-1] + ("0" if header[-1] != "0" else "1"))


@pytest.mark.parametrize("secret", [SECRET, OTHER])
def test_check_during_rotation_either_secret_is_accepted(secret: str) -> None:
    assert check(b"{}", signed(b"{}", secret=secret), SECRET, OTHER)
    assert check(b"{}", f"{signed(b'{}', secret='x')},{signed(b'{}', secret=secret).partition(',')[2]}", SECRET, OTHER)


@pytest.mark.parametrize(("age", "accepted"), [(0, True), (300, True), (301, False), (-300, True), (-301, False)])
def test_check_too_old_or_from_the_future_is_refused(age: int, accepted: bool) -> None:
    assert check(b"{}", signed(b"{}", at=NOW - age)) is accepted


@pytest.mark.parametrize(
    "header", [None, "", "t=1", "v1=a", "t=1,v0=a", "t=99999999999999999999999,v1=a", "t=" + "9" * 5000 + ",v1=a"]
)
def test_check_malformed_header_is_refused(header: str | None) -> None:
    assert not check(b"{}", header)


def test_check_body_that_is_not_utf8_is_refused() -> None:
    assert not check(b"\xff", signed(b"\xff"))


def test_check_without_secrets_is_refused() -> None:
    assert not is_signed(b"{}", signed(b"{}"), secrets=(), now=NOW)
