"""Checks whether mail can reach an address at all. Pure; the one rule for every place that takes or uses an address.

Sources: RFC 5321 section 4.1.2 (mailbox, domain) and 4.5.3.1 (lengths), RFC 1035 section 2.3.4 (labels), RFC 5890
(domains in other scripts), and docs.aws.amazon.com/ses/latest/APIReference-V2/API_Destination.html: SES takes only
7-bit ASCII before the @. An IP address after the @ is valid in SMTP, but SES does not send to one.
"""

import re
import unicodedata

MOST = 254
"""Octets of an address: a path has at most 256 (RFC 5321 section 4.5.3.1.3), two of which are its angle brackets."""
MOST_BEFORE_AT, MOST_IN_LABEL = 64, 63
_LOCAL = re.compile(r"[!#$%&'*+/=?^_`{|}~0-9A-Za-z.-]+")
_LABEL = re.compile(r"[0-9A-Za-z]([0-9A-Za-z-]*[0-9A-Za-z])?")
_NUMBERS = re.compile(r"[0-9.]+")
_SHAPE = "must be an e-mail address like ada@example.org"
_EMPTY = "must not have two dots together, or a dot first or last, before or after the @"
_SCRIPT = "must have only the letters a to z, digits and . _ + - before the @"
_NUMERIC = "must have a domain name after the @, not an IP address"
_TOO_LONG = f"must have at most {MOST} characters"
_LONG_LABEL = f"must not have more than {MOST_IN_LABEL} characters between two dots after the @"


def broken_rule(address: str) -> str | None:
    """Returns why no mail can reach the address, as words that follow its name ("must …"), or None."""
    if len(address) > MOST:  # first: encoding a label takes time in the square of its length
        return _TOO_LONG
    local, at, domain = address.rpartition("@")
    if not at or "@" in local or not domain or not local or not address.isprintable() or " " in address:
        return _SHAPE
    return _rule_before_at(local) or _rule_after_at(local, domain)


def in_ascii(address: str) -> str:
    """Returns the address with its domain in ASCII, as mail servers take it. Raises ValueError with the broken rule."""
    rule = broken_rule(address)
    if rule is not None:
        raise ValueError(rule)
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode()}"


def _rule_before_at(local: str) -> str | None:
    if len(local) > MOST_BEFORE_AT:
        return f"must have at most {MOST_BEFORE_AT} characters before the @"
    if not _LOCAL.fullmatch(local):
        return _SHAPE if local.isascii() else _SCRIPT
    return _EMPTY if "" in local.split(".") else None


def _rule_after_at(local: str, domain: str) -> str | None:
    if domain.startswith("[") or _NUMBERS.fullmatch(domain):
        return _NUMERIC
    labels = re.split("[.\u3002\uff0e\uff61]", domain)
    if "" in labels:
        return _EMPTY
    try:
        encoded = [label.encode("idna").decode() for label in labels]
    except UnicodeError:
        return _LONG_LABEL if any(map(_is_long, labels)) else _SHAPE
    if len(encoded) < 2 or not all(map(_LABEL.fullmatch, encoded)) or len(encoded[-1]) < 2 or encoded[-1].isdecimal():
        return _SHAPE
    whole = len(local) + 1 + len(".".join(encoded))
    return _TOO_LONG if whole > MOST else None


def _is_long(label: str) -> bool:
    """Whether a label has too many characters, as it is or in its ASCII form (`xn--…`)."""
    return len(label if label.isascii() else f"xn--{label.encode('punycode').decode()}") > MOST_IN_LABEL


def normalised(email: str) -> str:
    """Returns the form under which an account is found: NFKC, case folded, no surrounding space."""
    return unicodedata.normalize("NFKC", email).strip().casefold()
