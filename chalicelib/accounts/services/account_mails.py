"""Mails about an account: verify the address, reset the password. Pure.

Called by sign_in.py, recover_password.py and mail/services/suppress_bounces.py.
"""

from chalicelib.notifications.domain.notification import Mail
from chalicelib.notifications.services.compose import letter
from chalicelib.texts import DEFAULT, say


def compose_verify_mail(*, to: str, name: str, url: str, key: str, language: str = DEFAULT) -> Mail:
    """The mail that asks to verify an address. `url` has the token, which is valid for three days."""
    return _compose_mail("verify", to=to, name=name, url=url, key=key, language=language)


def compose_reset_mail(*, to: str, name: str, url: str, key: str, language: str = DEFAULT) -> Mail:
    """The mail to somebody who forgot the password. `url` has the token, which is valid for an hour."""
    return _compose_mail("reset", to=to, name=name, url=url, key=key, language=language)


def _compose_mail(what: str, *, to: str, name: str, url: str, key: str, language: str) -> Mail:
    return letter(
        key=key,
        to=to,
        subject=say(language, f"{what}.subject"),
        name=name,
        lines=[say(language, f"{what}.text")],
        link=(say(language, f"{what}.link"), url),
        language=language,
    )
