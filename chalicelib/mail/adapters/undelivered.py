"""Records mails with tickets that came back, and that staff have got a message about them. Implements the port
`Undelivered`.
"""

from collections.abc import Sequence

from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_transactions import Transaction, try_update
from chalicelib.notifications.adapters import keys as notification_keys
from chalicelib.notifications.adapters.items import MailItem
from chalicelib.notifications.adapters.writes import add_mail, add_notifications
from chalicelib.notifications.domain.notification import Mail, Notification


class DynamoUndelivered:
    def mark_returned(self, key: str) -> None:
        """Marks the mail with this key as returned, if it exists."""
        try_update(_mail(key), [MailItem.state.set("returned")], MailItem.pk.exists())

    def notify_once(self, key: str, notifications: Sequence[Notification], mails: Sequence[Mail]) -> bool:
        """Writes the messages to staff about this mail unless that was done before. Returns whether it wrote them."""
        transaction = Transaction()
        first = MailItem.pk.exists() & MailItem.staff_told.does_not_exist()
        transaction.update("told", _mail(key), [MailItem.staff_told.set(True)], first)
        add_notifications(transaction, notifications)
        for mail in mails:
            add_mail(transaction, mail)
        return transaction.try_commit()


def _mail(key: str) -> MailItem:
    return MailItem(*notification_keys.mail(keys.digest(key)))
