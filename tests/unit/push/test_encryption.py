"""Messages for one browser: RFC 8291."""

from typing import Any

import pytest
from cryptography.exceptions import InvalidTag

from chalicelib.push.adapters import encryption
from tests.harness.browser import Browser

# RFC 8291, section 5 and appendix A
PLAIN = b"When I grow up, I want to be a watermelon"
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
P256DH = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
    "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
    "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
MOST = 3993


def test_encrypt_gives_the_bytes_of_the_rfc() -> None:
    sender = encryption.private_key(SENDER)
    body = encryption.encrypt(PLAIN, p256dh=P256DH, auth=AUTH, salt=encryption.decode(SALT), sender=sender)
    assert encryption.encode(body) == BODY


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 1000, MOST])
def test_encrypted_is_read_by_its_browser_alone(size: int) -> None:
    browser, other = (Browser("https://push.example") for _ in "ab")
    message = bytes(range(256)) * 16
    body = encryption.encrypt(message[:size], **_keys(browser))
    assert browser.read(body) == message[:size]
    assert len(body) <= 4096
    with pytest.raises(InvalidTag):
        other.read(body)


def test_encrypt_twice_gives_other_bytes() -> None:
    browser = Browser("https://push.example")
    one, other = (encryption.encrypt(b"same", **_keys(browser)) for _ in range(2))
    assert one[:16] != other[:16]
    assert one[21:86] != other[21:86]


def test_encrypt_of_too_much_is_refused() -> None:
    with pytest.raises(ValueError, match="3993"):
        encryption.encrypt(bytes(MOST + 1), **_keys(Browser("https://push.example")))


def test_keys_are_made_and_read_back() -> None:
    key = encryption.new_private_key()
    assert len(encryption.decode(key)) == 32
    public = encryption.decode(encryption.public_text(encryption.private_key(key)))
    assert (len(public), public[0]) == (65, 4)


@pytest.mark.parametrize("text", ["", "AA", "!" * 43, "A" * 44])
def test_private_key_of_other_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        encryption.private_key(text)


def _keys(browser: Browser) -> dict[str, Any]:
    keys: dict[str, Any] = browser.form()["keys"]
    return keys
