"""Switches off the mails of one topic through a link in a mail, without sign-in (RFC 8058).

A link contains the id of its mail and a signature. It does not reveal the recipient or the content. The mail's item
holds the recipient. For a user, the preferences change. For an address, its hash is stored with the topic, because it
may also have bought as a guest (mails to an account check its preferences only). Opening the link changes nothing,
because mail scanners follow links.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Sequence
from typing import NamedTuple

from chalicelib import telemetry
from chalicelib.accounts.services.follow_link import link_not_valid
from chalicelib.mail.ports import Mailboxes, MailRecipient, Mails
from chalicelib.notifications.domain.preferences import may_be_switched_off
from chalicelib.notifications.services.edit_preferences import EditPreferences

MAC_BYTES = 16
ID_BYTES = 32


class Link(NamedTuple):
    """The mail that a link belongs to, and its recipient."""

    mail_id: str
    recipient: MailRecipient


class Unsubscribe:
    def __init__(
        self,
        mails: Mails,
        edit_preferences: Callable[[], EditPreferences],
        mailboxes: Callable[[], Mailboxes],
        keys: Callable[[], Sequence[bytes]],
    ) -> None:
        self._mails = mails
        self._edit_preferences = edit_preferences
        self._mailboxes = mailboxes
        self._keys = keys

    def make_token(self, mail_id: str) -> str:
        """Returns the token of the links in this mail."""
        return _text(bytes.fromhex(mail_id) + _mac(mail_id, self._keys()[0]))

    def read_topic(self, token: str) -> str:
        """Returns the topic that a link would switch off. Raises NotFound."""
        return self._followed(token).recipient.action

    def unsubscribe(self, token: str) -> str:
        """Switches the mails of the topic off and returns the topic; safe to repeat. Raises NotFound and Busy."""
        mail_id, recipient = self._followed(token)
        if recipient.user_id is not None:
            self._edit_preferences().stop_mails(recipient.user_id, recipient.action)
        if recipient.address_hash is not None:
            self._mailboxes().refuse(recipient.address_hash, recipient.action)
        telemetry.log("unsubscribed", mail_id=mail_id, topic=recipient.action)
        return recipient.action

    def _followed(self, token: str) -> Link:
        mail_id = self._signed(token)
        recipient = self._mails.load_recipient(mail_id) if mail_id else None
        if mail_id is None or recipient is None or not may_be_switched_off(recipient.action):
            raise link_not_valid()
        return Link(mail_id, recipient)

    def _signed(self, token: str) -> str | None:
        """Returns the id of the mail that a token names, or None when none of our keys signed it."""
        try:
            found = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
        except (binascii.Error, UnicodeError, ValueError):
            return None
        mail_id, mac = found[:ID_BYTES].hex(), found[ID_BYTES:]
        good = any(hmac.compare_digest(mac, _mac(mail_id, key)) for key in self._keys())
        return mail_id if good else None


def _mac(mail_id: str, key: bytes) -> bytes:
    return hmac.new(key, f"unsubscribe\x00{mail_id}".encode(), hashlib.sha256).digest()[:MAC_BYTES]


def _text(token: bytes) -> str:
    return base64.urlsafe_b64encode(token).decode()
