"""What a browser sends to be pushed to."""

import base64

import pytest

from chalicelib.push.domain.form import PushKeys, PushSubscriptionForm

POINT = bytes.fromhex(
    "04"
    "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
)
"""The generator of P-256: NIST SP 800-186, section 3.2.1.3."""
PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1
SMALL = (5, 0x459243B9AA581806FE913BCE99817ADE11CA503C64D9A3C533415C083248FBCC)
"""A point with a small x, which leaves room for the prime."""
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
