"""A mailbox by its address: one form of it for everybody who writes it differently. Pure."""

from typing import NamedTuple

from chalicelib.core.email_address import MOST, normalised


class AddressStanding(NamedTuple):
    """What is known of a mailbox. `state` is `bounced` or `complained` when mails to it came back, since then (Unix
    seconds) nothing is sent; `refused` are the topics that somebody without an account wants no mail about.
    """

    state: str | None = None
    since: int | None = None
    refused: frozenset[str] = frozenset()


def canonical(address: str) -> str:
    """The address as mail servers compare it: normalised, its domain in ASCII. An address that has no such form stays
    as it is.
    """
    local, _, domain = normalised(address).rpartition("@")
    if domain.isascii() or len(address) > MOST:  # to encode takes time in the square of the length
        return f"{local}@{domain}"
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return f"{local}@{domain}"


def readable(address: str) -> str:
    """The same address with its domain in Unicode, as people type it."""
    local, _, domain = address.rpartition("@")
    if "xn--" not in domain:
        return address
    try:
        return f"{local}@{domain.encode().decode('idna')}"
    except UnicodeError:
        return address
