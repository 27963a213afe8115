"""Different spellings of a mailbox have one canonical form."""

import pytest

from chalicelib.notifications.domain.address import canonical, readable

LABEL_TOO_LONG = "ö" * 64 + ".example"


@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("Ada@Example.ORG", "ada@example.org"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@BÜCHER.example", "ada@xn--bcher-kva.example"),
        (f"ada@{LABEL_TOO_LONG}", f"ada@{LABEL_TOO_LONG}"),
        ("ada@" + "ö" * 400 + ".example", "ada@" + "ö" * 400 + ".example"),
    ],
)
def test_write_an_address_in_ascii_if_it_has_such_a_form(address: str, same: str) -> None:
    assert canonical(address) == same
    assert canonical(same) == same


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("ada@xn--bcher-kva.example", "ada@bücher.example"),
        ("ada@example.org", "ada@example.org"),
        ("ada@xn--\u00fc.example", "ada@xn--\u00fc.example"),
    ],
)
def test_read_an_address_as_people_type_it(address: str, shown: str) -> None:
    assert readable(address) == shown
