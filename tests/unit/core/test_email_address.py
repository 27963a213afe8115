"""Invalid mail addresses get an error in plain words in every form; no error contains a regular expression."""

import re
from pathlib import Path
from typing import Any, NoReturn

import pytest
from msgspec import Struct

from chalicelib.accounts.domain.account import SignUpForm
from chalicelib.content.domain.event import EventFields
from chalicelib.content.domain.programme import SpeakerFields
from chalicelib.core.email_address import broken_rule, in_ascii
from chalicelib.core.errors import InvalidInput
from chalicelib.core.validation import validate
from chalicelib.exchange.open_event.text import read_email
from chalicelib.orders.domain.order import OrderForm
from chalicelib.team.domain.invitation import InviteForm, SpeakerInviteForm
from chalicelib.tickets.domain.ticket import AttendeesForm
from chalicelib.waiting_list.domain.entry import WaitingForm

PRODUCT = Path(__file__).parents[3] / "chalicelib"
SHAPE = "must be an e-mail address like ada@example.org"
EMPTY = "must not have two dots together, or a dot first or last, before or after the @"
NUMERIC = "must have a domain name after the @, not an IP address"
LONG = "must not have more than 63 characters between two dots after the @"
SCRIPT = "must have only the letters a to z, digits and . _ + - before the @"
ULID = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
TIMES = {"starts_at": "2030-01-01T00:00:00Z", "ends_at": "2030-01-02T00:00:00Z"}
BUYER = {"name": "Ada", "email": "ada@example.org"}
LINES = [{"ticket_type_id": ULID, "quantity": 2}]


@pytest.mark.parametrize(
    ("address", "rule"),
    [
        ("ada@example..com", EMPTY),
        ("ada@.example.com", EMPTY),
        ("ada@example.com.", EMPTY),
        ("ada..b@example.com", EMPTY),
        (".ada@example.com", EMPTY),
        ("ada@[127.0.0.1]", NUMERIC),
        ("ada@[IPv6:::1]", NUMERIC),
        ("ada@127.0.0.1", NUMERIC),
        (f"xxx@{'l' * 64}.com", LONG),
        (f"xxx@{'ä' * 62}.com", LONG),
        (f"{'l' * 65}@example.com", "must have at most 64 characters before the @"),
        (f"ada@{'.'.join(['l' * 60] * 5)}.com", "must have at most 254 characters"),
        ("ädä@example.com", SCRIPT),
        ("ada", SHAPE),
        ("ada@example", SHAPE),
        ("ada@example.c", SHAPE),
        ("ada@example.42", SHAPE),
        ("ada@-example.com", SHAPE),
        ("ada@exa_mple.com", SHAPE),
        ("a da@example.com", SHAPE),
        ("ada@b@example.com", SHAPE),
        ("ada<b>@example.com", SHAPE),
        ("ada@example.com\n", SHAPE),
        ("@example.com", SHAPE),
        ("", SHAPE),
    ],
)
def test_address_that_no_mail_reaches_is_told_why(address: str, rule: str) -> None:
    assert broken_rule(address) == rule
    with pytest.raises(ValueError, match=re.escape(rule)):
        in_ascii(address)


def test_address_that_is_too_long_is_refused_before_any_of_it_is_encoded(monkeypatch: pytest.MonkeyPatch) -> None:
    def encode(*_: object) -> NoReturn:
        raise AssertionError("encoding a label takes time in the square of its length")

    monkeypatch.setattr("encodings.idna.ToASCII", encode)
    monkeypatch.setattr("encodings.punycode.punycode_encode", encode)
    long = "a@" + "\u4e00\u4e01" * 125 + ".org"
    assert broken_rule(long) == "must have at most 254 characters"
    assert read_email(long) == (None, "was not an e-mail address and is left out")


@pytest.mark.parametrize(
    ("address", "sent_to"),
    [
        ("ada@example.org", "ada@example.org"),
        ("O'Brien+tickets@sub.example.co.uk", "O'Brien+tickets@sub.example.co.uk"),
        ("ada@exämple.org", "ada@xn--exmple-cua.org"),
        (f"{'l' * 64}@{'m' * 63}.org", f"{'l' * 64}@{'m' * 63}.org"),
    ],
)
def test_address_that_mail_reaches_is_taken(address: str, sent_to: str) -> None:
    assert broken_rule(address) is None
    assert in_ascii(address) == sent_to


@pytest.mark.parametrize(
    ("form", "body", "pointer"),
    [
        (OrderForm, {"lines": LINES, "buyer": {"name": "Ada", "email": "%"}}, "/buyer/email"),
        (
            OrderForm,
            {"lines": LINES, "buyer": BUYER, "attendees": [BUYER, {"name": "B", "email": "%"}]},
            "/attendees/1/email",
        ),
        (AttendeesForm, {"attendees": [{"number": 1, "name": "B", "email": "%"}]}, "/attendees/0/email"),
        (SignUpForm, {"email": "%", "name": "Ada", "password": "correct horse battery"}, "/email"),
        (InviteForm, {"email": "%", "role": "moderator"}, "/email"),
        (SpeakerInviteForm, {"email": "%"}, "/email"),
        (WaitingForm, {"ticket_type_id": ULID, "quantity": 1, "name": "Ada", "email": "%"}, "/email"),
        (SpeakerFields, {"name": "Ada", "email": "%"}, "/email"),
        (EventFields, {"name": "E", **TIMES, "contact_email": "%"}, "/contact_email"),
    ],
)
def test_address_is_judged_wherever_one_is_taken(form: type[Struct], body: dict[str, Any], pointer: str) -> None:
    validate(_filled(body, "ada@example.org"), form)
    with pytest.raises(InvalidInput) as refusal:
        validate(_filled(body, "ada@example..com"), form)
    assert refusal.value.violations == [(pointer, EMPTY)]


def test_address_that_is_wrong_is_listed_beside_everything_else_that_is() -> None:
    with pytest.raises(InvalidInput) as refusal:
        validate({"name": "", "email": "ada@[127.0.0.1]", "password": "correct horse battery"}, SignUpForm)
    assert [one.pointer for one in refusal.value.violations] == ["/email", "/name"]


def test_import_leaves_an_address_out_that_no_mail_reaches_and_says_so() -> None:
    assert read_email("mailto:ada@example.org") == ("ada@example.org", "")
    assert read_email("ada@example..org") == (None, "was not an e-mail address and is left out")


@pytest.mark.parametrize(
    ("fields", "detail"),
    [
        ({"website_url": "ftp://x"}, "must be a web address, beginning with https://"),
        ({"slug": "A B"}, "must have only letters a to z, digits and single hyphens"),
        ({"currency": "eur"}, "must be a currency's three capital letters"),
        ({"venue": {"country": "Germany"}}, "must be a country's two capital letters"),
    ],
)
def test_text_of_another_shape_is_told_in_words(fields: dict[str, Any], detail: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        validate({"name": "E", **TIMES, **fields}, EventFields)
    assert [one.detail for one in refusal.value.violations] == [detail]


def test_no_type_has_a_pattern_without_its_words() -> None:
    bare = [path.name for path in PRODUCT.rglob("*.py") if re.search(r"Meta\([^)]*pattern=", path.read_text())]
    assert bare == ["text.py"]
    assert (PRODUCT / "core/text.py").read_text().count("pattern=") == 1


def _filled(body: Any, address: str) -> Any:
    if isinstance(body, dict):
        return {name: _filled(value, address) for name, value in body.items()}
    if isinstance(body, list):
        return [_filled(value, address) for value in body]
    return address if body == "%" else body
