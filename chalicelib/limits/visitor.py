"""Identifies a visitor by address. Pure; called by api/requests.py where a limit counts by visitor."""

from ipaddress import IPv6Network, ip_address

from chalicelib.core.errors import Forbidden

SUBSCRIBER_BITS = 64
"""An IPv6 subscriber has at least a /64 and may send from any of its addresses (RFC 6177, RFC 8981)."""


def visitor_of(address: str) -> str:
    """Returns the IPv4 address (also of an IPv4-mapped one), or the /64 network that an IPv6 address is in. Raises
    Forbidden when the text is not an address.
    """
    try:
        found = ip_address(address)
    except ValueError:
        raise Forbidden from None
    if found.version == 4:
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(IPv6Network((int(found), SUBSCRIBER_BITS), strict=False))
