"""What a mail looks like when it leaves, and whether it leaves at all. Called by
mail/services/send_mail.py.

A mail may wait for hours (quiet hours, a digest, a mail service that is down), so its recipient is asked about once
more: did mails to the address come back, was the topic switched off meanwhile? A mail that can be refused says how, in
its foot and in headers that mail programs show as a button (RFC 2369, RFC 8058).
"""

from collections.abc import Callable
from typing import NamedTuple

from chalicelib.accounts.domain.stored_account import revive_account
from chalicelib.accounts.ports import Accounts
from chalicelib.mail.ports import Claimed, Mailboxes
from chalicelib.notifications.domain import mail_layout as layout
from chalicelib.notifications.domain.address import AddressStanding
from chalicelib.notifications.domain.preferences import DIGEST, MailChoice, may_be_switched_off
from chalicelib.notifications.services.choose_channels import ChooseChannels
from chalicelib.texts import say


class Withheld(NamedTuple):
    """A mail that does not leave; `state` is what it is settled as (mail/ports.Mails.finish)."""

    state: str


class PrepareMail:
    def __init__(
        self,
        *,
        accounts: Accounts,
        mailboxes: Mailboxes,
        choose_channels: ChooseChannels,
        token: Callable[[str], str],
        public_url: str,
    ) -> None:
        self._accounts = accounts
        self._mailboxes = mailboxes
        self._choose_channels = choose_channels
        self._token = token
        self._public_url = public_url

    def prepare_mail(self, mail_id: str, mail: Claimed) -> Claimed | Withheld:
        """The mail as it leaves, or why it does not."""
        to = mail.to or self._proven_address(mail.user_id)
        if not to:
            return Withheld("unreachable")
        standing = self._mailboxes.load_standing(to)
        if standing.state is not None and not mail.proves:
            return Withheld("suppressed")
        if self._is_unwanted(mail, standing):
            return Withheld("unsubscribed")
        return self._dressed(mail_id, mail._replace(to=to))

    def _proven_address(self, user_id: str | None) -> str:
        """Where somebody's own mails go: only to an address that is certainly theirs."""
        stored = self._accounts.find_account(user_id) if user_id else None
        account = revive_account(stored) if stored else None
        return account.email if account is not None and account.verified else ""

    def _is_unwanted(self, mail: Claimed, standing: AddressStanding) -> bool:
        if mail.action is None or not may_be_switched_off(mail.action):
            return False
        if mail.user_id is None:
            return mail.action in standing.refused
        if mail.action == DIGEST:
            return False  # mail/services/digest.py put in what was wanted, moments ago
        return self._choose_channels.load_preferences(mail.user_id).setting(mail.action).mail is MailChoice.OFF

    def _dressed(self, mail_id: str, mail: Claimed) -> Claimed:
        if mail.action is None or not may_be_switched_off(mail.action):
            return _with(mail, layout.Foot(say(mail.language, "foot.needed")))
        token = self._token(mail_id)
        topic = say(mail.language, f"topic.{mail.action}")
        stop = say(mail.language, "foot.stop", {"topic": topic})
        links = [(stop, f"{self._public_url}/unsubscribe/{token}")]
        if mail.user_id is not None:
            links.append((say(mail.language, "foot.choose"), f"{self._public_url}/notifications/preferences"))
        headers = (
            ("List-Unsubscribe", f"<{self._public_url}/api/v1/unsubscribes/{token}>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        )
        return _with(mail, layout.Foot(say(mail.language, "foot.wanted"), links))._replace(headers=headers)


def _with(mail: Claimed, foot: layout.Foot) -> Claimed:
    html = layout.page(mail.subject, mail.html, foot, lang=mail.language)
    return mail._replace(text=layout.plain(mail.text, foot), html=html)
