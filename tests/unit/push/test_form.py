"""Validation of a browser's subscription form."""

import base64

import pytest

from chalicelib.push.domain.form import PushKeys, PushSubscriptionForm

X = 0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296
Y = 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5
POINT = b"\x04" + X.to_bytes(32, "big") + Y.to_bytes(32, "big")
"""The generator of P-256: NIST SP 800-186, section 3.2.1.3."""
PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1
SMALL = (5, 0x459243B9AA581806FE913BCE99817ADE11CA503C64D9A3C533415C083248FBCC)
"""A point with a small x, so that x plus the prime still fits."""
BEYOND = b"\x04" + POINT[1:33] + (int.from_bytes(POINT[33:], "big") ^ 1).to_bytes(32, "big")
AUTH = bytes(16)


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def pointers(point: str, auth: str) -> list[str]:
    keys = PushKeys(p256dh=point, auth=auth)
    return [violation.pointer for violation in PushSubscriptionForm(endpoint="x", keys=keys).violations()]


def test_check_a_point_with_a_small_x_is_accepted() -> None:
    assert pointers(encoded(b"\x04" + b"".join(one.to_bytes(32, "big") for one in SMALL)), encoded(AUTH)) == []


@pytest.mark.parametrize("padding", ["", "="])
def test_check_a_point_of_the_curve_is_accepted(padding: str) -> None:
    assert pointers(encoded(POINT) + padding, encoded(AUTH) + 2 * padding) == []


@pytest.mark.parametrize(
    "point",
    [
        encoded(BEYOND),
        encoded(b"\x02" + POINT[1:33]),
        encoded(b"\x02" + POINT[1:]),
        encoded(POINT[:-1]),
        encoded(b"\x04" + (SMALL[0] + PRIME).to_bytes(32, "big") + SMALL[1].to_bytes(32, "big")),
        encoded(bytes(65)),
        "A",
    ],
)
def test_check_what_is_no_point_of_the_curve_is_refused(point: str) -> None:
    assert pointers(point, encoded(AUTH)) == ["/keys/p256dh"]


@pytest.mark.parametrize("auth", ["", encoded(bytes(15)), encoded(bytes(17)), "A"])
def test_check_secret_of_another_length_is_refused(auth: str) -> None:
    assert pointers(encoded(POINT), auth) == ["/keys/auth"]
