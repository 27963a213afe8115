"""Forms of a mail address: one canonical form for all ways to write it, and a readable one. Pure."""

from typing import NamedTuple

from chalicelib.core.email_address import MOST, normalised


class AddressStanding(NamedTuple):
    """What is known about an address. `state` is `bounced` or `complained` when mails to it came back; nothing is sent
    to it since then (`since`, Unix seconds). `refused` are topics about which a person without an account wants no
    mail.
    """

    state: str | None = None
    since: int | None = None
    refused: frozenset[str] = frozenset()


def canonical(address: str) -> str:
    """Returns the address as mail servers compare it: normalised, with its domain in ASCII. An address without such a
    form keeps its domain.
    """
    local, _, domain = normalised(address).rpartition("@")
    if domain.isascii() or len(address) > MOST:  # the time to encode grows with the square of the length
        return f"{local}@{domain}"
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return f"{local}@{domain}"


def readable(address: str) -> str:
    """Returns the address with its domain in Unicode, as people type it."""
    local, _, domain = address.rpartition("@")
    if "xn--" not in domain:
        return address
    try:
        return f"{local}@{domain.encode().decode('idna')}"
    except UnicodeError:
        return address
