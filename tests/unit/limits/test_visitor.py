"""Which addresses count as one visitor."""

import pytest

from chalicelib.core.errors import Forbidden
from chalicelib.limits.visitor import visitor_of


@pytest.mark.parametrize(
    ("address", "visitor"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("::ffff:c633:6407", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::6", "2001:db8:1:3::/64"),
        ("::1", "::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_visitor_of_address_is_what_its_owner_cannot_change(address: str, visitor: str) -> None:
    assert visitor_of(address) == visitor


@pytest.mark.parametrize(
    "address",
    [
        "",
        " 198.51.100.7",
        "198.51.100.7, 203.0.113.9",
        "198.51.100.7:443",
        "198.51.100.007",
        "198.51.100",
        "[2001:db8::1]",
        "2001:db8::1:2::3",
        "2001:db8::/64",
        "unknown",
        "１９８.51.100.7",
        "3325256711",
    ],
)
def test_visitor_of_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(Forbidden):
        visitor_of(address)
