"""Links in mails that switch the mails of one topic off, without sign-in. RFC 8058.

A link names the mail it stands in, signed; nobody can read from it who got the mail or what it said. The mail's item
says whom it went to: a user, whose preferences change, and an address, whose hash is remembered with the topic, since
it may have bought as a guest too (mails to an account ask its preferences alone). Looking changes nothing: mail
scanners follow links.
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
    """What a link leads to: the mail, and whom it went to."""

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
        """What a link in this mail holds."""
        return _text(bytes.fromhex(mail_id) + _mac(mail_id, self._keys()[0]))

    def read_topic(self, token: str) -> str:
        """What the mails are about that a link would switch off. Raises NotFound."""
        return self._followed(token).recipient.action

    def unsubscribe(self, token: str) -> str:
        """Switch them off, once or again; the topic. Raises NotFound, Busy."""
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
        """The mail that a token names, if one of our keys signed it."""
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
